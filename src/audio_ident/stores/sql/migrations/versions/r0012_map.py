"""The map of the library"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "map_layouts",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("space_id", sa.String(64), nullable=False),
        sa.Column("tracks", sa.Integer, nullable=False),
        sa.Column("dimension", sa.Integer, nullable=False),
        sa.Column("landmark_digests", sa.JSON, nullable=False),
        sa.Column("landmark_vectors", sa.LargeBinary, nullable=False),
        sa.Column("landmark_positions", sa.LargeBinary, nullable=False),
        sa.Column("made_at", _TIME, nullable=False),
        sa.Column("finished_at", _TIME, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_map_layouts"),
    )
    op.create_table(
        "map_points",
        sa.Column("layout_id", sa.Integer, nullable=False),
        sa.Column("track_id", sa.String(36), nullable=False),
        sa.Column("audio_digest", sa.String(32), nullable=False),
        sa.Column("x", sa.Double, nullable=False),
        sa.Column("y", sa.Double, nullable=False),
        sa.Column("level", sa.SmallInteger, nullable=False),
        sa.ForeignKeyConstraint(
            ["layout_id"],
            ["map_layouts.id"],
            name="fk_map_points_layout_id_map_layouts",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["track_id"], ["tracks.id"], name="fk_map_points_track_id_tracks", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("layout_id", "track_id", name="pk_map_points"),
    )
    op.create_index("ix_map_points_view", "map_points", ["layout_id", "level", "x", "y"])
    op.create_index("ix_map_points_track_id", "map_points", ["track_id"])


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead: going back would drop what was learnt")
