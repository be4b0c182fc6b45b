"""How decisions about tracks find them again in a library that was made anew.

There a track has another id. Its audio is the same and its place below the root mostly is.
"""

import dataclasses
from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from audio_ident.errors import NotFound
from audio_ident.model.analysis import AudioDigest
from audio_ident.model.library import TrackId
from audio_ident.stores.sql.listing_changes import note_changed
from audio_ident.stores.sql.names import path_to_text, real_path
from audio_ident.stores.sql.tables import AudioRow, FileRow, TrackRow
from audio_ident.stores.sql.tables_edits import HiddenTrackRow, TrackEditRow

_DECISIONS = (TrackEditRow, HiddenTrackRow)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """What a track is known by besides its id."""

    track_id: TrackId
    file_id: int
    digest: AudioDigest
    place: str
    """Path below the root, as `names.path_to_text` writes it."""


def anchor_of(session: Session, track_id: TrackId, *, is_locked: bool = True) -> Anchor:
    """The anchor of a track, which stays as it is until the transaction ends if it is locked.

    Raises
    ------
    NotFound
        There is no such track.
    """
    query = _query().where(TrackRow.id == track_id)
    if is_locked:
        query = query.with_for_update(of=TrackRow)
    found = session.execute(query).first()
    if found is None:
        raise NotFound(f"no track has the id {track_id}")
    return _anchor(found)


def adopt_decisions(session: Session, file_ids: Iterable[int]) -> None:
    """Give decisions whose tracks are not there to new tracks of files with the same audio."""
    if not any(session.scalar(sa.select(sa.exists(_lost(table)))) for table in _DECISIONS):
        return
    for file_id in sorted(file_ids):
        for row in session.execute(_query().where(TrackRow.file_id == file_id)).all():
            _adopt(session, _anchor(row))


def adopt_all(session: Session) -> None:
    """Do the same for every decision, after some were restored from a backup."""
    lost: set[str] = set()
    for table in _DECISIONS:
        lost |= set(session.scalars(sa.select(table.audio_digest).where(_is_lost(table))))
    for digest in sorted(lost):
        rows = session.execute(_query().where(AudioRow.digest == digest).order_by(TrackRow.id))
        anchors = [_anchor(row) for row in rows.all()]
        for anchor in anchors:
            _adopt(session, anchor, only_at=anchor.place)
        for anchor in anchors:
            _adopt(session, anchor)


def _adopt(session: Session, anchor: Anchor, only_at: str | None = None) -> None:
    lost: dict[str, str] = {}
    for table in _DECISIONS:
        query = sa.select(table.track_id, table.place).where(
            table.audio_digest == anchor.digest, _is_lost(table)
        )
        lost |= {row.track_id: row.place for row in session.execute(query)}
    if only_at is not None:
        lost = {track_id: place for track_id, place in lost.items() if place == only_at}
    if not lost:
        return
    chosen = min(lost, key=lambda track_id: (_distance(lost[track_id], anchor.place), track_id))
    for table in _DECISIONS:
        session.execute(
            sa.update(table)
            .where(table.track_id == chosen)
            .values(track_id=anchor.track_id)
            .execution_options(synchronize_session=False)
        )
    note_changed(session, [anchor.file_id])


def _distance(one: str, other: str) -> int:
    if one == other:
        return 0
    return 1 if one.rpartition("/")[2] == other.rpartition("/")[2] else 2


def _lost(table: type[TrackEditRow | HiddenTrackRow]) -> "sa.Select[int]":
    return sa.select(table.id).where(_is_lost(table))


def _is_lost(table: type[TrackEditRow | HiddenTrackRow]) -> sa.ColumnElement[bool]:
    return ~sa.exists().where(TrackRow.id == table.track_id)


def _query() -> "sa.Select[str, int, bytes, str]":
    return (
        sa.select(TrackRow.id, FileRow.id, FileRow.relative_path, AudioRow.digest)
        .join(FileRow, FileRow.id == TrackRow.file_id)
        .join(AudioRow, AudioRow.id == FileRow.audio_id)
    )


def _anchor(row: "sa.Row[str, int, bytes, str]") -> Anchor:
    track_id, file_id, relative_path, digest = row
    return Anchor(
        track_id=TrackId(track_id),
        file_id=file_id,
        digest=AudioDigest(digest),
        place=path_to_text(real_path(relative_path)),
    )
