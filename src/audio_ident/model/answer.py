"""What the exact engine answers about a clip."""

import dataclasses
import enum

from audio_ident.model.analysis import AudioDigest


class Verdict(enum.StrEnum):
    """What can be said of the clip as a whole."""

    MATCH = "match"
    AMBIGUOUS = "ambiguous"
    """Two different recordings explain the clip equally well."""
    NO_MATCH = "no_match"
    TOO_SHORT = "too_short"
    SILENCE = "silence"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A stretch of time, `start_s <= end_s`."""

    start_s: float
    end_s: float


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """One recording that explains the clip or a part of it."""

    digest: AudioDigest
    confidence: float
    """Calibrated probability in 0..1 that this is the recording."""
    offset_s: float
    """Where in the recording the start of the clip lies; negative when the clip begins earlier."""
    query_span: Span
    """The part of the clip that matched."""
    recording_span: Span
    """The same part, in the recording."""
    gaps: tuple[Span, ...]
    """Parts of the clip inside `query_span` that did not match."""
    coverage: float
    """Share of the clip that matched, 0..1."""
    speed_factor: float
    """Seconds of recording in one second of clip; 1.02 is a clip played 2 % too fast."""
    pitch_factor: float
    """Frequency in the clip over frequency in the recording."""
    aligned_landmarks: int
    """Landmarks of the recording found in the clip."""
    expected_by_chance: float
    """Landmarks that a wrong place would show on average."""
    score: float
    """Evidence in natural-log units; what the confidence is calibrated from."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a clip is, best match first, or plainly that it is not in the library."""

    verdict: Verdict
    matches: tuple[Match, ...]
    clip_duration_s: float
    hypotheses_tried: int
    """Speeds and pitches that were tried; 1 when the plain query sufficed."""
