"""What the use cases report to the edges; paths are absolute and plain text."""

import dataclasses
import enum

from audio_ident.model.analysis import AudioDigest
from audio_ident.model.answer import Match, Span, Verdict


class Ending(enum.StrEnum):
    """How an import ended."""

    COMPLETED = "completed"
    COMPLETED_WITH_ERRORS = "completed_with_errors"
    CANCELLED = "cancelled"
    """Asked to stop before the end; importing again continues."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class FileFailure:
    """Why one file could not be used; the parts of an `errors.AudioIdentError`."""

    path: str
    code: str
    fact: str
    remedy: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ImportProgress:
    """A moment of an import."""

    phase: str
    """What is being done: `scanning`, `hashing`, `listening`, `done`."""
    files_done: int
    files_total: int
    remaining_s: float | None
    """None until it can be told."""
    current: tuple[str, ...]
    """Names of the files at hand."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ImportSummary:
    """What an import did as a whole."""

    session_id: str
    state: str
    """An `Ending`."""
    found: int
    """Audio files in the folders."""
    unchanged: int
    """Imported before; their content was not read."""
    imported: int
    """Ready now and not before, copies included."""
    listened: int
    """Files that were decoded."""
    duplicates: int
    """Files whose bytes were known already, so that they were not decoded."""
    failed: int
    missing: int
    """Files that were in the library and are no longer on disk."""
    reappeared: int
    warnings: int
    """Files that were used all the same, with an `AudioWarning`."""
    audio_s: float
    """Seconds of audio that were decoded."""
    elapsed_s: float
    failures: tuple[FileFailure, ...]
    """The first of them, when there are very many."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class TrackSummary:
    """One track as a list shows it."""

    id: str
    """Public name; it never changes."""
    path: str
    digest: AudioDigest
    """Names the audio of the file that the track lies in."""
    span: Span
    """Where in the file the track lies."""
    title: str | None
    artist: str | None
    album: str | None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class IdentifiedMatch:
    """A match and the tracks that lie at that place, one for each file with this audio."""

    match: Match
    tracks: tuple[TrackSummary, ...]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class IdentifiedClip:
    """The `answer.Answer` about one clip, with the digests looked up in the catalogue."""

    verdict: Verdict
    clip_duration_s: float
    matches: tuple[IdentifiedMatch, ...]
    elapsed_s: float
    """From opening the clip to the answer."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class CheckFinding:
    """A place where catalogue, analyses and index disagree."""

    code: str
    """Stable, such as `INDEX_ENTRY_MISSING`."""
    subject: str
    """The file, digest or index part that is meant."""
    fact: str
    remedy: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class RebuildSummary:
    """The index that was made again from the stored analyses."""

    indexed: int
    lost: tuple[AudioDigest, ...]
    """Recordings whose analysis cannot be used; the next import listens to them again."""


class Health(enum.StrEnum):
    """How a part of the installation is."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """What the doctor says about one part of the installation."""

    part: str
    """A word or two, such as `FFmpeg`, `data directory`, `index`."""
    health: Health
    fact: str
    remedy: str
    """Empty when nothing has to be done."""
