"""The library that a catalogue belongs to"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "library",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("library_id", sa.String(length=36), nullable=False),
        sa.Column("is_complete", sa.Boolean(), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_library_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_library")),
    )


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead: going back would drop what was learnt")
