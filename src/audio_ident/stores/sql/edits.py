"""Queries about what people say of tracks; nothing is ever deleted here."""

import datetime
from collections.abc import Collection, Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from audio_ident.model.edits import EditEvent, EditValue
from audio_ident.model.library import TrackId
from audio_ident.stores.sql.hidden import HiddenTracks
from audio_ident.stores.sql.listing_changes import note_changed
from audio_ident.stores.sql.tables_edits import TrackEditRow
from audio_ident.stores.sql.track_anchors import anchor_of

_IDS_AT_ONCE = 500


class TrackEdits:
    """What people say, by track and field; the newest that was not undone counts."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(
        self,
        track_id: TrackId,
        values: Mapping[str, EditValue | None],
        made: tuple[datetime.datetime, str],
    ) -> None:
        """Remember what somebody says of some fields; None takes back what was said before.

        Raises
        ------
        NotFound
            There is no such track.
        """
        anchor = anchor_of(self._session, track_id)
        for field, value in values.items():
            self._session.add(
                TrackEditRow(
                    track_id=track_id,
                    audio_digest=anchor.digest,
                    place=anchor.place,
                    field=field,
                    value=list(value) if isinstance(value, tuple) else value,
                    decided_at=made[0],
                    decided_by=made[1],
                )
            )
        self._session.flush()
        note_changed(self._session, [anchor.file_id])

    def lock(self, track_id: TrackId) -> None:
        """Let no other transaction edit a track before this one ends; raises `NotFound`."""
        anchor_of(self._session, track_id)

    def refuse_unknown(self, track_id: TrackId) -> None:
        """Raise `NotFound` where there is no such track."""
        anchor_of(self._session, track_id, is_locked=False)

    def revision(self, track_id: TrackId) -> int:
        """A number that grows with every edit, undo, hiding and restoring of a track."""
        query = sa.select(sa.func.count(), sa.func.count(TrackEditRow.revoked_at)).where(
            TrackEditRow.track_id == track_id
        )
        made, revoked = self._session.execute(query).one()
        return int(made + revoked) + HiddenTracks(self._session).count_events(track_id)

    def revoke(self, track_id: TrackId, edit_ids: Collection[int], at: datetime.datetime) -> None:
        """Undo some edits of a track; raises `NotFound` where there is no such track."""
        anchor = anchor_of(self._session, track_id)
        self._session.execute(
            sa.update(TrackEditRow)
            .where(
                TrackEditRow.track_id == track_id,
                TrackEditRow.id.in_(edit_ids),
                TrackEditRow.revoked_at.is_(None),
            )
            .values(revoked_at=at)
        )
        note_changed(self._session, [anchor.file_id])

    def history(self, track_id: TrackId) -> list[EditEvent]:
        """Everything that was ever said of a track, oldest first."""
        query = (
            sa.select(TrackEditRow)
            .where(TrackEditRow.track_id == track_id)
            .order_by(TrackEditRow.decided_at, TrackEditRow.id)
        )
        return [_event(row) for row in self._session.scalars(query)]

    def current(self, track_ids: Sequence[str]) -> dict[str, dict[str, EditValue]]:
        """What is said now of tracks, by track and field; nothing for the others."""
        found: dict[str, dict[str, EditValue]] = {}
        for start in range(0, len(track_ids), _IDS_AT_ONCE):
            query = (
                sa.select(TrackEditRow)
                .where(
                    TrackEditRow.track_id.in_(track_ids[start : start + _IDS_AT_ONCE]),
                    TrackEditRow.revoked_at.is_(None),
                )
                .order_by(TrackEditRow.decided_at, TrackEditRow.id)
            )
            for row in self._session.scalars(query):
                of_track = found.setdefault(row.track_id, {})
                of_track.pop(row.field, None)
                if row.value is not None:
                    of_track[row.field] = row.value
        return found


def _event(row: TrackEditRow) -> EditEvent:
    return EditEvent(
        id=row.id,
        track_id=TrackId(row.track_id),
        field=row.field,
        value=tuple(row.value) if isinstance(row.value, list) else row.value,
        decided_at=row.decided_at,
        decided_by=row.decided_by,
        revoked_at=row.revoked_at,
    )
