"""Sessions that queue, pause and resume; profiles; recent folders"""

import json
from urllib.parse import quote_from_bytes

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    # Columns are added, renamed and dropped one by one: making the table anew, as SQLite needs it
    # for more, would drop the errors that refer to it.
    op.execute("ALTER TABLE sessions RENAME COLUMN started_at TO queued_at")
    op.add_column("sessions", sa.Column("started_at", _TIME, nullable=True))
    op.execute("UPDATE sessions SET started_at = queued_at")
    op.execute("UPDATE sessions SET state = 'completed' WHERE state = 'completed_with_errors'")
    folders = op.get_bind().execute(sa.text("SELECT id, folders FROM sessions")).all()
    op.execute("ALTER TABLE sessions DROP COLUMN folders")
    for column in (
        sa.Column("kind", sa.String(16), nullable=False, server_default="import"),
        sa.Column("folders", sa.JSON, nullable=False, server_default="[]"),
        sa.Column("parameters", sa.JSON, nullable=False, server_default="{}"),
        sa.Column("profile", sa.Text, nullable=True),
        sa.Column("awaited_by", sa.Integer, nullable=True),
        sa.Column("wish", sa.String(16), nullable=True),
        sa.Column("snapshot", sa.JSON, nullable=True),
    ):
        op.add_column("sessions", column)
    for session_id, lines in folders:
        paths = [quote_from_bytes(line.encode(), safe="/ ") for line in lines.splitlines()]
        op.get_bind().execute(
            sa.text("UPDATE sessions SET folders = :folders WHERE id = :id"),
            {"folders": json.dumps(paths), "id": session_id},
        )
    op.create_table(
        "profiles",
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("folders", sa.JSON, nullable=False),
        sa.Column("parameters", sa.JSON, nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("last_used_at", _TIME, nullable=True),
        sa.PrimaryKeyConstraint("name", name="pk_profiles"),
    )


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead: going back would drop what was learnt")
