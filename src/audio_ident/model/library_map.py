"""The map of the library: a plane on which tracks that sound alike lie together."""

import dataclasses
import datetime
import enum

import numpy as np
import numpy.typing as npt

from audio_ident.model.analysis import AudioDigest
from audio_ident.model.library import TrackId
from audio_ident.model.vectors import SpaceId, Vectors
from audio_ident.units import Ticks

MOST_POINTS = 20_000
"""In one answer; a screen shows no more of them apart."""


class MapColour(enum.StrEnum):
    """What points can be grouped by."""

    NONE = "none"
    GENRE = "genre"
    ARTIST = "artist"
    ALBUM = "album"
    YEAR = "year"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class MapTrack:
    """A track that is to be placed: a stretch of a recording."""

    id: TrackId
    digest: AudioDigest
    start_ticks: Ticks
    end_ticks: Ticks


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class MapPoint:
    """Where a track lies, from -1 to 1."""

    track_id: TrackId
    digest: AudioDigest
    """Of what was heard when it was placed."""
    x: float
    y: float
    level: int
    """From how near it is shown; 0 always."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Landmarks:
    """Recordings that were laid out together, among which others are placed."""

    digests: tuple[AudioDigest, ...]
    vectors: Vectors
    """Of length 1, a row for each."""
    positions: npt.NDArray[np.float64]
    """Shape `(n, 2)`, between -1 and 1."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class MapLayout:
    """A version of the map."""

    id: int
    space_id: SpaceId
    tracks: int
    """How many there were in the library when it was made."""
    made_at: datetime.datetime
    is_finished: bool
    """Whether every track of the space has had its point."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class MapWindow:
    """The part of the map that is looked at; the default is all of it."""

    x_from: float = -1.0
    x_to: float = 1.0
    y_from: float = -1.0
    y_to: float = 1.0


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ShownPoint:
    """A point of a view."""

    track_id: TrackId
    x: float
    y: float
    group: str | None
    """What it is coloured by; None where nobody knows."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class MapView:
    """What is seen of the map: points spread over whatever there is."""

    layout: MapLayout | None
    """None until there is a map."""
    points: tuple[ShownPoint, ...]
    is_complete: bool
    """Whether no point in the window was left out."""
    placed_tracks: int
    """In the whole map."""
    tracks: int
    """In the library."""
