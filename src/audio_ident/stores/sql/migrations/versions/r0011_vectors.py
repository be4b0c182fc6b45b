"""Spaces of vectors, and what was put into them"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "spaces",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("embedder", sa.String(16), nullable=False),
        sa.Column("model", sa.String(128), nullable=False),
        sa.Column("revision", sa.String(64), nullable=False),
        sa.Column("preprocessing", sa.String(32), nullable=False),
        sa.Column("dimension", sa.Integer, nullable=False),
        sa.Column("rate_hz", sa.Integer, nullable=False),
        sa.Column("window_s", sa.Double, nullable=False),
        sa.Column("hop_s", sa.Double, nullable=False),
        sa.Column("has_text", sa.Boolean, nullable=False),
        sa.Column("parameters", sa.JSON, nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("wanted_at", _TIME, nullable=True),
        sa.Column("active_since", _TIME, nullable=True),
        sa.Column("likeness", sa.JSON, nullable=True),
        sa.Column("likeness_recordings", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_spaces"),
    )
    op.create_table(
        "vector_marks",
        sa.Column("space_id", sa.String(64), nullable=False),
        sa.Column("store", sa.String(200), nullable=False),
        sa.Column("audio_digest", sa.String(32), nullable=False),
        sa.Column("windows", sa.Integer, nullable=False),
        sa.Column("windows_due", sa.Boolean, nullable=False),
        sa.Column("passages_digest", sa.String(32), nullable=False),
        sa.Column("passages_due", sa.Boolean, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("error_code", sa.String(64), nullable=True),
        sa.Column("error_fact", sa.Text, nullable=True),
        sa.Column("written_at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["space_id"], ["spaces.id"], name="fk_vector_marks_space_id_spaces", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("space_id", "store", "audio_digest", name="pk_vector_marks"),
    )
    op.create_index("ix_vector_marks_audio_digest", "vector_marks", ["audio_digest"])
    op.create_index(
        "ix_vector_marks_passages_due", "vector_marks", ["passages_due", "store", "audio_digest"]
    )


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead: going back would drop what was learnt")
