"""Keeps the rows in which tracks are browsed like the rows that they are made from."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from audio_ident.stores.sql.edits import TrackEdits
from audio_ident.stores.sql.hidden import is_hidden, keep_newest_hiding
from audio_ident.stores.sql.listing_changes import note_changed, take_changed
from audio_ident.stores.sql.listing_values import genre_values, listing_values
from audio_ident.stores.sql.tables import FileRow, TrackRow
from audio_ident.stores.sql.tables_edits import (
    HiddenTrackRow,
    ListedGenreRow,
    ListingRow,
    TrackEditRow,
)
from audio_ident.stores.sql.track_anchors import adopt_all, adopt_decisions
from audio_ident.stores.sql.tracks import TRACK_COLUMNS, joined, track_of_row
from audio_ident.stores.sql.vector_marks import note_relisted

_FILES_AT_ONCE = 500

_COLUMNS = [column.key for column in sa.inspect(ListingRow).columns]

_GENRE_COLUMNS = [column.key for column in sa.inspect(ListedGenreRow).columns]


class Listings:
    """Tracks as lists show and order them."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def follow(self) -> None:
        """Bring the listings up to date with what this transaction changed."""
        self._session.flush()
        changed = set(take_changed(self._session))
        if changed:
            adopt_decisions(self._session, changed)
            self.refresh(changed.union(take_changed(self._session)))

    def take_in_decisions(self) -> None:
        """Let decisions that a backup brought count, for the tracks that they are about."""
        adopt_all(self._session)
        keep_newest_hiding(self._session)
        for table in (TrackEditRow, HiddenTrackRow):
            decided = sa.select(TrackRow.file_id).join(table, table.track_id == TrackRow.id)
            note_changed(self._session, self._session.scalars(decided.distinct()))

    def refresh(self, file_ids: Collection[int]) -> None:
        """Make the listings of the tracks of files anew."""
        for some in _batches(file_ids):
            self._refresh(some)

    def mismatches(self) -> Iterator[tuple[int, str]]:
        """Files (id) and tracks whose listing is lacking or not what it would be made now."""
        file_ids = list(self._session.scalars(sa.select(TrackRow.file_id).distinct()))
        for some in _batches(file_ids):
            wanted = {
                values["track_id"]: (values, genres) for _, values, genres in self._made(some)
            }
            query = sa.select(TrackRow.id, TrackRow.file_id).where(TrackRow.file_id.in_(some))
            tracks = self._session.execute(query).all()
            present = self._present([track_id for track_id, _ in tracks])
            for track_id, file_id in tracks:
                if present.get(track_id) != wanted.get(track_id):
                    yield file_id, track_id

    def _refresh(self, file_ids: Sequence[int]) -> None:
        of_files = TrackRow.file_id.in_(file_ids)
        query = sa.select(TrackRow.id).where(of_files).order_by(TrackRow.id).with_for_update()
        track_ids = list(self._session.scalars(query))
        made = list(self._made(file_ids))
        listed = sa.select(ListingRow.audio_id).where(ListingRow.track_id.in_(track_ids)).distinct()
        before, after = self._session.scalars(listed), (values["audio_id"] for _, values, _ in made)
        note_relisted(self._session, {*before, *after})
        for table in (ListedGenreRow, ListingRow):
            self._session.execute(
                sa.delete(table)
                .where(table.track_id.in_(track_ids))
                .execution_options(synchronize_session=False)
            )
        if made:
            self._session.execute(sa.insert(ListingRow), [values for _, values, _ in made])
        if genres := [genre for _, _, genres in made for genre in genres]:
            self._session.execute(sa.insert(ListedGenreRow), genres)

    def _made(
        self, file_ids: Sequence[int]
    ) -> Iterator[tuple[int, dict[str, Any], list[dict[str, Any]]]]:
        """For each track its file, and the values of its listing and of its genres."""
        edits = sa.literal(None).label("edits")
        query = joined(sa.select(*TRACK_COLUMNS[:-1], edits, is_hidden())).where(
            FileRow.id.in_(file_ids)
        )
        rows = self._session.execute(query).all()
        said = TrackEdits(self._session).current([row[0].id for row in rows])
        for track_row, file, root_path, audio, tags, _, hidden in rows:
            edited = said.get(track_row.id)
            track = track_of_row((track_row, file, root_path, audio, tags, edited))
            values = listing_values(
                track, is_hidden=hidden, is_lossless=audio.bits_per_sample is not None
            )
            copied = {
                "audio_id": audio.id,
                "root_id": file.root_id,
                "added_at": track_row.created_at,
                "edits": edited or None,
            }
            yield file.id, values | copied, genre_values(track, values)

    def _present(self, track_ids: Sequence[str]) -> dict[str, tuple[Any, Any]]:
        listings = self._session.scalars(
            sa.select(ListingRow).where(ListingRow.track_id.in_(track_ids))
        )
        genres: dict[str, list[dict[str, Any]]] = {}
        query = sa.select(ListedGenreRow).where(ListedGenreRow.track_id.in_(track_ids))
        for row in self._session.scalars(query.order_by(ListedGenreRow.position)):
            genres.setdefault(row.track_id, []).append(
                {name: getattr(row, name) for name in _GENRE_COLUMNS}
            )
        return {
            row.track_id: (
                {name: getattr(row, name) for name in _COLUMNS},
                genres.get(row.track_id, []),
            )
            for row in listings
        }


def _batches(file_ids: Collection[int]) -> Iterator[list[int]]:
    ordered = sorted(file_ids)
    for start in range(0, len(ordered), _FILES_AT_ONCE):
        yield ordered[start : start + _FILES_AT_ONCE]
