"""What is told of filling the index of vectors."""

import dataclasses
from collections.abc import Mapping

from audio_ident.model.vectors import Space, SpaceId


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class FillProgress:
    """A moment of it."""

    space_id: SpaceId
    done: int
    total: int
    """Recordings that were to be put into the space when it began."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class FilledSpace:
    """What was done about one space."""

    space_id: SpaceId
    put: int
    failed: int


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class FillSummary:
    """What was done."""

    spaces: tuple[FilledSpace, ...]
    described: int
    """Recordings of which filters were told anew."""
    deleted: int
    """Recordings that left spaces, counted once for each."""
    is_complete: bool
    """Whether nothing is left to do that could be done now."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SpaceCoverage:
    """How a space stands."""

    space: Space
    is_wanted: bool
    """Whether the settings ask for it."""
    is_active: bool
    """Whether it answers."""
    wanted: int
    """Recordings that belong into it."""
    covered: int
    """Those that are in it, and those that it cannot have: they failed."""
    failures: Mapping[str, int]
    """Recordings that failed, by code."""

    @property
    def share(self) -> float:
        """From 0 to 1; an empty library is covered."""
        return self.covered / self.wanted if self.wanted else 1.0
