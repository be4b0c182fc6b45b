"""Queries about events: written in the transaction of what they tell, read by id."""

import datetime
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from audio_ident.model.events import Event, EventKind, Replay
from audio_ident.model.library import SessionId
from audio_ident.stores.sql.tables_events import EventCounterRow, EventRow

EVENTS_KEPT = 4000
"""Enough for a quarter of an hour of a busy import; whoever missed more is told how things are."""

_PRUNED_EVERY = 256


class Events:
    """What happened last."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def append(
        self,
        session_id: SessionId | None,
        kind: EventKind,
        document: Mapping[str, Any],
        at: datetime.datetime,
    ) -> None:
        """Tell something; the last thing a transaction does, because others wait from then on."""
        counted = sa.update(EventCounterRow).values(last_event_id=EventCounterRow.last_event_id + 1)
        event_id = self._session.scalars(counted.returning(EventCounterRow.last_event_id)).one()
        self._session.add(
            EventRow(id=event_id, session_id=session_id, kind=kind, document=dict(document), at=at)
        )
        self._session.flush()
        if event_id % _PRUNED_EVERY == 0:
            oldest_kept = event_id - EVENTS_KEPT
            self._session.execute(sa.delete(EventRow).where(EventRow.id <= oldest_kept))

    def last_id(self) -> int:
        """Id of the last event, 0 before the first."""
        return self._session.scalar(sa.select(EventCounterRow.last_event_id)) or 0

    def after(self, event_id: int, limit: int) -> list[Event]:
        """The first events behind an id, in order."""
        query = sa.select(EventRow).where(EventRow.id > event_id).order_by(EventRow.id)
        return [_event(row) for row in self._session.scalars(query.limit(limit))]

    def replay(self, event_id: int, session_id: SessionId | None) -> Replay:
        """Everything behind an id; with a session, only what concerns it."""
        last = self.last_id()
        kept_from = self._session.scalar(sa.select(sa.func.min(EventRow.id)))
        query = sa.select(EventRow).where(EventRow.id > event_id).order_by(EventRow.id)
        if session_id is not None:
            query = query.where(EventRow.session_id == session_id)
        has_gap = event_id > last or event_id + 1 < (kept_from if kept_from else last + 1)
        events = () if has_gap else tuple(_event(row) for row in self._session.scalars(query))
        return Replay(events=events, has_gap=has_gap)


def _event(row: EventRow) -> Event:
    return Event(
        id=row.id,
        session_id=None if row.session_id is None else SessionId(row.session_id),
        kind=EventKind(row.kind),
        document=row.document,
        at=row.at,
    )
