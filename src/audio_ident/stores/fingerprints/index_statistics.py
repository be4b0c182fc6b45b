"""How large a fingerprint index is."""

import dataclasses


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class IndexStatistics:
    """Counts of one moment."""

    generation: int
    """Of the newest manifest."""
    segments: int
    """Segment files."""
    recordings: int
    """Recordings that live, in files and in memory."""
    pending_recordings: int
    """Those of them that are in the log but in no segment file."""
    segment_bytes: int
    """All segment files together."""
