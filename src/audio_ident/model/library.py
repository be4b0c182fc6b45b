"""What the catalogue says of files, tracks and the work on them."""

import dataclasses
import datetime
import enum
from typing import NewType

from audio_ident.model.analysis import AudioDigest
from audio_ident.model.path_evidence import NO_EVIDENCE, PathEvidence
from audio_ident.model.tags import NO_EDITS, Edits, Tags, with_edits
from audio_ident.units import Ticks

TrackId = NewType("TrackId", str)
"""Public name of a track, a UUID; it never changes and is never used twice."""

SessionId = NewType("SessionId", str)
"""Public name of an import session, a UUID."""


class FileState(enum.StrEnum):
    """Whether a file was where the catalogue says, when it was last looked for."""

    PRESENT = "present"
    MISSING = "missing"
    """Not found in its folder; its rows are kept, because a disk may merely be unplugged."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class FileStamp:
    """Where a file lies and what its folder entry says; equal stamps mean an unchanged file."""

    root_id: int
    relative_path: str
    """Below the root, `/` between folders; odd bytes are surrogate escapes."""
    size: int
    mtime_ns: int
    inode: int | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class FileMove:
    """A known file that lies at another place now."""

    file_id: int
    stamp: FileStamp
    """Where it lies and what its folder entry says there."""


class Stage(enum.StrEnum):
    """A step of the work on one file."""

    TAGS = "tags"
    ANALYSIS = "analysis"
    """Decoded, listened to, and the analysis stored."""
    INDEX = "index"
    """Its landmarks lie in the fingerprint index."""


class StageStatus(enum.StrEnum):
    """How far a stage has come."""

    PENDING = "pending"
    """The row was written and the stores behind it may not have been yet."""
    READY = "ready"
    FAILED = "failed"
    DUE = "due"
    """It must be done again."""


class TrackKind(enum.StrEnum):
    """Where the boundaries of a track come from."""

    WHOLE_FILE = "whole_file"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class TimingPoints:
    """Where a track starts, overlaps its neighbours, fades and ends, in ticks from file start.

    start <= fade_in_end <= fade_out_start <= end, and
    start <= lead_in_end <= lead_out_start <= end; no rule holds between the two chains.
    """

    start_ticks: Ticks
    fade_in_end_ticks: Ticks
    lead_in_end_ticks: Ticks
    lead_out_start_ticks: Ticks
    fade_out_start_ticks: Ticks
    end_ticks: Ticks


def whole_file_points(duration_ticks: Ticks) -> TimingPoints:
    """Timing points of a track that is the whole file and overlaps nothing."""
    return TimingPoints(
        start_ticks=Ticks(0),
        fade_in_end_ticks=Ticks(0),
        lead_in_end_ticks=Ticks(0),
        lead_out_start_ticks=duration_ticks,
        fade_out_start_ticks=duration_ticks,
        end_ticks=duration_ticks,
    )


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """A playable span of a file, with what its tags claim."""

    id: TrackId
    kind: TrackKind
    digest: AudioDigest
    path: str
    """Absolute path as the operating system spells it; odd bytes are surrogate escapes."""
    is_missing: bool
    points: TimingPoints
    tags: Tags
    """Without the AcoustID fingerprint, which is too long for lists of tracks."""
    container: str
    codec: str
    evidence: PathEvidence = NO_EVIDENCE
    """What the path suggests; `model.display` says when it is shown."""
    edits: Edits = NO_EDITS

    @property
    def claims(self) -> Tags:
        """What is held to be true: the tags, with what people say laid over them."""
        return with_edits(self.tags, self.edits)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class StageMark:
    """What is known of one stage of one file."""

    stage: Stage
    version: str
    status: StageStatus
    attempts: int
    error_code: str | None = None
    error_fact: str | None = None
    is_retryable: bool = False


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ErrorEntry:
    """Something that went wrong, or that a person should know, about one file."""

    code: str
    severity: str
    fact: str
    path: str
    """As shown to people."""
    stage: str
    file_id: int | None
    occurred_at: datetime.datetime


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class FileError:
    """Why a file cannot be used, as things stand now."""

    path: str
    """Absolute; odd bytes are surrogate escapes."""
    stage: Stage
    code: str
    fact: str
    attempts: int
    is_retryable: bool
    occurred_at: datetime.datetime | None
    root_id: int = 0
    """The imported folder that the file lies in."""
    relative_path: str = ""
    """Below that folder."""
