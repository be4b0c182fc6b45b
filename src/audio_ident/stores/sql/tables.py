"""The tables of the catalogue.

Times are UTC, positions ticks, public ids UUID texts; file names are exact bytes and shown text.
"""

import datetime
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcTime(sa.TypeDecorator[datetime.datetime]):
    """A moment, stored in UTC and given back with its zone, also where the database drops it."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(
        self, value: datetime.datetime | None, dialect: Dialect
    ) -> datetime.datetime | None:
        """Refuse a moment without a zone, store the others in UTC."""
        del dialect
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored time needs its zone")
        return value.astimezone(datetime.UTC)

    def process_result_value(
        self, value: datetime.datetime | None, dialect: Dialect
    ) -> datetime.datetime | None:
        """Give the zone back; a database that keeps zones answers in that of its session."""
        del dialect
        if value is None:
            return None
        if value.tzinfo is None:
            return value.replace(tzinfo=datetime.UTC)
        return value.astimezone(datetime.UTC)


class Base(DeclarativeBase):
    """What all tables share."""

    metadata = sa.MetaData(naming_convention=_NAMES)
    type_annotation_map: ClassVar = {
        datetime.datetime: UtcTime,
        str: sa.Text,
        bytes: sa.LargeBinary,
        list[str]: sa.JSON(none_as_null=True),
    }


class RootRow(Base):
    """A folder that was imported."""

    __tablename__ = "library_roots"

    id: Mapped[int] = mapped_column(primary_key=True)
    path: Mapped[bytes] = mapped_column(unique=True)
    display: Mapped[str]
    kind: Mapped[str] = mapped_column(sa.String(16))
    added_at: Mapped[datetime.datetime]


class AudioRow(Base):
    """Encoded audio, whatever files hold it and whatever their tags say."""

    __tablename__ = "audios"
    __table_args__ = (sa.CheckConstraint("duration_ticks >= 0", name="duration"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(sa.String(32), unique=True)
    container: Mapped[str]
    codec: Mapped[str]
    rate_hz: Mapped[int]
    channels: Mapped[int]
    bits_per_sample: Mapped[int | None]
    duration_ticks: Mapped[int] = mapped_column(sa.BigInteger)
    declared_duration_ticks: Mapped[int | None] = mapped_column(sa.BigInteger)


class ArtefactRow(Base):
    """Says that the analysis of an audio is stored and indexed, and what version made it."""

    __tablename__ = "artefacts"

    audio_id: Mapped[int] = mapped_column(
        sa.ForeignKey("audios.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    analysis_version: Mapped[str]
    index_version: Mapped[str]
    stored_at: Mapped[datetime.datetime]


class FileRow(Base):
    """One file on disk; byte-identical files are several rows with one hash and one audio."""

    __tablename__ = "files"
    __table_args__ = (
        sa.UniqueConstraint("root_id", "relative_path"),
        sa.CheckConstraint("size >= 0", name="size"),
        sa.CheckConstraint("state IN ('present', 'missing')", name="state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    root_id: Mapped[int] = mapped_column(
        sa.ForeignKey("library_roots.id", ondelete="RESTRICT"), index=True
    )
    relative_path: Mapped[bytes]
    """Of a missing file whose place another one has taken: see `names.displaced_path`."""
    display: Mapped[str]
    size: Mapped[int] = mapped_column(sa.BigInteger, index=True)
    mtime_ns: Mapped[int] = mapped_column(sa.BigInteger)
    inode: Mapped[str | None] = mapped_column(index=True)
    """Text, because inode numbers use all 64 bits without a sign on some file systems."""
    sha256: Mapped[str | None] = mapped_column(sa.String(64), index=True)
    audio_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("audios.id", ondelete="RESTRICT"), index=True
    )
    state: Mapped[str] = mapped_column(sa.String(16))
    first_seen_at: Mapped[datetime.datetime]
    missing_since: Mapped[datetime.datetime | None]


class TrackRow(Base):
    """A playable span of a file."""

    __tablename__ = "tracks"
    __table_args__ = (
        sa.CheckConstraint("start_ticks >= 0", name="start"),
        sa.CheckConstraint(
            "start_ticks <= fade_in_end_ticks AND fade_in_end_ticks <= fade_out_start_ticks"
            " AND fade_out_start_ticks <= end_ticks",
            name="fade_chain",
        ),
        sa.CheckConstraint(
            "start_ticks <= lead_in_end_ticks AND lead_in_end_ticks <= lead_out_start_ticks"
            " AND lead_out_start_ticks <= end_ticks",
            name="lead_chain",
        ),
    )

    id: Mapped[str] = mapped_column(sa.String(36), primary_key=True)
    file_id: Mapped[int] = mapped_column(sa.ForeignKey("files.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(sa.String(16))
    start_ticks: Mapped[int] = mapped_column(sa.BigInteger)
    fade_in_end_ticks: Mapped[int] = mapped_column(sa.BigInteger)
    lead_in_end_ticks: Mapped[int] = mapped_column(sa.BigInteger)
    lead_out_start_ticks: Mapped[int] = mapped_column(sa.BigInteger)
    fade_out_start_ticks: Mapped[int] = mapped_column(sa.BigInteger)
    end_ticks: Mapped[int] = mapped_column(sa.BigInteger)
    created_at: Mapped[datetime.datetime]


class TagsRow(Base):
    """What the tags of a file claim; NULL where they say nothing."""

    __tablename__ = "tags"

    file_id: Mapped[int] = mapped_column(
        sa.ForeignKey("files.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    title: Mapped[str | None]
    artist: Mapped[str | None]
    album: Mapped[str | None]
    album_artist: Mapped[str | None]
    track_number: Mapped[int | None]
    track_total: Mapped[int | None]
    disc_number: Mapped[int | None]
    disc_total: Mapped[int | None]
    date: Mapped[str | None]
    genre: Mapped[str | None]
    artists: Mapped[list[str] | None]
    album_artists: Mapped[list[str] | None]
    disc_subtitle: Mapped[str | None]
    original_date: Mapped[str | None]
    genres: Mapped[list[str] | None]
    composers: Mapped[list[str] | None]
    comment: Mapped[str | None]
    is_compilation: Mapped[bool | None]
    isrcs: Mapped[list[str] | None]
    musicbrainz_recording_id: Mapped[str | None] = mapped_column(sa.String(36), index=True)
    musicbrainz_track_id: Mapped[str | None] = mapped_column(sa.String(36))
    musicbrainz_release_id: Mapped[str | None] = mapped_column(sa.String(36), index=True)
    musicbrainz_release_group_id: Mapped[str | None] = mapped_column(sa.String(36))
    musicbrainz_artist_ids: Mapped[list[str] | None]
    musicbrainz_album_artist_ids: Mapped[list[str] | None]
    musicbrainz_work_ids: Mapped[list[str] | None]
    musicbrainz_disc_id: Mapped[str | None] = mapped_column(sa.String(28))
    acoustid_id: Mapped[str | None] = mapped_column(sa.String(36))
    acoustid_fingerprint: Mapped[str | None] = mapped_column(deferred=True)
    """Kilobytes for each file, so it is loaded only where it is asked for."""
    replaygain_track_gain_db: Mapped[float | None]
    replaygain_track_peak: Mapped[float | None]
    replaygain_album_gain_db: Mapped[float | None]
    replaygain_album_peak: Mapped[float | None]


class ChapterRow(Base):
    """A span of a file that its tags, its container or a cue sheet name."""

    __tablename__ = "file_chapters"
    __table_args__ = (
        sa.CheckConstraint("start_ticks >= 0", name="start"),
        sa.CheckConstraint("end_ticks IS NULL OR end_ticks > start_ticks", name="end"),
        sa.CheckConstraint(
            "source IN ('cue_file', 'cue_embedded', 'cue_flac', 'chapters')", name="source"
        ),
    )

    file_id: Mapped[int] = mapped_column(
        sa.ForeignKey("files.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    source: Mapped[str] = mapped_column(sa.String(16), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """From 1, in order of the start."""
    start_ticks: Mapped[int] = mapped_column(sa.BigInteger)
    end_ticks: Mapped[int | None] = mapped_column(sa.BigInteger)
    """NULL: to the end of the file."""
    title: Mapped[str | None]
    performer: Mapped[str | None]
    isrc: Mapped[str | None] = mapped_column(sa.String(12))


class PictureRow(Base):
    """A picture whose thumbnails are stored under the hash of its original bytes."""

    __tablename__ = "pictures"

    sha256: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    mime: Mapped[str] = mapped_column(sa.String(32))
    width: Mapped[int]
    height: Mapped[int]
    size_bytes: Mapped[int] = mapped_column(sa.BigInteger)


class FilePictureRow(Base):
    """A picture of a file."""

    __tablename__ = "file_pictures"
    __table_args__ = (
        sa.CheckConstraint("role IN ('front', 'back', 'other')", name="role"),
        sa.CheckConstraint("source IN ('embedded', 'folder')", name="source"),
    )

    file_id: Mapped[int] = mapped_column(
        sa.ForeignKey("files.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """From 1, the best one first."""
    sha256: Mapped[str] = mapped_column(
        sa.ForeignKey("pictures.sha256", ondelete="RESTRICT"), index=True
    )
    role: Mapped[str] = mapped_column(sa.String(16))
    source: Mapped[str] = mapped_column(sa.String(16))
    description: Mapped[str | None]


class StageRow(Base):
    """How far one stage of the work on one file has come: resume, retry and progress at once."""

    __tablename__ = "stage_runs"
    __table_args__ = (
        sa.UniqueConstraint("file_id", "stage"),
        sa.CheckConstraint("status IN ('pending', 'ready', 'failed', 'due')", name="status"),
        sa.CheckConstraint("attempts >= 0", name="attempts"),
        sa.Index("ix_stage_runs_status", "status"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    file_id: Mapped[int] = mapped_column(sa.ForeignKey("files.id", ondelete="CASCADE"), index=True)
    stage: Mapped[str] = mapped_column(sa.String(32))
    algorithm_version: Mapped[str]
    status: Mapped[str] = mapped_column(sa.String(16))
    attempts: Mapped[int]
    error_code: Mapped[str | None] = mapped_column(sa.String(64))
    error_fact: Mapped[str | None]
    is_retryable: Mapped[bool]
    started_at: Mapped[datetime.datetime | None]
    ended_at: Mapped[datetime.datetime | None]


class SessionRow(Base):
    """One import, from its order to how it ended."""

    __tablename__ = "sessions"

    id: Mapped[str] = mapped_column(sa.String(36), primary_key=True)
    state: Mapped[str] = mapped_column(sa.String(32), index=True)
    kind: Mapped[str] = mapped_column(sa.String(16))
    folders: Mapped[list[str]] = mapped_column(sa.JSON)
    """As `names.path_to_text` writes them, so that odd bytes survive."""
    parameters: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    profile: Mapped[str | None]
    awaited_by: Mapped[int | None]
    """Process that waits to run it; NULL leaves it to whoever runs the queue."""
    request_key: Mapped[str | None] = mapped_column(sa.String(64), index=True, unique=True)
    """Digest of the key under which a program asked for it, so that asking twice starts one."""
    wish: Mapped[str | None] = mapped_column(sa.String(16))
    """What somebody asks of the process that works on it."""
    snapshot: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON)
    """The last saved progress."""
    files_found: Mapped[int]
    files_done: Mapped[int]
    files_failed: Mapped[int]
    queued_at: Mapped[datetime.datetime]
    started_at: Mapped[datetime.datetime | None]
    ended_at: Mapped[datetime.datetime | None]
    error_code: Mapped[str | None] = mapped_column(sa.String(64))
    error_fact: Mapped[str | None]


class ProfileRow(Base):
    """Folders and parameters under a name."""

    __tablename__ = "profiles"

    name: Mapped[str] = mapped_column(sa.String(100), primary_key=True)
    folders: Mapped[list[str]] = mapped_column(sa.JSON)
    parameters: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    created_at: Mapped[datetime.datetime]
    last_used_at: Mapped[datetime.datetime | None]


class ErrorRow(Base):
    """An error or a warning that an import met."""

    __tablename__ = "errors"

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[str] = mapped_column(
        sa.ForeignKey("sessions.id", ondelete="CASCADE"), index=True
    )
    file_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("files.id", ondelete="CASCADE"), index=True
    )
    path: Mapped[str]
    stage: Mapped[str] = mapped_column(sa.String(32))
    code: Mapped[str] = mapped_column(sa.String(64), index=True)
    severity: Mapped[str] = mapped_column(sa.String(16))
    fact: Mapped[str]
    occurred_at: Mapped[datetime.datetime]


class RelationRow(Base):
    """What listening says of two recordings; derived, and made again whenever it is needed."""

    __tablename__ = "relations"
    __table_args__ = (
        sa.UniqueConstraint("first_audio_id", "second_audio_id"),
        sa.CheckConstraint("first_audio_id <> second_audio_id", name="apart"),
        sa.CheckConstraint("kinship IN ('same_recording', 'contained_in')", name="kinship"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    first_audio_id: Mapped[int] = mapped_column(
        sa.ForeignKey("audios.id", ondelete="CASCADE"), index=True
    )
    second_audio_id: Mapped[int] = mapped_column(
        sa.ForeignKey("audios.id", ondelete="CASCADE"), index=True
    )
    kinship: Mapped[str] = mapped_column(sa.String(16))
    spans: Mapped[list[list[int]]] = mapped_column(sa.JSON)
    """For each span four numbers of ticks: start and end in the first, start and end in the
    second."""
    offset_ticks: Mapped[int] = mapped_column(sa.BigInteger)
    speed: Mapped[float] = mapped_column(sa.Double)
    agreement: Mapped[float] = mapped_column(sa.Double)
    evidence: Mapped[dict[str, float]] = mapped_column(sa.JSON)
    algorithm_version: Mapped[int]


class DuplicateDecisionRow(Base):
    """What a person decided of two recordings, by digest: it survives all that is derived."""

    __tablename__ = "duplicate_decisions"
    __table_args__ = (
        sa.CheckConstraint("verdict IN ('not_duplicate', 'duplicate', 'keep')", name="verdict"),
        sa.CheckConstraint("first_digest <= second_digest", name="order"),
        sa.Index("ix_duplicate_decisions_first_digest", "first_digest", "second_digest"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    first_digest: Mapped[str] = mapped_column(sa.String(32))
    second_digest: Mapped[str] = mapped_column(sa.String(32))
    verdict: Mapped[str] = mapped_column(sa.String(16))
    track_id: Mapped[str | None] = mapped_column(sa.String(36))
    decided_at: Mapped[datetime.datetime]
    decided_by: Mapped[str]
    revoked_at: Mapped[datetime.datetime | None]
