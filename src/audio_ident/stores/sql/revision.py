"""Which form the tables of a database have; told without loading the machinery that changes it."""

import sqlalchemy as sa

NEWEST_REVISION = "0012"
"""The last of `migrations/versions`, which a test compares."""


def current_revision(connection: sa.Connection) -> str | None:
    """The revision a database is at, None for an empty one."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
    return revision
