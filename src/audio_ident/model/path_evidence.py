"""What the path of a file suggests about its music."""

import dataclasses


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class PathEvidence:
    """Weak evidence: shown where tags say nothing, marked as such, and never stored as a claim."""

    artist: str | None = None
    album: str | None = None
    year: int | None = None
    disc_number: int | None = None
    track_number: int | None = None
    title: str | None = None


NO_EVIDENCE = PathEvidence()
"""What a path says that says nothing."""
