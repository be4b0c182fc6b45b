"""What the use cases report to the edges; paths are absolute and plain text."""

import dataclasses
import enum

from audio_ident.model.analysis import AudioDigest
from audio_ident.model.answer import Match, Span, Verdict


class FileOutcome(enum.StrEnum):
    """What an import did with one file."""

    ANALYSED = "analysed"
    """It was decoded and is in the library now."""
    SAME_AUDIO = "same_audio"
    """Its audio was known already: a file row more, no analysis more."""
    UNCHANGED = "unchanged"
    """It was imported before and has not changed; its content was not read."""
    FAILED = "failed"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class FileFailure:
    """Why one file could not be used; the parts of an `errors.AudioIdentError`."""

    path: str
    code: str
    fact: str
    remedy: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ImportProgress:
    """One file of an import is done."""

    path: str
    outcome: FileOutcome
    failure: FileFailure | None
    files_done: int
    """This one included."""
    files_total: int
    """All that the scan has found so far."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ImportSummary:
    """What an import did as a whole."""

    session: int
    analysed: int
    same_audio: int
    unchanged: int
    missing: int
    """Files that were in the library and are no longer on disk."""
    failures: tuple[FileFailure, ...]
    warnings: int
    """Files that were used all the same, with an `AudioWarning`."""
    audio_s: float
    """Seconds of audio that were decoded."""
    elapsed_s: float
    is_interrupted: bool
    """Asked to stop before the end; importing again continues."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class TrackSummary:
    """One track as a list shows it."""

    track: int
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
class RebuildProgress:
    """One analysis was read back into the new index."""

    recordings_done: int
    recordings_total: int


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class RebuildSummary:
    """The index that was made again from the stored analyses."""

    generation: int
    recordings: int
    failures: tuple[CheckFinding, ...]
    """Analyses that could not be read; their recordings are not in the new index."""
    elapsed_s: float


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
