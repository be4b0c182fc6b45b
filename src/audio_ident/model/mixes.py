"""Tracks in an order that is made by how they sound: paths between two, mixes without end."""

import dataclasses
import datetime

from audio_ident.model.library import Track, TrackId


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class PathStep:
    """One track of a path."""

    track: Track
    added_at: datetime.datetime
    progress: float
    """How far from the first track to the last, 0 to 1; grows from step to step."""
    cosine: float | None
    """To the track before, -1 to 1; None for the first."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class PathAnswer:
    """A path, its ends included."""

    steps: tuple[PathStep, ...]
    wanted: int
    """Steps that were asked for; there are fewer where not enough tracks lie between the ends."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class MixWish:
    """What a mix begins with and how it goes on; the same wish gives the same mix."""

    seeds: tuple[TrackId, ...]
    """What it stays near; at least one. They are no part of the mix."""
    played: tuple[TrackId, ...] = ()
    """Tracks of the mix so far, in order; none of their recordings comes again."""
    count: int = 20
    """How many tracks are to follow."""
    adventurousness: float = 0.3
    """0 goes through what is most alike in order, 1 wanders and often takes what is less alike."""
    number: int = 0
    """Another one gives another mix of the same seeds."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class MixStep:
    """One track of a mix."""

    track: Track
    added_at: datetime.datetime
    cosine: float
    """To the seeds, -1 to 1."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class MixAnswer:
    """The tracks that follow."""

    steps: tuple[MixStep, ...]
    is_used_up: bool
    """Whether nothing is left to play after them."""
