"""Keeps the map of the library: lays out landmarks, places tracks, in steps that may be stopped.

What is placed stays where it is. Everything is laid out anew only when the library has grown to
twice its size, or when another space answers; the new map starts from the old one and is turned
like it. Whoever looks sees the old one until the new one is finished.
"""

import datetime
from collections.abc import Callable, Collection, Iterator, Sequence

import numpy as np

from audio_ident.core.vibe.map_layout import Positions, lay_out
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

_TRACKS_AT_ONCE = 400
_FORGOTTEN_AT_ONCE = 2000
_DECIMALS = 5
"""Of positions: a hundredth of a pixel."""


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
        layout = self._layout(known.space)
        if layout is None:
            return True
        if not self._place_all(layout, should_stop):
            return False
        if not layout.is_finished:
            with self._catalogue.writing() as rows:
                rows.map.finish(layout.id, self._now())
        return self._forget_others(layout, should_stop)

    def _layout(self, space: Space) -> MapLayout | None:
        """The layout to work on, a new one when that is due; None while there is nothing."""
        with self._catalogue.reading() as rows:
            layout = rows.map.newest_layout()
            tracks = rows.map.count_tracks()
        is_due = layout is None or layout.space_id != space.id or tracks >= GROWTH * layout.tracks
        if not is_due:
            return layout
        landmarks = self._landmarks(space.id)
        if not landmarks.digests:
            return None
        with self._catalogue.writing() as rows:
            return rows.map.add_layout(space.id, landmarks, tracks, self._now())

    def _landmarks(self, space_id: SpaceId) -> Landmarks:
        with self._catalogue.reading() as rows:
            recordings = rows.map.recordings()
            shown = rows.map.shown_layout()
        held = [digest for digest in self._vectors.digests(space_id) if digest in recordings]
        # digests are as good as drawn by lot, so every so manieth is a fair sample
        numbers = np.linspace(0, len(held) - 1, min(len(held), LANDMARKS)).round().astype(int)
        chosen = [held[number] for number in numbers]
        means: dict[AudioDigest, Vectors] = {}
        for some in _batches(chosen):
            for digest, windows in self._vectors.windows_of(space_id, some).items():
                if len(windows.vectors):
                    means[digest] = _mean(windows.vectors)
        digests = tuple(digest for digest in chosen if digest in means)
        if not digests:
            return Landmarks(digests=(), vectors=np.zeros((0, 0), np.float32), positions=_NOWHERE)
        vectors = np.stack([means[digest] for digest in digests])
        before = None if shown is None else self._positions_before(shown.id, digests)
        return Landmarks(digests=digests, vectors=vectors, positions=lay_out(vectors, before))

    def _positions_before(self, layout_id: int, digests: Sequence[AudioDigest]) -> Positions:
        with self._catalogue.reading() as rows:
            known = rows.map.positions_of(layout_id, digests)
        return np.array([known.get(digest, (np.nan, np.nan)) for digest in digests])

    def _place_all(self, layout: MapLayout, should_stop: Callable[[], bool]) -> bool:
        after = ""
        landmarks: Landmarks | None = None
        taken: Taken = []
        while True:
            with self._catalogue.reading() as rows:
                tracks = rows.map.without_point(layout.id, after, _TRACKS_AT_ONCE)
                if not tracks:
                    return True
                if landmarks is None:
                    landmarks = rows.map.landmarks(layout.id)
                    taken = taken_squares(*rows.map.all_positions(layout.id))
            if should_stop():
                return False
            points = self._placed(layout.space_id, landmarks, tracks, taken)
            with self._catalogue.writing() as rows:
                present = rows.tracks.added_at([point.track_id for point in points])
                rows.map.put(layout.id, [p for p in points if p.track_id in present])
            after = tracks[-1].id

    def _placed(
        self, space_id: SpaceId, landmarks: Landmarks, tracks: Sequence[MapTrack], taken: Taken
    ) -> list[MapPoint]:
        """Points of those tracks that the space has."""
        held = self._vectors.windows_of(space_id, {track.digest for track in tracks})
        found = [track for track in tracks if track.digest in held]
        found = [track for track in found if len(held[track.digest].vectors)]
        if not found:
            return []
        heard = [_vectors_in(track, held[track.digest]) for track in found]
        positions = place(
            np.stack([_mean(vectors) for vectors in heard]), landmarks.vectors, landmarks.positions
        )
        numbers = {digest: number for number, digest in enumerate(landmarks.digests)}
        for at, (track, vectors) in enumerate(zip(found, heard, strict=True)):
            is_whole = len(vectors) == len(held[track.digest].vectors)
            if is_whole and track.digest in numbers:
                positions[at] = landmarks.positions[numbers[track.digest]]
        positions = positions.round(_DECIMALS)
        levels = take_levels(positions, taken)
        return [
            MapPoint(track_id=track.id, digest=track.digest, x=float(x), y=float(y), level=level)
            for track, (x, y), level in zip(found, positions, levels, strict=True)
        ]

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


def _vectors_in(track: MapTrack, windows: WindowVectors) -> Vectors:
    """Windows whose middle lies in a track; all of them when none does."""
    middles = (windows.start_ms.astype(np.int64) + windows.end_ms) // 2
    start_ms, end_ms = (
        seconds_to_milliseconds(ticks_to_seconds(at)) for at in (track.start_ticks, track.end_ticks)
    )
    inside = windows.vectors[(middles >= start_ms) & (middles <= end_ms)]
    return inside if len(inside) else windows.vectors


def _mean(vectors: Vectors) -> Vectors:
    """The direction in which vectors point together, of length 1."""
    mean = vectors.mean(axis=0, dtype=np.float64)
    direction: Vectors = (mean / max(float(np.linalg.norm(mean)), 1e-9)).astype(np.float32)
    return direction


def _batches(digests: Sequence[AudioDigest]) -> Iterator[Collection[AudioDigest]]:
    for start in range(0, len(digests), _TRACKS_AT_ONCE):
        yield digests[start : start + _TRACKS_AT_ONCE]
