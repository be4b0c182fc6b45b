"""Queries about what filters see of recordings: their tracks, as lists name them."""

from collections.abc import Collection, Iterable
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from audio_ident.model.analysis import AudioDigest
from audio_ident.model.vectors import Passage
from audio_ident.stores.sql.listing_values import HIDDEN
from audio_ident.stores.sql.tables import AudioRow, TrackRow
from audio_ident.stores.sql.tables_edits import ListedGenreRow, ListingRow
from audio_ident.units import Ticks, seconds_to_milliseconds, ticks_to_seconds


class Passages:
    """Passages of recordings, without what only their sound tells."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def of(self, digests: Collection[AudioDigest]) -> dict[AudioDigest, tuple[Passage, ...]]:
        """Passages of those recordings that have tracks, in order.

        Tracks of missing files count, as they do everywhere. A stretch whose tracks are all hidden
        is a passage without names, so that its windows do not pass for those of another one.
        """
        query = (
            sa.select(
                AudioRow.digest,
                TrackRow.start_ticks,
                TrackRow.end_ticks,
                TrackRow.id,
                ListingRow.artist_key,
                ListingRow.year,
                ListingRow.state,
            )
            .join(ListingRow, ListingRow.audio_id == AudioRow.id)
            .join(TrackRow, TrackRow.id == ListingRow.track_id)
            .where(AudioRow.digest.in_(digests))
            .order_by(AudioRow.digest, TrackRow.start_ticks, TrackRow.end_ticks, TrackRow.id)
        )
        rows = self._session.execute(query).all()
        genres = self._genres(digests)
        return {
            AudioDigest(digest): tuple(
                _passage(list(copies), genres)
                for _, copies in groupby(tracks, key=lambda row: (row[1], row[2]))
            )
            for digest, tracks in groupby(rows, key=lambda row: row[0])
        }

    def _genres(self, digests: Collection[AudioDigest]) -> dict[str, list[str]]:
        query = (
            sa.select(ListedGenreRow.track_id, ListedGenreRow.name_key)
            .join(ListingRow, ListingRow.track_id == ListedGenreRow.track_id)
            .join(AudioRow, AudioRow.id == ListingRow.audio_id)
            .where(AudioRow.digest.in_(digests))
            .order_by(ListedGenreRow.track_id, ListedGenreRow.position)
        )
        genres: dict[str, list[str]] = {}
        for track_id, name_key in self._session.execute(query):
            genres.setdefault(track_id, []).append(name_key)
        return genres


def _passage(copies: list[Any], genres: dict[str, list[str]]) -> Passage:
    """The passage of tracks that cover the same stretch."""
    _, start, end, *_ = copies[0]
    shown = [row for row in copies if row.state != HIDDEN]
    years = [row.year for row in shown if row.year]
    return Passage(
        start_ms=_milliseconds(start),
        end_ms=_milliseconds(end),
        track_ids=tuple(row.id for row in shown),
        artists=_known(row.artist_key for row in shown),
        genres=_known(name for row in shown for name in genres.get(row.id, ())),
        year=min(years) if years else None,
    )


def _milliseconds(ticks: int) -> int:
    return seconds_to_milliseconds(ticks_to_seconds(Ticks(ticks)))


def _known(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in names if name))
