"""Queries about the map of the library: its layouts, and the points of tracks."""

import datetime
from collections.abc import Collection, Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa
from sqlalchemy.orm import Session

from audio_ident.core.vibe.map_levels import FINEST_LEVEL
from audio_ident.model.analysis import AudioDigest
from audio_ident.model.browse import ListState
from audio_ident.model.library import TrackId
from audio_ident.model.library_map import (
    Landmarks,
    MapColour,
    MapLayout,
    MapPoint,
    MapTrack,
    MapWindow,
    ShownPoint,
)
from audio_ident.model.vectors import SpaceId
from audio_ident.stores.sql.tables import AudioRow, TrackRow
from audio_ident.stores.sql.tables_edits import ListedGenreRow, ListingRow
from audio_ident.stores.sql.tables_map import MapLayoutRow, MapPointRow
from audio_ident.units import Ticks

_DIGESTS_AT_ONCE = 500
_VECTORS, _POSITIONS = np.dtype("<f2"), np.dtype("<f8")

_COLOURS: dict[MapColour, Any] = {
    MapColour.NONE: sa.null(),
    MapColour.GENRE: sa.select(ListedGenreRow.name)
    .where(ListedGenreRow.track_id == ListingRow.track_id)
    .order_by(ListedGenreRow.position)
    .limit(1)
    .scalar_subquery(),
    MapColour.ARTIST: ListingRow.artist,
    MapColour.ALBUM: ListingRow.album,
    MapColour.YEAR: ListingRow.year,
}


