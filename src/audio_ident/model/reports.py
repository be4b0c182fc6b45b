"""What the use cases report to the edges."""

import dataclasses
import enum
from collections.abc import Mapping

from audio_ident.model.analysis import AudioDigest
from audio_ident.model.answer import Match, Verdict
from audio_ident.model.files import FileSort, SortTally
from audio_ident.model.library import SessionId, Track
from audio_ident.model.sessions import SessionState


class Reason(enum.StrEnum):
    """Why a file is on the work list of an import."""

    NEW = "new"
    CHANGED = "changed"
    UNFINISHED = "unfinished"
    STALE = "stale"
    """Finished by another version of an algorithm."""
    MOVED = "moved"
    """It vanished elsewhere and is here now."""
    TAGS = "tags"
    """Only what the file says of itself is read again; its audio is not decoded."""
    RETRY = "retry"
    """It failed in a way that may pass, or trying again was asked for."""


class Phase(enum.StrEnum):
    """What an import is doing."""

    SCANNING = "scanning"
    HASHING = "hashing"
    """Files that may be copies are compared."""
    LISTENING = "listening"
    DONE = "done"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class FileFailure:
    """Why one file could not be used; the parts of an `errors.AudioIdentError`."""

    path: str
    code: str
    fact: str
    remedy: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class WorkerActivity:
    """What one worker does."""

    file: str
    """Name of the file, as shown to people."""
    stage: str
    """`hashing` or `listening`."""
    since_s: float


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ImportProgress:
    """A moment of an import: what every watcher is told, at once or from the session's row."""

    session_id: SessionId
    state: SessionState
    phase: Phase
    files_total: int
    """Files on the work list; 0 until the scan is done."""
    files_done: int
    files_failed: int
    duplicates: int
    percent: float
    """Of the files; it never falls."""
    bytes_total: int
    bytes_done: int
    elapsed_s: float
    files_per_s: float
    bytes_per_s: float
    """Both over the last minute, files at hand included as far as their age tells."""
    remaining_s: float | None
    """None until it can be told."""
    failures: Mapping[str, int]
    """Files that failed, by code."""
    warnings: Mapping[str, int]
    """By code."""
    workers: tuple[WorkerActivity, ...]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ImportSummary:
    """What an import did as a whole."""

    session_id: SessionId
    state: SessionState
    found: int
    """Audio files in the folders."""
    unchanged: int
    """Files that were ready and stayed so; their content was not read."""
    known_failures: int
    """Files that failed before, did not change, and were not tried again."""
    by_reason: Mapping[Reason, int]
    """Files that were worked on."""
    imported: int
    """Files that are ready now and were not before, copies included."""
    listened: int
    """Files that were decoded."""
    duplicates: int
    """Files whose bytes were known already, so that they were not decoded."""
    failed: int
    moved: int
    """Files that lie at another place now and kept their tracks."""
    retagged: int = 0
    """Files whose tags were read again without decoding them."""
    missing: int
    """Files that were in the library and are no longer on disk."""
    reappeared: int
    warnings: int
    """`AudioWarning`s about files that were used all the same."""
    audio_s: float
    """Seconds of audio that were decoded."""
    elapsed_s: float
    failures: tuple[FileFailure, ...]
    """At most the first hundred; the catalogue has all."""
    notices: tuple[FileFailure, ...]
    """What the scan has to say about files that it left out or took all the same; the same."""
    tallies: Mapping[FileSort, SortTally]
    """Everything that was met in the folders, by sort."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class IdentifiedMatch:
    """A match and the tracks that lie at that place, one for each file with this audio."""

    match: Match
    tracks: tuple[Track, ...]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class IdentifiedClip:
    """The `answer.Answer` about one clip, with the digests looked up in the catalogue."""

    verdict: Verdict
    clip_duration_s: float
    matches: tuple[IdentifiedMatch, ...]
    elapsed_s: float
    """From opening the clip to the answer."""


class FindingCode(enum.StrEnum):
    """What can be wrong between catalogue, analyses and index."""

    INDEX_CORRUPT = "INDEX_CORRUPT"
    ARTEFACT_MISSING = "ARTEFACT_MISSING"
    ARTEFACT_CORRUPT = "ARTEFACT_CORRUPT"
    ARTEFACT_UNKNOWN = "ARTEFACT_UNKNOWN"
    NOT_INDEXED = "NOT_INDEXED"
    INDEXED_UNKNOWN = "INDEXED_UNKNOWN"
    PICTURE_MISSING = "PICTURE_MISSING"
    PICTURE_UNKNOWN = "PICTURE_UNKNOWN"
    UNFINISHED = "UNFINISHED"
    UNHELD = "UNHELD"
    ORPHAN_ROW = "ORPHAN_ROW"
    LISTING_WRONG = "LISTING_WRONG"
    LEFTOVER_FILE = "LEFTOVER_FILE"
    VECTORS_CORRUPT = "VECTORS_CORRUPT"
    VECTORS_UNREACHABLE = "VECTORS_UNREACHABLE"
    VECTORS_MISSING = "VECTORS_MISSING"
    VECTORS_UNKNOWN = "VECTORS_UNKNOWN"
    VECTORS_STALE = "VECTORS_STALE"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class CheckFinding:
    """A place where catalogue, analyses and index disagree."""

    code: FindingCode
    subject: str
    """Audio digest, id of a file or a track, column of a table, path of a file, a space of vectors,
    `index` or `vectors`."""
    fact: str
    remedy: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class RebuildSummary:
    """The index that was made again from the stored analyses."""

    indexed: int
    lost: tuple[AudioDigest, ...]
    """Recordings whose analysis is missing, damaged or made by another version; the next import
    of their folders listens to them again."""


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
    effect: str
    """What does not work, or not as well; empty when nothing is missing."""
    remedy: str
    """Empty when nothing has to be done."""
