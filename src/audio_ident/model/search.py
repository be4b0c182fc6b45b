"""What is asked about a clip, and how its lanes answer."""

import dataclasses
import datetime
import enum

from audio_ident.model.answer import Match, Span
from audio_ident.model.kinship import Kinship
from audio_ident.model.library import Track, TrackId


class Mode(enum.StrEnum):
    """Which lanes are asked."""

    EXACT = "exact"
    """Which recording is this?"""
    VIBE = "vibe"
    """What sounds like this?"""
    BOTH = "both"


class LaneStatus(enum.StrEnum):
    """How a lane ended."""

    OK = "ok"
    """It found something."""
    EMPTY = "empty"
    """It listened and found nothing."""
    DEGRADED = "degraded"
    """It answered with less than it could."""
    FAILED = "failed"
    """It could not be asked."""
    SKIPPED = "skipped"
    """It was not asked for, or does not exist here."""
    TIMEOUT = "timeout"
    """It had no answer before the deadline."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class LaneReport:
    """How one lane ended."""

    status: LaneStatus
    reason: str | None = None
    """In words; None when there is nothing to explain."""
    elapsed_s: float = 0.0


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SearchWish:
    """How to search."""

    mode: Mode = Mode.BOTH
    max_results: int = 10
    """Of each lane."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class FoundTrack:
    """A track in which the clip, or a part of it, was heard."""

    track: Track
    added_at: datetime.datetime
    match: Match
    offset_s: float
    """Where in the track the start of the clip lies; negative when the clip begins earlier."""
    track_span: Span
    """The part that matched, in the track."""
    kinship: Kinship | None
    """What it has in common with the track that was asked about, or else that is listed first;
    None for that one, and for another recording."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class TrackSpan:
    """A stretch of a track, by name."""

    track_id: TrackId
    start_s: float
    """In the track."""
    end_s: float | None
    """None for the end of the track."""
