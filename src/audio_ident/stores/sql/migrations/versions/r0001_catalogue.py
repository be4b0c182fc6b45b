"""The catalogue: roots, files, audio, tracks, tags, stages, sessions, errors"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audios",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=32), nullable=False),
        sa.Column("container", sa.Text(), nullable=False),
        sa.Column("codec", sa.Text(), nullable=False),
        sa.Column("rate_hz", sa.Integer(), nullable=False),
        sa.Column("channels", sa.Integer(), nullable=False),
        sa.Column("bits_per_sample", sa.Integer(), nullable=True),
        sa.Column("duration_ticks", sa.BigInteger(), nullable=False),
        sa.Column("declared_duration_ticks", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("duration_ticks >= 0", name=op.f("ck_audios_duration")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audios")),
        sa.UniqueConstraint("digest", name=op.f("uq_audios_digest")),
    )
    op.create_table(
        "library_roots",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("path", sa.LargeBinary(), nullable=False),
        sa.Column("display", sa.Text(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_library_roots")),
        sa.UniqueConstraint("path", name=op.f("uq_library_roots_path")),
    )
    op.create_table(
        "sessions",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("folders", sa.Text(), nullable=False),
        sa.Column("files_found", sa.Integer(), nullable=False),
        sa.Column("files_done", sa.Integer(), nullable=False),
        sa.Column("files_failed", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error_code", sa.String(length=64), nullable=True),
        sa.Column("error_fact", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
    )
    op.create_index("ix_sessions_state", "sessions", ["state"])

    op.create_table(
        "artefacts",
        sa.Column("audio_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("analysis_version", sa.Text(), nullable=False),
        sa.Column("index_version", sa.Text(), nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["audio_id"],
            ["audios.id"],
            name=op.f("fk_artefacts_audio_id_audios"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("audio_id", name=op.f("pk_artefacts")),
    )
    op.create_table(
        "files",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("root_id", sa.Integer(), nullable=False),
        sa.Column("relative_path", sa.LargeBinary(), nullable=False),
        sa.Column("display", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("mtime_ns", sa.BigInteger(), nullable=False),
        sa.Column("inode", sa.Text(), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("audio_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("missing_since", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('present', 'missing')", name=op.f("ck_files_state")),
        sa.CheckConstraint("size >= 0", name=op.f("ck_files_size")),
        sa.ForeignKeyConstraint(
            ["audio_id"], ["audios.id"], name=op.f("fk_files_audio_id_audios"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["root_id"],
            ["library_roots.id"],
            name=op.f("fk_files_root_id_library_roots"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_files")),
        sa.UniqueConstraint(
            "root_id", "relative_path", name=op.f("uq_files_root_id_relative_path")
        ),
    )
    op.create_index("ix_files_audio_id", "files", ["audio_id"])
    op.create_index("ix_files_root_id", "files", ["root_id"])
    op.create_index("ix_files_sha256", "files", ["sha256"])
    op.create_index("ix_files_size", "files", ["size"])

    op.create_table(
        "errors",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.String(length=36), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("stage", sa.String(length=32), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("severity", sa.String(length=16), nullable=False),
        sa.Column("fact", sa.Text(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["file_id"], ["files.id"], name=op.f("fk_errors_file_id_files"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["sessions.id"],
            name=op.f("fk_errors_session_id_sessions"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_errors")),
    )
    op.create_index("ix_errors_code", "errors", ["code"])
    op.create_index("ix_errors_file_id", "errors", ["file_id"])
    op.create_index("ix_errors_session_id", "errors", ["session_id"])

    op.create_table(
        "stage_runs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(length=32), nullable=False),
        sa.Column("algorithm_version", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error_code", sa.String(length=64), nullable=True),
        sa.Column("error_fact", sa.Text(), nullable=True),
        sa.Column("is_retryable", sa.Boolean(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "status IN ('pending', 'ready', 'failed', 'due')", name=op.f("ck_stage_runs_status")
        ),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_stage_runs_attempts")),
        sa.ForeignKeyConstraint(
            ["file_id"], ["files.id"], name=op.f("fk_stage_runs_file_id_files"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stage_runs")),
        sa.UniqueConstraint("file_id", "stage", name=op.f("uq_stage_runs_file_id_stage")),
    )
    op.create_index("ix_stage_runs_file_id", "stage_runs", ["file_id"])
    op.create_index("ix_stage_runs_status", "stage_runs", ["status"])

    op.create_table(
        "tags",
        sa.Column("file_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("artist", sa.Text(), nullable=True),
        sa.Column("album", sa.Text(), nullable=True),
        sa.Column("album_artist", sa.Text(), nullable=True),
        sa.Column("track_number", sa.Integer(), nullable=True),
        sa.Column("track_total", sa.Integer(), nullable=True),
        sa.Column("disc_number", sa.Integer(), nullable=True),
        sa.Column("disc_total", sa.Integer(), nullable=True),
        sa.Column("date", sa.Text(), nullable=True),
        sa.Column("genre", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["file_id"], ["files.id"], name=op.f("fk_tags_file_id_files"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("file_id", name=op.f("pk_tags")),
    )
    op.create_table(
        "tracks",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("start_ticks", sa.BigInteger(), nullable=False),
        sa.Column("fade_in_end_ticks", sa.BigInteger(), nullable=False),
        sa.Column("lead_in_end_ticks", sa.BigInteger(), nullable=False),
        sa.Column("lead_out_start_ticks", sa.BigInteger(), nullable=False),
        sa.Column("fade_out_start_ticks", sa.BigInteger(), nullable=False),
        sa.Column("end_ticks", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "start_ticks <= fade_in_end_ticks AND fade_in_end_ticks <= fade_out_start_ticks"
            " AND fade_out_start_ticks <= end_ticks",
            name=op.f("ck_tracks_fade_chain"),
        ),
        sa.CheckConstraint(
            "start_ticks <= lead_in_end_ticks AND lead_in_end_ticks <= lead_out_start_ticks"
            " AND lead_out_start_ticks <= end_ticks",
            name=op.f("ck_tracks_lead_chain"),
        ),
        sa.CheckConstraint("start_ticks >= 0", name=op.f("ck_tracks_start")),
        sa.ForeignKeyConstraint(
            ["file_id"], ["files.id"], name=op.f("fk_tracks_file_id_files"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tracks")),
    )
    op.create_index("ix_tracks_file_id", "tracks", ["file_id"])


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead: going back would drop what was learnt")
