"""What is said of a catalogue that moves to another database, and of vectors that move."""

import dataclasses
from collections.abc import Mapping


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class MoveSummary:
    """A catalogue that was copied whole and compared."""

    tables: Mapping[str, int]
    """Rows of each table."""
    is_resumed: bool
    """Whether some of them had been copied before."""
    address: str
    """Where it lies now, without a password."""
    next_step: str
    """What a person has to do so that the new place is used."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class VectorMoveSummary:
    """Vectors that were copied whole and compared."""

    spaces: Mapping[str, int]
    """Recordings of each space."""
    copied: int
    """Recordings that had not been copied before, all spaces together."""
    address: str
    """The store where they lie now."""
    next_step: str
    """What a person has to do so that the new place is used."""
