"""What sounds like what: spaces of vectors, windows of recordings in them, and what is found."""

import dataclasses
from collections.abc import Mapping
from typing import Any, NewType, TypeAlias

import numpy as np
import numpy.typing as npt

from audio_ident.model.analysis import AudioDigest

Vectors: TypeAlias = npt.NDArray[np.float32]
"""One vector of length 1 a row, shape `(n, dimension)`."""

Milliseconds: TypeAlias = npt.NDArray[np.uint32]
"""Times in a recording, shape `(n,)`."""

SpaceId = NewType("SpaceId", str)
"""Name of a space: lower-case letters, digits, `-` and `.`, at most 64 of them."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Space:
    """Where vectors can be compared: those of one model, made in one way. Spaces never mix."""

    id: SpaceId
    """Another one whenever anything below differs."""
    embedder: str
    """`timbre` or `clap`."""
    model: str
    """The real model, such as `timbre-118` or the repository that weights come from."""
    revision: str
    """Of the model: the scaling of `timbre`, or the digest of the weights."""
    preprocessing: str
    """Version of what is done between sound and model."""
    dimension: int
    rate_hz: int
    window_s: float
    hop_s: float
    has_text: bool = False
    """Whether sentences have a place in it."""
    parameters: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    """What the embedder needs to make the same vectors again; JSON."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WindowVectors:
    """The windows of one recording in one space, in order; silent ones are left out."""

    vectors: Vectors
    start_ms: Milliseconds
    end_ms: Milliseconds


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A stretch of a recording that a track, or several copies of it, cover: what filters see.

    Names are folded (`core.folding`), so that they are compared as people mean them.
    """

    start_ms: int
    end_ms: int
    track_ids: tuple[str, ...]
    artists: tuple[str, ...] = ()
    genres: tuple[str, ...] = ()
    year: int | None = None
    tempo_bpm: float | None = None
    key: str | None = None
    """Such as `A minor`."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Entry:
    """A recording as a vector index holds it."""

    digest: AudioDigest
    windows: WindowVectors
    passages: tuple[Passage, ...]
    """In order. A window belongs to the one that its middle lies in, or comes nearest to."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """Which windows are looked at; the default is all of them.

    Of several values one must fit, of several fields all must; what is not known of a passage fits
    no wish.
    """

    artists: frozenset[str] = frozenset()
    """Folded, as those of passages."""
    genres: frozenset[str] = frozenset()
    years: tuple[int, int] | None = None
    """First and last."""
    tempi_bpm: tuple[float, float] | None = None
    """Slowest and fastest."""
    keys: frozenset[str] = frozenset()
    without_recordings: frozenset[AudioDigest] = frozenset()
    without_tracks: frozenset[str] = frozenset()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class WindowHit:
    """A window that is near a query."""

    start_ms: int
    end_ms: int
    cosine: float
    """-1 to 1: the likeness to the nearest of the vectors that were asked for."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class RecordingHits:
    """A recording that is near a query, by its nearest windows."""

    digest: AudioDigest
    windows: tuple[WindowHit, ...]
    """The nearest first; at least one."""
