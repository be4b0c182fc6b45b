"""Keeps the map of the library: lays out landmarks, places tracks, in steps that may be stopped.

What is placed stays where it is. Everything is laid out anew only when the library has grown to
twice its size, or when another space answers; the new map starts from the old one and is turned
like it. Whoever looks sees the old one until the new one is finished.
"""

import dataclasses
import datetime
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

import numpy as np

from audio_ident.core.vibe.map_layout import Positions, layouts
from audio_ident.core.vibe.map_levels import Taken, take_levels, taken_squares
from audio_ident.core.vibe.map_placing import place
from audio_ident.model.analysis import AudioDigest
from audio_ident.model.library_map import Landmarks, MapLayout, MapPoint, MapTrack
from audio_ident.model.vectors import Space, SpaceId, Vectors, WindowVectors
from audio_ident.stores.sql.unit_of_work import Catalogue
from audio_ident.stores.vectors.protocol import VectorReader
from audio_ident.units import seconds_to_milliseconds, ticks_to_seconds

LANDMARKS = 1500
"""At most; 8 CPU seconds, and as many more tracks do not make the map any better."""

GROWTH = 2
"""The library is laid out anew when it has grown by this factor."""

_TRACKS_AT_ONCE = 100
"""Whose windows are held in memory, and that are written in one transaction."""

_LISTED_AT_ONCE = 5000
_FORGOTTEN_AT_ONCE = 2000
_DECIMALS = 5
"""Of positions: a hundredth of a pixel."""


_Item = TypeVar("_Item")


class Mapper:
    """Brings the map of a library up to date.

    Parameters
    ----------
    catalogue
        What is mapped, and where the map is kept; written in short transactions.
    vectors
        Says what tracks sound like.
    now
        The clock.
    """

    def __init__(
        self, catalogue: Catalogue, vectors: VectorReader, now: Callable[[], datetime.datetime]
    ) -> None:
        self._catalogue = catalogue
        self._vectors = vectors
        self._now = now

    def step(self, should_stop: Callable[[], bool]) -> bool:
        """Work until the map is up to date or it is time to stop; whether it is up to date.

        What was done stays done, so that the next call goes on behind it.
        """
        with self._catalogue.reading() as rows:
            known = rows.spaces.active()
        if known is None or should_stop():
            return known is None
        layout = self._layout(known.space, should_stop)
        if layout is None:
            return not should_stop()
        if not self._place_all(layout, should_stop):
            return False
        if not layout.is_finished:
            with self._catalogue.writing() as rows:
                rows.map.finish(layout.id, self._now())
        return self._forget_others(layout, should_stop)

    def _layout(self, space: Space, should_stop: Callable[[], bool]) -> MapLayout | None:
        """The layout to work on, a new one when that is due.

        None while there is nothing, and when it is time to stop.
        """
        with self._catalogue.reading() as rows:
            layout = rows.map.newest_layout()
            tracks = rows.map.count_tracks()
        is_due = layout is None or layout.space_id != space.id or tracks >= GROWTH * layout.tracks
        if not is_due:
            return layout
        landmarks = self._landmarks(space.id, should_stop)
        if landmarks is None:
            return None
        with self._catalogue.writing() as rows:
            return rows.map.add_layout(space.id, landmarks, tracks, self._now())

    def _landmarks(self, space_id: SpaceId, should_stop: Callable[[], bool]) -> Landmarks | None:
        with self._catalogue.reading() as rows:
            recordings = rows.map.recordings()
            shown = rows.map.shown_layout()
        held = [digest for digest in self._vectors.digests(space_id) if digest in recordings]
        # digests are as good as drawn by lot, so every so manieth is a fair sample
        numbers = np.linspace(0, len(held) - 1, min(len(held), LANDMARKS)).round().astype(int)
        chosen = [held[number] for number in numbers]
        means: dict[AudioDigest, Vectors] = {}
        for some in _batches(chosen):
            if should_stop():
                return None
            for digest, windows in self._vectors.windows_of(space_id, some).items():
                if len(windows.vectors):
                    means[digest] = _mean(windows.vectors)
        digests = tuple(digest for digest in chosen if digest in means)
        if not digests:
            return None
        vectors = np.stack([means[digest] for digest in digests])
        before = None if shown is None else self._positions_before(shown.id, digests)
        positions = _NOWHERE
        for laid in layouts(vectors, before):
            if should_stop():
                return None
            positions = laid
        return Landmarks(digests=digests, vectors=vectors, positions=positions)

    def _positions_before(self, layout_id: int, digests: Sequence[AudioDigest]) -> Positions:
        with self._catalogue.reading() as rows:
            known = rows.map.positions_of(layout_id, digests)
        return np.array([known.get(digest, (np.nan, np.nan)) for digest in digests])

    def _place_all(self, layout: MapLayout, should_stop: Callable[[], bool]) -> bool:
        after = ""
        plane: _Plane | None = None
        while tracks := self._without_point(layout.id, after):
            for some in _batches(tracks):
                if should_stop():
                    return False
                heard = self._heard(layout.space_id, some)
                if heard:
                    plane = plane or self._plane(layout.id)
                    self._put(layout.id, _placed(heard, plane))
            after = tracks[-1].id
        return True

    def _without_point(self, layout_id: int, after: str) -> Sequence[MapTrack]:
        with self._catalogue.reading() as rows:
            return rows.map.without_point(layout_id, after, _LISTED_AT_ONCE)

    def _plane(self, layout_id: int) -> "_Plane":
        with self._catalogue.reading() as rows:
            return _Plane(
                landmarks=rows.map.landmarks(layout_id),
                taken=taken_squares(*rows.map.all_positions(layout_id)),
            )

    def _heard(self, space_id: SpaceId, tracks: Sequence[MapTrack]) -> "list[_Heard]":
        """What those tracks sound like that the space has."""
        held = self._vectors.windows_of(space_id, {track.digest for track in tracks})
        return [
            _heard_of(track, held[track.digest])
            for track in tracks
            if track.digest in held and len(held[track.digest].vectors)
        ]

    def _put(self, layout_id: int, points: Sequence[MapPoint]) -> None:
        with self._catalogue.writing() as rows:
            present = rows.tracks.added_at([point.track_id for point in points])
            rows.map.put(layout_id, [point for point in points if point.track_id in present])

    def _forget_others(self, layout: MapLayout, should_stop: Callable[[], bool]) -> bool:
        while not should_stop():
            with self._catalogue.reading() as rows:
                is_only = rows.map.is_only(layout.id)
            if is_only:
                return True
            with self._catalogue.writing() as rows:
                rows.map.forget_others(layout.id, _FORGOTTEN_AT_ONCE)
        return False


