"""Queries of people who browse: pages of tracks and of names, fast in a large library."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from audio_ident.core.folding import search_words, sort_key
from audio_ident.model.browse import (
    ListedTrack,
    ListState,
    NameCount,
    NameKind,
    Place,
    TrackSort,
    Wanted,
)
from audio_ident.model.library import TrackId
from audio_ident.stores.sql.dialect import occurs_in
from audio_ident.stores.sql.duplicate_ties import has_duplicates
from audio_ident.stores.sql.tables_edits import ListedGenreRow, ListingRow
from audio_ident.stores.sql.tracks import Tracks
from audio_ident.units import Ticks, seconds_to_ticks

_SORT_COLUMNS: Mapping[str, Any] = {
    "added": ListingRow.added_at,
    "title": ListingRow.title_key,
    "artist": ListingRow.artist_key,
    "album": ListingRow.album_key,
    "year": ListingRow.year,
    "duration": ListingRow.duration_ticks,
}

_FEW = 5000
"""Tracks that are sorted at once; more are met soon enough in the order of all."""

_SEARCHED = (ListingRow.title_key, ListingRow.artist_key, ListingRow.album_key)


class Browsing:
    """Pages of what the library shows."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def page(
        self, wanted: Wanted, sort: TrackSort, limit: int, start: int | Place
    ) -> tuple[list[ListedTrack], Place | None, int]:
        """Some tracks, where they end if there are more, and how many there are in all.

        Parameters
        ----------
        start
            How many tracks to skip, or the place behind which to go on; the latter is as fast
            anywhere, and sees no track twice when others come or go.
        """
        key = _SORT_COLUMNS[sort.key]
        total = self.count(wanted)
        if not total:
            return [], None, 0
        query = sa.select(ListingRow.track_id, key).where(*_conditions(wanted))
        columns = (key, ListingRow.track_id)
        number = 1
        if isinstance(start, Place):
            number = start.page
            behind = (
                sa.tuple_(*columns),
                sa.tuple_(sa.literal(start.key, key.type), sa.literal(start.track_id)),
            )
            query = query.where(
                behind[0] < behind[1] if sort.is_descending else behind[0] > behind[1]
            )
        else:
            number = start // limit + 1 if limit else 1
            query = query.offset(start)
        # few tracks are sorted faster than they are found in the order of all tracks
        sorted_by = [sa.func.coalesce(c, c) for c in columns] if total < _FEW else columns
        order = [column.desc() if sort.is_descending else column for column in sorted_by]
        rows = self._session.execute(query.order_by(*order).limit(limit + 1)).all()
        more = len(rows) > limit
        ids = [TrackId(row[0]) for row in rows[:limit]]
        last = Place(key=rows[limit - 1][1], track_id=ids[-1], page=number + 1) if more else None
        return self.listed(ids), last, total

    def count(self, wanted: Wanted) -> int:
        """How many tracks there are on all pages."""
        query = sa.select(sa.func.count()).select_from(ListingRow).where(*_conditions(wanted))
        return self._session.scalar(query) or 0

    def listed(self, track_ids: Sequence[TrackId]) -> list[ListedTrack]:
        """Tracks in the order of their ids; those that are not there are left out."""
        query = sa.select(ListingRow).where(ListingRow.track_id.in_(track_ids))
        listings = {row.track_id: row for row in self._session.scalars(query)}
        genres: dict[str, list[str]] = {}
        of_tracks = ListedGenreRow.track_id.in_(track_ids)
        by_position = sa.select(ListedGenreRow).where(of_tracks).order_by(ListedGenreRow.position)
        for genre in self._session.scalars(by_position):
            genres.setdefault(genre.track_id, []).append(genre.name)
        return [
            ListedTrack(
                track=track,
                duration_ticks=Ticks(row.duration_ticks),
                added_at=row.added_at,
                year=row.year or None,
                album_credit=row.album_credit,
                genres=tuple(genres.get(track.id, ())),
                is_lossless=row.is_lossless,
                root_id=row.root_id,
                state=ListState(row.state),
            )
            for track in Tracks(self._session).with_ids(track_ids)
            if (row := listings.get(track.id)) is not None
        ]

    def amounts(self) -> list[tuple[ListState, str, int, Ticks]]:
        """State, encoding, number and length of all tracks, state by state and encoding by it."""
        query = (
            sa.select(
                ListingRow.state,
                ListingRow.codec,
                sa.func.count(),
                sa.func.sum(ListingRow.duration_ticks),
            )
            .group_by(ListingRow.state, ListingRow.codec)
            .order_by(ListingRow.state, ListingRow.codec)
        )
        return [
            (ListState(state), codec, count, Ticks(int(ticks)))
            for state, codec, count, ticks in self._session.execute(query)
        ]

    def names(
        self, kind: NameKind, search: str, limit: int, offset: int
    ) -> tuple[list[NameCount], int]:
        """Artists, albums or genres of what is shown, by name, and how many there are in all."""
        keys, table = _SOURCES[kind]
        conditions = [table.state == ListState.SHOWN, keys[0] != ""]
        conditions += [_contains(keys[0], word) for word in search_words(search)]
        grouped = sa.select(*keys).select_from(table).where(*conditions).group_by(*keys)
        total = self._session.scalar(sa.select(sa.func.count()).select_from(grouped.subquery()))
        names = _NAMES[kind]
        page = grouped.order_by(*keys).limit(limit).offset(offset).subquery()
        counted = (
            sa.select(
                *(sa.func.min(name) for name in names),
                sa.func.count(),
                sa.func.sum(table.duration_ticks),
            )
            .select_from(table)
            .join(page, sa.and_(*(key == column for key, column in zip(keys, page.c, strict=True))))
            .where(table.state == ListState.SHOWN)
            .group_by(*keys)
            .order_by(*keys)
        )
        found = [
            NameCount(
                name=row[0],
                credit=row[1] if len(names) == 2 else "",
                tracks=row[-2],
                duration_ticks=Ticks(int(row[-1])),
            )
            for row in self._session.execute(counted)
        ]
        return found, total or 0


