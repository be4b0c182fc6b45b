"""Files that move and keep their identity"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(op.f("ix_files_inode"), "files", ["inode"])


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead: going back would drop what was learnt")