_NOWHERE: Positions = np.zeros((0, 2))


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Plane:
    """What tracks are placed among, and the squares that have their points."""

    landmarks: Landmarks
    taken: Taken


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Heard:
    """What a track sounds like."""

    track: MapTrack
    mean: Vectors
    is_whole: bool
    """Whether it is all of its recording."""


def _heard_of(track: MapTrack, windows: WindowVectors) -> _Heard:
    """By the windows whose middle lies in a track, or by all of them when none does."""
    middles = (windows.start_ms.astype(np.int64) + windows.end_ms) // 2
    start_ms, end_ms = (
        seconds_to_milliseconds(ticks_to_seconds(at)) for at in (track.start_ticks, track.end_ticks)
    )
    inside = windows.vectors[(middles >= start_ms) & (middles <= end_ms)]
    vectors = inside if len(inside) else windows.vectors
    is_whole = len(vectors) == len(windows.vectors)
    return _Heard(track=track, mean=_mean(vectors), is_whole=is_whole)


def _placed(heard: Sequence[_Heard], plane: _Plane) -> list[MapPoint]:
    """Points of tracks; a landmark lies where it was laid."""
    landmarks = plane.landmarks
    vectors = np.stack([each.mean for each in heard])
    positions = place(vectors, landmarks.vectors, landmarks.positions)
    numbers = {digest: number for number, digest in enumerate(landmarks.digests)}
    for at, each in enumerate(heard):
        if each.is_whole and each.track.digest in numbers:
            positions[at] = landmarks.positions[numbers[each.track.digest]]
    positions = positions.round(_DECIMALS)
    levels = take_levels(positions, plane.taken)
    return [
        MapPoint(
            track_id=each.track.id, digest=each.track.digest, x=float(x), y=float(y), level=level
        )
        for each, (x, y), level in zip(heard, positions, levels, strict=True)
    ]


def _mean(vectors: Vectors) -> Vectors:
    """The direction in which vectors point together, of length 1."""
    mean = vectors.mean(axis=0, dtype=np.float64)
    direction: Vectors = (mean / max(float(np.linalg.norm(mean)), 1e-9)).astype(np.float32)
    return direction


def _batches(items: Sequence[_Item]) -> Iterator[Sequence[_Item]]:
    for start in range(0, len(items), _TRACKS_AT_ONCE):
        yield items[start : start + _TRACKS_AT_ONCE]
