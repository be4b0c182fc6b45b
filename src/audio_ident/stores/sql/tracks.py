"""Queries about tracks: the playable spans of files."""

import dataclasses
import datetime
import os
from collections.abc import Collection, Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from audio_ident.core.path_evidence import evidence_of
from audio_ident.model.analysis import AudioDigest
from audio_ident.model.edits import edits_of
from audio_ident.model.library import FileState, TimingPoints, Track, TrackId, TrackKind
from audio_ident.model.tags import Tags
from audio_ident.stores.sql.hidden import is_hidden
from audio_ident.stores.sql.listing_changes import note_changed
from audio_ident.stores.sql.listing_values import SHOWN
from audio_ident.stores.sql.names import real_path
from audio_ident.stores.sql.tables import AudioRow, FileRow, RootRow, TagsRow, TrackRow
from audio_ident.stores.sql.tables_edits import ListingRow
from audio_ident.stores.sql.tag_columns import LISTED_TAG_NAMES, tags_from
from audio_ident.units import Ticks

_POINT_NAMES = tuple(field.name for field in dataclasses.fields(TimingPoints))
_TRACKS_AT_ONCE = 500

TRACK_COLUMNS = (TrackRow, FileRow, RootRow.path, AudioRow, TagsRow, ListingRow.edits)
"""What `track_of_row` needs."""

_SEARCHED = (
    TagsRow.title,
    TagsRow.artist,
    TagsRow.album,
    TagsRow.album_artist,
    FileRow.display,
)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class TrackFilter:
    """Which tracks are wanted."""

    text: str = ""
    """Words that must all occur in the tags or in the path, in any case (of A to Z)."""
    digest: AudioDigest | None = None
    with_missing: bool = False
    """Whether tracks in files that are missing are wanted too."""
    with_hidden: bool = False
    """Whether tracks that a person took out of the library are wanted too."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ShownSpan:
    """Where a track lies, and no more than ranking needs."""

    track_id: TrackId
    digest: AudioDigest
    start_ticks: Ticks
    end_ticks: Ticks
    artist_key: str
    """Folded; empty where nobody knows whom to credit."""


class Tracks:
    """Playable spans of files."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def save_whole_file(
        self, file_id: int, new_id: TrackId, points: TimingPoints, at: datetime.datetime
    ) -> None:
        """Make the track that is the whole file; a known one keeps its id and gets new points."""
        row = self._session.scalar(
            sa.select(TrackRow).where(
                TrackRow.file_id == file_id, TrackRow.kind == TrackKind.WHOLE_FILE
            )
        )
        if row is None:
            row = TrackRow(id=new_id, file_id=file_id, kind=TrackKind.WHOLE_FILE, created_at=at)
            self._session.add(row)
        for name in _POINT_NAMES:
            setattr(row, name, getattr(points, name))
        self._session.flush()
        note_changed(self._session, [file_id])

    def points(self, file_id: int) -> TimingPoints:
        """Timing points of the whole-file track of a file."""
        row = self._session.scalars(
            sa.select(TrackRow).where(
                TrackRow.file_id == file_id, TrackRow.kind == TrackKind.WHOLE_FILE
            )
        ).one()
        return _points(row)

    def of_file(self, file_id: int) -> TrackId:
        """The first track of a file that has some."""
        query = sa.select(TrackRow.id).where(TrackRow.file_id == file_id)
        return TrackId(self._session.scalars(query.order_by(TrackRow.start_ticks).limit(1)).one())

    def listed(self, wanted: TrackFilter, offset: int = 0, limit: int | None = None) -> list[Track]:
        """One page of tracks, by path and start; all that follow when there is no limit."""
        query = (
            _in_order(_restricted(sa.select(*TRACK_COLUMNS), wanted)).offset(offset).limit(limit)
        )
        return [track_of_row(row) for row in self._session.execute(query)]

    def streamed(self, wanted: TrackFilter) -> Iterator[Track]:
        """All tracks by path and start; memory does not grow with their number."""
        query = _in_order(_restricted(sa.select(*TRACK_COLUMNS), wanted))
        rows = self._session.execute(query.execution_options(yield_per=_TRACKS_AT_ONCE))
        return (track_of_row(row) for row in rows)

    def count(self, wanted: TrackFilter) -> int:
        """How many tracks there are on all pages."""
        query = _restricted(sa.select(sa.func.count(TrackRow.id)), wanted)
        return self._session.scalar(query) or 0

    def find(self, track_id: TrackId) -> Track | None:
        """The track of that id, None when there is none."""
        query = joined(sa.select(*TRACK_COLUMNS)).where(TrackRow.id == track_id)
        row = self._session.execute(query).first()
        return None if row is None else track_of_row(row)

    def added_at(self, track_ids: Collection[TrackId]) -> dict[TrackId, datetime.datetime]:
        """When tracks came into the library, by id."""
        query = sa.select(TrackRow.id, TrackRow.created_at).where(TrackRow.id.in_(track_ids))
        return {TrackId(id_): at for id_, at in self._session.execute(query)}

    def with_ids(self, track_ids: Sequence[TrackId]) -> list[Track]:
        """Tracks in the order of their ids; those that are not there are left out."""
        query = joined(sa.select(*TRACK_COLUMNS)).where(TrackRow.id.in_(track_ids))
        found = {row[0].id: track_of_row(row) for row in self._session.execute(query)}
        return [found[track_id] for track_id in track_ids if track_id in found]

    def shown_spans(self, digests: Collection[AudioDigest]) -> list[ShownSpan]:
        """Tracks in files on disk that nobody hid, by recording and start; the oldest copy first.

        Parameters
        ----------
        digests
            The recordings, a few thousand at most.
        """
        query = (
            sa.select(
                TrackRow.id,
                AudioRow.digest,
                TrackRow.start_ticks,
                TrackRow.end_ticks,
                ListingRow.artist_key,
            )
            .select_from(ListingRow)
            .join(TrackRow, TrackRow.id == ListingRow.track_id)
            .join(AudioRow, AudioRow.id == ListingRow.audio_id)
            .where(AudioRow.digest.in_(sorted(digests)), ListingRow.state == SHOWN)
            .order_by(AudioRow.digest, TrackRow.start_ticks, ListingRow.added_at, TrackRow.id)
        )
        return [
            ShownSpan(
                track_id=TrackId(track_id),
                digest=AudioDigest(digest),
                start_ticks=Ticks(start),
                end_ticks=Ticks(end),
                artist_key=artist_key,
            )
            for track_id, digest, start, end, artist_key in self._session.execute(query)
        ]

    def covering(self, digest: AudioDigest, at_ticks: Ticks) -> list[Track]:
        """Tracks that sound at a time, in any file with this audio; files on disk first."""
        query = (
            joined(sa.select(*TRACK_COLUMNS))
            .where(
                AudioRow.digest == digest,
                ~is_hidden(),
                TrackRow.start_ticks <= at_ticks,
                TrackRow.end_ticks >= at_ticks,
            )
            .order_by(
                sa.case((FileRow.state == FileState.PRESENT, 0), else_=1),
                RootRow.path,
                FileRow.relative_path,
                TrackRow.start_ticks,
            )
        )
        return [track_of_row(row) for row in self._session.execute(query)]