_SOURCES: Mapping[NameKind, tuple[tuple[Any, ...], type[ListingRow] | type[ListedGenreRow]]] = {
    NameKind.ARTIST: ((ListingRow.artist_key,), ListingRow),
    NameKind.ALBUM: ((ListingRow.album_key, ListingRow.album_credit_key), ListingRow),
    NameKind.GENRE: ((ListedGenreRow.name_key,), ListedGenreRow),
}
"""What makes names equal, and where they lie."""

_NAMES: Mapping[NameKind, tuple[Any, ...]] = {
    NameKind.ARTIST: (ListingRow.artist,),
    NameKind.ALBUM: (ListingRow.album, ListingRow.album_credit),
    NameKind.GENRE: (ListedGenreRow.name,),
}
"""How they are written; of several spellings the least."""


def _contains(column: Any, word: str) -> sa.ColumnElement[bool]:  # noqa: ANN401
    return occurs_in(column, sa.literal(word, sa.Text))


def _conditions(wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    conditions = [ListingRow.state == wanted.state]
    conditions += [
        sa.or_(*(_contains(column, word) for column in _SEARCHED))
        for word in search_words(wanted.search)
    ]
    equal = {
        ListingRow.artist_key: _key(wanted.artist),
        ListingRow.album_key: _key(wanted.album),
        ListingRow.album_credit_key: _key(wanted.album_artist),
        ListingRow.container: wanted.container,
        ListingRow.codec: wanted.codec,
        ListingRow.is_lossless: wanted.is_lossless,
        ListingRow.root_id: wanted.root_id,
    }
    conditions += [column == value for column, value in equal.items() if value is not None]
    conditions += _ranges(wanted)
    if wanted.genre is not None:
        genre = aliased(ListedGenreRow)
        of_genre = sa.select(genre.track_id).where(genre.name_key == sort_key(wanted.genre))
        conditions.append(ListingRow.track_id.in_(of_genre.scalar_subquery()))
    if wanted.has_duplicates is not None:
        is_tied = has_duplicates(wanted.state)
        conditions.append(is_tied if wanted.has_duplicates else ~is_tied)
    return conditions


def _ranges(wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = []
    if wanted.year_from is not None or wanted.year_to is not None:
        found.append(ListingRow.year >= max(wanted.year_from or 1, 1))
    if wanted.year_to is not None:
        found.append(ListingRow.year <= wanted.year_to)
    if wanted.duration_from_s is not None:
        found.append(ListingRow.duration_ticks >= seconds_to_ticks(wanted.duration_from_s))
    if wanted.duration_to_s is not None:
        found.append(ListingRow.duration_ticks <= seconds_to_ticks(wanted.duration_to_s))
    if wanted.added_since is not None:
        found.append(ListingRow.added_at >= wanted.added_since)
    return found


def _key(name: str | None) -> str | None:
    return None if name is None else sort_key(name)
