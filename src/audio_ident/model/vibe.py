"""What is asked and answered about tracks that sound alike."""

import dataclasses
import datetime
from collections.abc import Mapping

from audio_ident.model.answer import Span
from audio_ident.model.library import Track, TrackId
from audio_ident.model.search import TrackSpan
from audio_ident.model.vectors import Space, SpaceId, Vectors, WindowVectors

BLOCKS = ("timbre", "harmony", "rhythm")
"""What likeness is explained by, in the order of `core.descriptors.BLOCKS`."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Blend:
    """Tracks, or stretches of them, whose sound is wanted or unwanted, and a sentence besides."""

    plus: tuple[TrackSpan, ...] = ()
    minus: tuple[TrackSpan, ...] = ()
    text: str | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sound:
    """A sound that is no track, such as a clip, as its windows in a space."""

    space: SpaceId
    """The space of `windows`."""
    windows: WindowVectors
    timbre: WindowVectors | None = None
    """The same sound in the space of `timbre`, from which reasons are told; None if unknown."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class VibeFilter:
    """Which tracks are wanted at all; of several values one must fit, of several fields all."""

    artists: tuple[str, ...] = ()
    genres: tuple[str, ...] = ()
    years: tuple[int, int] | None = None
    tempi_bpm: tuple[float, float] | None = None
    keys: tuple[str, ...] = ()
    """Such as `A minor`."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class VibeWish:
    """How the answer is to be."""

    max_results: int = 10
    most_per_artist: int | None = None
    """None for what the settings say."""
    only: VibeFilter = VibeFilter()
    without_tracks: frozenset[TrackId] = frozenset()
    """Left out with everything that is the same recording."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class LikeSpan:
    """A time of the question and one of a track that sound alike."""

    query: Span | None
    """In the clip or track that was asked about; None when it has no times, as a sentence."""
    track: Span
    """In the track."""
    cosine: float
    query_track: TrackId | None = None
    """The track of the question that `query` lies in; None when it is a clip or a sentence."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SimilarTrack:
    """A track that sounds like what was asked about."""

    track: Track
    added_at: datetime.datetime
    likeness: float | None
    """Share of random pairs of tracks of this library that are less alike, 0 to 1; None while the
    library is too small to tell."""
    cosine: float
    """Pooled over windows, -1 to 1: what the order goes by."""
    blocks: Mapping[str, float]
    """Likeness by each of `BLOCKS`, -1 to 1; empty for sentences."""
    agreeing: tuple[str, ...]
    """Those of the blocks that agree, the most remarkable first."""
    spans: tuple[LikeSpan, ...]
    """Times that match best, the best first."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SimilarAnswer:
    """The most alike tracks first."""

    tracks: tuple[SimilarTrack, ...]
    space: Space | None
    """The one that answered; None while the library has none."""
    coverage: float
    """Share of the recordings of the library that it has, 0 to 1."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TrackPlace:
    """Where a track lies in a space."""

    track: Track
    space: SpaceId
    vector: Vectors
    """Mean of its windows, shape `(1, dimension)`, of length 1."""
