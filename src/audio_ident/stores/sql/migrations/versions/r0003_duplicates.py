"""Relations between recordings, and what people decided of them"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "duplicate_decisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("first_digest", sa.String(length=32), nullable=False),
        sa.Column("second_digest", sa.String(length=32), nullable=False),
        sa.Column("verdict", sa.String(length=16), nullable=False),
        sa.Column("track_id", sa.String(length=36), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "first_digest <= second_digest", name=op.f("ck_duplicate_decisions_order")
        ),
        sa.CheckConstraint(
            "verdict IN ('not_duplicate', 'duplicate', 'keep')",
            name=op.f("ck_duplicate_decisions_verdict"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duplicate_decisions")),
    )
    op.create_index(
        "ix_duplicate_decisions_first_digest",
        "duplicate_decisions",
        ["first_digest", "second_digest"],
    )
    op.create_table(
        "relations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("first_audio_id", sa.Integer(), nullable=False),
        sa.Column("second_audio_id", sa.Integer(), nullable=False),
        sa.Column("kinship", sa.String(length=16), nullable=False),
        sa.Column("spans", sa.JSON(), nullable=False),
        sa.Column("offset_ticks", sa.BigInteger(), nullable=False),
        sa.Column("speed", sa.Double(), nullable=False),
        sa.Column("agreement", sa.Double(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("algorithm_version", sa.Integer(), nullable=False),
        sa.CheckConstraint("first_audio_id <> second_audio_id", name=op.f("ck_relations_apart")),
        sa.CheckConstraint(
            "kinship IN ('same_recording', 'contained_in')", name=op.f("ck_relations_kinship")
        ),
        sa.ForeignKeyConstraint(
            ["first_audio_id"],
            ["audios.id"],
            name=op.f("fk_relations_first_audio_id_audios"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["second_audio_id"],
            ["audios.id"],
            name=op.f("fk_relations_second_audio_id_audios"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_relations")),
        sa.UniqueConstraint(
            "first_audio_id",
            "second_audio_id",
            name=op.f("uq_relations_first_audio_id_second_audio_id"),
        ),
    )
    op.create_index("ix_relations_first_audio_id", "relations", ["first_audio_id"])
    op.create_index("ix_relations_second_audio_id", "relations", ["second_audio_id"])


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead: going back would drop what was learnt")
