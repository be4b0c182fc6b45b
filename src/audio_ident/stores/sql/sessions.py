"""Queries about import sessions and what went wrong in them."""

import dataclasses
import datetime
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from audio_ident.errors import IllegalMove, NotFound
from audio_ident.model.library import ErrorEntry, SessionId
from audio_ident.model.parameters import ImportParameters, values_of
from audio_ident.model.sessions import (
    OPEN_STATES,
    WISHABLE,
    SessionKind,
    SessionOrder,
    SessionState,
    StoredSession,
    Wish,
    move,
)
from audio_ident.stores.sql.names import path_from_text, path_to_text
from audio_ident.stores.sql.tables import ErrorRow, SessionRow

_QUEUE_ORDER = (SessionRow.queued_at, SessionRow.id)
_ENDED = frozenset(SessionState) - OPEN_STATES - {SessionState.QUEUED}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SessionCounts:
    """How far a session has come, in files."""

    files_found: int
    files_done: int
    files_failed: int


class Sessions:
    """Import sessions and their errors; every change of state goes by the table of moves."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, session_id: SessionId, order: SessionOrder, at: datetime.datetime) -> None:
        """Put a session at the end of the queue."""
        self._session.add(
            SessionRow(
                id=session_id,
                state=SessionState.QUEUED,
                kind=order.kind,
                folders=[path_to_text(folder) for folder in order.folders],
                parameters=values_of(order.parameters),
                profile=order.profile,
                awaited_by=order.awaited_by,
                files_found=0,
                files_done=0,
                files_failed=0,
                queued_at=at,
            )
        )
        self._session.flush()

    def get(self, name: str) -> StoredSession:
        """The session with an id, or with an id that alone begins like this.

        Raises
        ------
        NotFound
            There is none, or more than one.
        """
        query = sa.select(SessionRow).where(SessionRow.id.startswith(name, autoescape=True))
        rows = self._session.scalars(query.limit(2)).all()
        if not name or len(rows) != 1:
            known = "more than one session begins" if rows else "no session begins"
            raise NotFound(f"{known} with {name or 'nothing'}")
        return _stored(rows[0])

    def all(self) -> list[StoredSession]:
        """Every session, the newest first."""
        query = sa.select(SessionRow).order_by(*(column.desc() for column in _QUEUE_ORDER))
        return [_stored(row) for row in self._session.scalars(query)]

    def last_ended(self) -> StoredSession | None:
        """The session that ended last, None when none ever did."""
        query = (
            sa.select(SessionRow)
            .where(SessionRow.ended_at.is_not(None))
            .order_by(SessionRow.ended_at.desc(), SessionRow.id)
            .limit(1)
        )
        row = self._session.scalar(query)
        return None if row is None else _stored(row)

    def queued(self) -> list[StoredSession]:
        """The queue, in its order."""
        query = sa.select(SessionRow).where(SessionRow.state == SessionState.QUEUED)
        return [_stored(row) for row in self._session.scalars(query.order_by(*_QUEUE_ORDER))]

    def move(self, session_id: SessionId, state: SessionState, at: datetime.datetime) -> None:
        """Change the state of a session; raises `IllegalMove` for what the table does not have."""
        row = self._session.get_one(SessionRow, session_id)
        row.state = move(SessionState(row.state), state)
        if state == SessionState.QUEUED:
            row.queued_at, row.started_at, row.ended_at = at, None, None
            row.awaited_by, row.wish = None, None
        elif state in _ENDED:
            row.ended_at, row.wish = at, None
        elif row.started_at is None:
            row.started_at = at

    def save_progress(
        self, session_id: SessionId, counts: SessionCounts, snapshot: Mapping[str, Any]
    ) -> None:
        """Remember how far an import has come."""
        row = self._session.get_one(SessionRow, session_id)
        row.files_found = counts.files_found
        row.files_done = counts.files_done
        row.files_failed = counts.files_failed
        row.snapshot = dict(snapshot)

    def fail(self, session_id: SessionId, reason: tuple[str, str], at: datetime.datetime) -> None:
        """Remember, as code and fact, what ended an import early."""
        row = self._session.get_one(SessionRow, session_id)
        row.error_code, row.error_fact = reason
        self.move(session_id, SessionState.FAILED, at)

    def set_wish(self, session_id: SessionId, wish: Wish, at: datetime.datetime) -> None:
        """Ask something of a session; one that no process works on is cancelled at once.

        Raises
        ------
        IllegalMove
            It makes no sense in the state of the session.
        """
        row = self._session.get_one(SessionRow, session_id)
        if row.state not in WISHABLE[wish]:
            raise IllegalMove(f"a session that is {row.state} cannot {wish}")
        if row.state in OPEN_STATES:
            row.wish = wish
        else:
            self.move(session_id, SessionState.CANCELLED, at)

    def wish(self, session_id: SessionId) -> Wish | None:
        """What is asked of a session."""
        wish = self._session.scalar(sa.select(SessionRow.wish).where(SessionRow.id == session_id))
        return None if wish is None else Wish(wish)

    def interrupt_open(self, at: datetime.datetime) -> list[SessionId]:
        """Say of sessions whose process died that they were interrupted; which they were."""
        query = sa.select(SessionRow.id).where(SessionRow.state.in_(OPEN_STATES))
        left = [SessionId(id_) for id_ in self._session.scalars(query)]
        for session_id in left:
            self.move(session_id, SessionState.INTERRUPTED, at)
        return left

    def recent_folders(self, count: int = 5) -> list[str]:
        """The folders that were imported last, the latest first."""
        found = (folder for session in self.all() for folder in session.order.folders)
        return list(dict.fromkeys(found))[:count]

    def states(self) -> list[tuple[SessionId, SessionState]]:
        """Every session and its state, oldest first."""
        query = sa.select(SessionRow.id, SessionRow.state).order_by(*_QUEUE_ORDER)
        return [
            (SessionId(id_), SessionState(state)) for id_, state in self._session.execute(query)
        ]

    def add_errors(self, session_id: SessionId, entries: Sequence[ErrorEntry]) -> None:
        """Remember errors and warnings."""
        self._session.add_all(
            ErrorRow(session_id=session_id, **dataclasses.asdict(entry)) for entry in entries
        )

    def errors(self, session_id: SessionId) -> list[ErrorEntry]:
        """Errors and warnings of a session, in the order they came."""
        query = sa.select(ErrorRow).where(ErrorRow.session_id == session_id).order_by(ErrorRow.id)
        names = [field.name for field in dataclasses.fields(ErrorEntry)]
        return [
            ErrorEntry(**{name: getattr(row, name) for name in names})
            for row in self._session.scalars(query)
        ]


def stored_parameters(values: Mapping[str, Any]) -> ImportParameters:
    """Parameters as they were kept; what this version of the program does not know is left out."""
    known = {field.name for field in dataclasses.fields(ImportParameters)}
    return ImportParameters(**{name: value for name, value in values.items() if name in known})


def _stored(row: SessionRow) -> StoredSession:
    return StoredSession(
        id=SessionId(row.id),
        state=SessionState(row.state),
        order=SessionOrder(
            folders=tuple(path_from_text(text) for text in row.folders),
            parameters=stored_parameters(row.parameters),
            profile=row.profile,
            kind=SessionKind(row.kind),
            awaited_by=row.awaited_by,
        ),
        wish=None if row.wish is None else Wish(row.wish),
        snapshot=row.snapshot,
        queued_at=row.queued_at,
        started_at=row.started_at,
        ended_at=row.ended_at,
        files_found=row.files_found,
        files_done=row.files_done,
        files_failed=row.files_failed,
        error_code=row.error_code,
        error_fact=row.error_fact,
    )
