"""Times in clips and tracks, as the API shows them."""

import pydantic

from audio_ident.model.answer import Span

LONGEST_TRACK_S = 1_000_000.0
"""No position in a track lies beyond; as long as any file may be."""


class TimeRange(pydantic.BaseModel):
    """A stretch of time."""

    start_seconds: float = pydantic.Field(description="Its beginning.", examples=[1.5])
    end_seconds: float = pydantic.Field(description="Its end.", examples=[9.5])


def time_range(span: Span) -> TimeRange:
    """A stretch of time to the millisecond."""
    return TimeRange(start_seconds=round(span.start_s, 3), end_seconds=round(span.end_s, 3))
