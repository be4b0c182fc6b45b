"""Tags in full, chapters, cue sheets, pictures"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _add_tags()
    _create_chapters()
    _create_pictures()


def _add_tags() -> None:
    for column in (
        sa.Column("artists", sa.JSON(), nullable=True),
        sa.Column("album_artists", sa.JSON(), nullable=True),
        sa.Column("disc_subtitle", sa.Text(), nullable=True),
        sa.Column("original_date", sa.Text(), nullable=True),
        sa.Column("genres", sa.JSON(), nullable=True),
        sa.Column("composers", sa.JSON(), nullable=True),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("is_compilation", sa.Boolean(), nullable=True),
        sa.Column("isrcs", sa.JSON(), nullable=True),
        sa.Column("musicbrainz_recording_id", sa.String(length=36), nullable=True),
        sa.Column("musicbrainz_track_id", sa.String(length=36), nullable=True),
        sa.Column("musicbrainz_release_id", sa.String(length=36), nullable=True),
        sa.Column("musicbrainz_release_group_id", sa.String(length=36), nullable=True),
        sa.Column("musicbrainz_artist_ids", sa.JSON(), nullable=True),
        sa.Column("musicbrainz_album_artist_ids", sa.JSON(), nullable=True),
        sa.Column("musicbrainz_work_ids", sa.JSON(), nullable=True),
        sa.Column("musicbrainz_disc_id", sa.String(length=28), nullable=True),
        sa.Column("acoustid_id", sa.String(length=36), nullable=True),
        sa.Column("acoustid_fingerprint", sa.Text(), nullable=True),
        sa.Column("replaygain_track_gain_db", sa.Double(), nullable=True),
        sa.Column("replaygain_track_peak", sa.Double(), nullable=True),
        sa.Column("replaygain_album_gain_db", sa.Double(), nullable=True),
        sa.Column("replaygain_album_peak", sa.Double(), nullable=True),
    ):
        op.add_column("tags", column)
    op.create_index("ix_tags_musicbrainz_recording_id", "tags", ["musicbrainz_recording_id"])
    op.create_index("ix_tags_musicbrainz_release_id", "tags", ["musicbrainz_release_id"])


def _create_chapters() -> None:
    op.create_table(
        "file_chapters",
        sa.Column("file_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("start_ticks", sa.BigInteger(), nullable=False),
        sa.Column("end_ticks", sa.BigInteger(), nullable=True),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("performer", sa.Text(), nullable=True),
        sa.Column("isrc", sa.String(length=12), nullable=True),
        sa.CheckConstraint("start_ticks >= 0", name=op.f("ck_file_chapters_start")),
        sa.CheckConstraint(
            "end_ticks IS NULL OR end_ticks > start_ticks", name=op.f("ck_file_chapters_end")
        ),
        sa.CheckConstraint(
            "source IN ('cue_file', 'cue_embedded', 'cue_flac', 'chapters')",
            name=op.f("ck_file_chapters_source"),
        ),
        sa.ForeignKeyConstraint(
            ["file_id"],
            ["files.id"],
            name=op.f("fk_file_chapters_file_id_files"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("file_id", "source", "position", name=op.f("pk_file_chapters")),
    )


def _create_pictures() -> None:
    op.create_table(
        "pictures",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("mime", sa.String(length=32), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_pictures")),
    )
    op.create_table(
        "file_pictures",
        sa.Column("file_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "role IN ('front', 'back', 'other')", name=op.f("ck_file_pictures_role")
        ),
        sa.CheckConstraint(
            "source IN ('embedded', 'folder')", name=op.f("ck_file_pictures_source")
        ),
        sa.ForeignKeyConstraint(
            ["file_id"],
            ["files.id"],
            name=op.f("fk_file_pictures_file_id_files"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["sha256"],
            ["pictures.sha256"],
            name=op.f("fk_file_pictures_sha256_pictures"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("file_id", "position", name=op.f("pk_file_pictures")),
    )
    op.create_index("ix_file_pictures_sha256", "file_pictures", ["sha256"])


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead: going back would drop what was learnt")
