"""An immutable part of the fingerprint index, in memory or mapped from a file."""

import dataclasses
from collections.abc import Callable, Mapping
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from audio_ident.model.analysis import AudioDigest

Allocate: TypeAlias = Callable[
    [str, tuple[int, ...], np.dtype[np.generic]], npt.NDArray[np.generic]
]
"""Makes the array of a given name, shape and type: in memory, or mapped from a new file."""


def keep_pages() -> None:
    """A `release` for what lies in memory anyway."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Segment:
    """Postings and peaks of some recordings; `core.segments` knows the layout of the arrays."""

    digests: tuple[AudioDigest, ...]
    """The recordings, in the order of their frames."""
    arrays: Mapping[str, npt.NDArray[np.generic]]
    """By name; read-only."""
    parameters: Mapping[str, int]
    """Small numbers that the layout needs, such as bit widths."""
    release: Callable[[], None] = keep_pages
    """Gives back the memory of what was read; it is read again when it is used again.

    To be called after each use of the arrays: reading a few bytes of a mapped file makes 64 kB
    around them resident, so that the memory of a query would grow with the library."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Snapshot:
    """One generation of the index: what a query reads, unchanged for as long as it is held."""

    generation: int
    segments: tuple[Segment, ...]
    alive: tuple[npt.NDArray[np.bool_], ...]
    """For each segment, for each recording in it: True unless deleted or replaced."""