class MapPoints:
    """The map of a library."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def newest_layout(self) -> MapLayout | None:
        """The layout that was begun last, finished or not."""
        return self._layout()

    def shown_layout(self) -> MapLayout | None:
        """The newest that is finished; the newest of all while none is."""
        return self._layout(MapLayoutRow.finished_at.is_not(None)) or self._layout()

    def landmarks(self, layout_id: int) -> Landmarks:
        """What other tracks are placed among."""
        row = self._session.get_one(MapLayoutRow, layout_id)
        vectors = np.frombuffer(row.landmark_vectors, _VECTORS).astype(np.float32)
        vectors = vectors.reshape(-1, row.dimension)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        positions = np.frombuffer(row.landmark_positions, _POSITIONS).reshape(-1, 2)
        return Landmarks(
            digests=tuple(map(AudioDigest, row.landmark_digests)),
            vectors=vectors / np.maximum(lengths, 1e-9),
            positions=positions.astype(np.float64),
        )

    def add_layout(
        self, space_id: SpaceId, landmarks: Landmarks, tracks: int, at: datetime.datetime
    ) -> MapLayout:
        """Begin a layout."""
        row = MapLayoutRow(
            space_id=space_id,
            tracks=tracks,
            dimension=landmarks.vectors.shape[1],
            landmark_digests=[str(digest) for digest in landmarks.digests],
            landmark_vectors=landmarks.vectors.astype(_VECTORS).tobytes(),
            landmark_positions=landmarks.positions.astype(_POSITIONS).tobytes(),
            made_at=at,
        )
        self._session.add(row)
        self._session.flush()
        return MapLayout(id=row.id, space_id=space_id, tracks=tracks, made_at=at, is_finished=False)

    def finish(self, layout_id: int, at: datetime.datetime) -> None:
        """Say that every track has its point; the layout is shown from now on."""
        self._session.get_one(MapLayoutRow, layout_id).finished_at = at

    def is_only(self, layout_id: int) -> bool:
        """Whether there is no other layout."""
        others = sa.exists().where(MapLayoutRow.id != layout_id)
        return not self._session.scalar(sa.select(others))

    def forget_others(self, layout_id: int, limit: int) -> None:
        """Forget some points of another layout, or the layout once it has none."""
        others = self._session.scalars(
            sa.select(MapLayoutRow.id).where(MapLayoutRow.id != layout_id)
        ).all()
        for other in others:
            of_other = MapPointRow.layout_id == other
            some = sa.select(MapPointRow.track_id).where(of_other).limit(limit)
            found = self._session.scalars(some).all()
            if found:
                chosen = MapPointRow.track_id.in_(found)
                self._session.execute(sa.delete(MapPointRow).where(of_other, chosen))
                return
            self._session.execute(sa.delete(MapLayoutRow).where(MapLayoutRow.id == other))

    def count_tracks(self) -> int:
        """How many tracks the library shows."""
        shown = ListingRow.state == ListState.SHOWN
        return self._session.scalar(sa.select(sa.func.count(ListingRow.track_id)).where(shown)) or 0

    def count_points(self, layout_id: int) -> int:
        """How many tracks have a point."""
        of_layout = MapPointRow.layout_id == layout_id
        query = sa.select(sa.func.count()).select_from(MapPointRow).where(of_layout)
        return self._session.scalar(query) or 0

    def recordings(self) -> set[AudioDigest]:
        """What the tracks that the library shows are of."""
        query = (
            sa.select(AudioRow.digest)
            .join(ListingRow, ListingRow.audio_id == AudioRow.id)
            .where(ListingRow.state == ListState.SHOWN)
        )
        return {AudioDigest(digest) for digest in self._session.scalars(query)}

    def without_point(self, layout_id: int, after: str, limit: int) -> list[MapTrack]:
        """Shown tracks behind an id that have no point, or that of another recording, by id."""
        query = (
            sa.select(TrackRow.id, AudioRow.digest, TrackRow.start_ticks, TrackRow.end_ticks)
            .select_from(ListingRow)
            .join(TrackRow, TrackRow.id == ListingRow.track_id)
            .join(AudioRow, AudioRow.id == ListingRow.audio_id)
            .outerjoin(
                MapPointRow,
                sa.and_(
                    MapPointRow.layout_id == layout_id,
                    MapPointRow.track_id == ListingRow.track_id,
                    MapPointRow.audio_digest == AudioRow.digest,
                ),
            )
            .where(
                ListingRow.state == ListState.SHOWN,
                ListingRow.track_id > after,
                MapPointRow.track_id.is_(None),
            )
            .order_by(ListingRow.track_id)
            .limit(limit)
        )
        return [
            MapTrack(
                id=TrackId(track_id),
                digest=AudioDigest(digest),
                start_ticks=Ticks(start),
                end_ticks=Ticks(end),
            )
            for track_id, digest, start, end in self._session.execute(query)
        ]

    def put(self, layout_id: int, points: Sequence[MapPoint]) -> None:
        """Set points, instead of those that the tracks had."""
        if not points:
            return
        tracks = [point.track_id for point in points]
        self._session.execute(
            sa.delete(MapPointRow).where(
                MapPointRow.layout_id == layout_id, MapPointRow.track_id.in_(tracks)
            )
        )
        self._session.execute(
            sa.insert(MapPointRow),
            [
                {
                    "layout_id": layout_id,
                    "track_id": point.track_id,
                    "audio_digest": point.digest,
                    "x": point.x,
                    "y": point.y,
                    "level": point.level,
                }
                for point in points
            ],
        )

    def all_positions(
        self, layout_id: int
    ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
        """Position and level of every point, shapes `(n, 2)` and `(n,)`."""
        query = sa.select(MapPointRow.x, MapPointRow.y, MapPointRow.level)
        rows = self._session.execute(query.where(MapPointRow.layout_id == layout_id)).all()
        table = np.array([tuple(row) for row in rows], np.float64).reshape(-1, 3)
        return table[:, :2], table[:, 2].astype(np.int64)

    def positions_of(
        self, layout_id: int, digests: Collection[AudioDigest]
    ) -> dict[AudioDigest, tuple[float, float]]:
        """Where recordings lie, those that have a point."""
        columns = (MapPointRow.audio_digest, MapPointRow.x, MapPointRow.y)
        found: dict[AudioDigest, tuple[float, float]] = {}
        for some in _batches(digests):
            query = (
                sa.select(*columns)
                .join(TrackRow, TrackRow.id == MapPointRow.track_id)
                .join(ListingRow, ListingRow.track_id == TrackRow.id)
                .join(AudioRow, AudioRow.id == ListingRow.audio_id)
                .where(MapPointRow.layout_id == layout_id, AudioRow.digest.in_(some))
                .order_by(MapPointRow.track_id.desc())
            )
            for digest, x, y in self._session.execute(query):
                found[AudioDigest(digest)] = (x, y)
        return found

    def in_view(
        self, layout_id: int, window: MapWindow, colour: MapColour, limit: int
    ) -> tuple[list[ShownPoint], bool]:
        """Points in a window, those first that are shown from afar; whether these are all."""
        points: list[ShownPoint] = []
        for level in range(FINEST_LEVEL + 2):
            query = self._of_level(layout_id, level, window, colour)
            rows = self._session.execute(query.limit(limit - len(points) + 1)).all()
            points += [
                ShownPoint(
                    track_id=TrackId(track_id), x=x, y=y, group=str(group) if group else None
                )
                for track_id, x, y, group in rows
            ]
            if len(points) > limit:
                return points[:limit], False
        return points, True

    def _of_level(self, layout_id: int, level: int, window: MapWindow, colour: MapColour) -> Any:  # noqa: ANN401 -- the type of a query
        return (
            sa.select(MapPointRow.track_id, MapPointRow.x, MapPointRow.y, _COLOURS[colour])
            .join(ListingRow, ListingRow.track_id == MapPointRow.track_id)
            .where(
                MapPointRow.layout_id == layout_id,
                MapPointRow.level == level,
                MapPointRow.x.between(window.x_from, window.x_to),
                MapPointRow.y.between(window.y_from, window.y_to),
                ListingRow.state == ListState.SHOWN,
            )
            .order_by(MapPointRow.track_id)
        )

    def _layout(self, *conditions: sa.ColumnElement[bool]) -> MapLayout | None:
        query = sa.select(
            MapLayoutRow.id,
            MapLayoutRow.space_id,
            MapLayoutRow.tracks,
            MapLayoutRow.made_at,
            MapLayoutRow.finished_at,
        )
        row = self._session.execute(
            query.where(*conditions).order_by(MapLayoutRow.id.desc()).limit(1)
        ).first()
        if row is None:
            return None
        return MapLayout(
            id=row.id,
            space_id=SpaceId(row.space_id),
            tracks=row.tracks,
            made_at=row.made_at,
            is_finished=row.finished_at is not None,
        )


def _batches(digests: Collection[AudioDigest]) -> Iterator[list[AudioDigest]]:
    ordered = sorted(digests)
    for start in range(0, len(ordered), _DIGESTS_AT_ONCE):
        yield ordered[start : start + _DIGESTS_AT_ONCE]