def _in_order(query: Any) -> Any:  # noqa: ANN401 -- the type of a query that grows step by step
    return query.order_by(RootRow.path, FileRow.relative_path, TrackRow.start_ticks, TrackRow.id)


def joined(query: Any) -> Any:  # noqa: ANN401
    """A query of tracks, with the rows that `TRACK_COLUMNS` needs."""
    return (
        query.select_from(TrackRow)
        .join(FileRow, FileRow.id == TrackRow.file_id)
        .join(RootRow, RootRow.id == FileRow.root_id)
        .join(AudioRow, AudioRow.id == FileRow.audio_id)
        .outerjoin(TagsRow, TagsRow.file_id == FileRow.id)
        .outerjoin(ListingRow, ListingRow.track_id == TrackRow.id)
    )


def _restricted(query: Any, wanted: TrackFilter) -> Any:  # noqa: ANN401
    query = joined(query)
    if not wanted.with_missing:
        query = query.where(FileRow.state == FileState.PRESENT)
    if not wanted.with_hidden:
        query = query.where(~is_hidden())
    if wanted.digest is not None:
        query = query.where(AudioRow.digest == wanted.digest)
    for word in wanted.text.split():
        query = query.where(
            sa.or_(*(column.icontains(word, autoescape=True) for column in _SEARCHED))
        )
    return query


def track_of_row(row: Any) -> Track:  # noqa: ANN401
    """Track of a row of `TRACK_COLUMNS`."""
    track, file, root_path, audio, tags, edits = row
    relative_path = real_path(file.relative_path)
    path = os.fsdecode(root_path).rstrip("/") + "/" + relative_path
    return Track(
        id=TrackId(track.id),
        kind=TrackKind(track.kind),
        digest=AudioDigest(audio.digest),
        path=path,
        is_missing=file.state == FileState.MISSING,
        points=_points(track),
        tags=Tags() if tags is None else tags_from(tags, LISTED_TAG_NAMES),
        evidence=evidence_of(file.display),  # an upload is shown under the name it came with
        container=audio.container,
        codec=audio.codec,
        edits=edits_of(edits or {}),
    )


def _points(row: TrackRow) -> TimingPoints:
    return TimingPoints(**{name: Ticks(getattr(row, name)) for name in _POINT_NAMES})
