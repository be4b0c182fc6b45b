"""Brings the tables of a database to the form this version of the program uses.

No configuration file is read and no working directory matters, so that it can run inside any
program that opens a library.
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from audio_ident.errors import DatabaseProblem
from audio_ident.stores.sql.all_tables import METADATA
from audio_ident.stores.sql.dialect import allow_long_statements, for_writing, settle_tables
from audio_ident.stores.sql.revision import NEWEST_REVISION, current_revision

_SCRIPTS = Path(__file__).parent / "migrations"


def upgrade(engine: sa.Engine) -> None:
    """Make or upgrade the tables, all or nothing; does nothing when they are up to date.

    Several processes may try at once: whoever comes second waits, and finds it done.

    Raises
    ------
    DatabaseProblem
        The database was made by a newer version of the program, or by another program. Going back
        is refused: it would drop what the newer version learnt.
    """
    config = _config()
    with for_writing(engine).begin() as connection:
        if current_revision(connection) == NEWEST_REVISION:
            return
        allow_long_statements(connection)
        _refuse_unknown(config, connection)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        settle_tables(connection)


def find_differences(connection: sa.Connection) -> list[object]:
    """What a database lacks or has beyond the tables of the program."""
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, METADATA))


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    return config


def _refuse_unknown(config: Config, connection: sa.Connection) -> None:
    current = current_revision(connection)
    if current is None and (tables := sa.inspect(connection).get_table_names()):
        raise DatabaseProblem(f"the database belongs to another program: it has {tables[0]}")
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if current is not None and current not in known:
        raise DatabaseProblem(
            f"the catalogue is at revision {current}, which this version does not know"
        )
