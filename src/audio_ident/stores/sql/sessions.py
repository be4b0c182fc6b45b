"""Queries about import sessions and what went wrong in them."""

import dataclasses
import datetime
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from audio_ident.errors import IllegalMove, NotFound, Severity
from audio_ident.model.events import EventKind
from audio_ident.model.library import ErrorEntry, SessionId
from audio_ident.model.parameters import ImportParameters, values_of
from audio_ident.model.sessions import (
    MOVES,
    OPEN_STATES,
    WISHABLE,
    SessionKind,
    SessionOrder,
    SessionState,
    StoredSession,
    Wish,
    move,
)
from audio_ident.stores.sql.events import Events
from audio_ident.stores.sql.names import path_from_text, path_to_text
from audio_ident.stores.sql.tables import ErrorRow, SessionRow

_QUEUE_ORDER = (SessionRow.queued_at, SessionRow.id)
_ENDED = frozenset(SessionState) - OPEN_STATES - {SessionState.QUEUED}
_FINAL = frozenset(state for state, after in MOVES.items() if not after)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SessionCounts:
    """How far a session has come, in files."""

    files_found: int
    files_done: int
    files_failed: int


class Sessions:
    """Import sessions and their errors; every change of state goes by the table of moves.

    Whatever changes is told as an event, in the same transaction.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._events = Events(session)

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
                request_key=order.request_key,
                files_found=0,
                files_done=0,
                files_failed=0,
                queued_at=at,
            )
        )
        self._session.flush()
        self._tell_state(session_id, None, SessionState.QUEUED, at)

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

    def with_request_key(self, key: str) -> StoredSession | None:
        """The session that was asked for under a key, None when there is none."""
        row = self._session.scalar(sa.select(SessionRow).where(SessionRow.request_key == key))
        return None if row is None else _stored(row)

    def page(
        self, states: Collection[SessionState], offset: int, limit: int
    ) -> tuple[list[StoredSession], int]:
        """Some sessions in some states, the newest first, and how many there are in all."""
        wanted = SessionRow.state.in_(states)
        query = sa.select(SessionRow).where(wanted)
        query = query.order_by(*(column.desc() for column in _QUEUE_ORDER))
        rows = self._session.scalars(query.offset(offset).limit(limit))
        total = self._session.scalar(sa.select(sa.func.count(SessionRow.id)).where(wanted))
        return [_stored(row) for row in rows], total or 0

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

    def has_open(self) -> bool:
        """Whether a session is at work, or was when its process died."""
        return self._has(SessionRow.state.in_(OPEN_STATES))

    def has_left(self) -> bool:
        """Whether a session was interrupted that nobody at a terminal waits for."""
        is_interrupted = SessionRow.state == SessionState.INTERRUPTED
        return self._has(is_interrupted, SessionRow.awaited_by.is_(None))

    def _has(self, *wanted: sa.ColumnElement[bool]) -> bool:
        return self._session.scalar(sa.select(SessionRow.id).where(*wanted).limit(1)) is not None

    def move(
        self,
        session_id: SessionId,
        state: SessionState,
        at: datetime.datetime,
        *,
        stays_paused: bool = False,
    ) -> None:
        """Change the state of a session; raises `IllegalMove` for what the table does not have.

        Parameters
        ----------
        stays_paused
            Whether a session that is queued again is paused once more, if it was.
        """
        row = self._session.get_one(SessionRow, session_id)
        before = SessionState(row.state)
        row.state = move(before, state)
        if state == SessionState.QUEUED:
            row.queued_at, row.started_at, row.ended_at = at, None, None
            row.awaited_by = None
            row.wish = row.wish if stays_paused else None
        elif state in _ENDED:
            row.ended_at = at
            was_paused = state == SessionState.INTERRUPTED and row.wish == Wish.PAUSE
            row.wish = Wish.PAUSE if was_paused else None
        elif row.started_at is None:
            row.started_at = at
        self._tell_state(session_id, before, state, at)
        if state in _FINAL:
            self._tell_end(row, at)

    def _tell_state(
        self,
        session_id: SessionId,
        before: SessionState | None,
        after: SessionState,
        at: datetime.datetime,
    ) -> None:
        document = {"old_state": before, "new_state": after}
        self._events.append(session_id, EventKind.STATE_CHANGED, document, at)

    def _tell_end(self, row: SessionRow, at: datetime.datetime) -> None:
        snapshot = row.snapshot or {}
        document = {
            "state": row.state,
            "files_processed": row.files_done,
            "files_failed": row.files_failed,
            "duration_s": (at - (row.started_at or at)).total_seconds(),
            "failures": dict(snapshot.get("failures", {})),
            "error_code": row.error_code,
        }
        self._events.append(SessionId(row.id), EventKind.COMPLETED, document, at)

    def save_progress(
        self, session_id: SessionId, counts: SessionCounts, snapshot: Mapping[str, Any]
    ) -> None:
        """Remember how far an import has come."""
        row = self._session.get_one(SessionRow, session_id)
        row.files_found = counts.files_found
        row.files_done = counts.files_done
        row.files_failed = counts.files_failed
        row.snapshot = dict(snapshot)

    def tell_progress(
        self, session_id: SessionId, snapshot: Mapping[str, Any], at: datetime.datetime
    ) -> None:
        """Tell whoever listens how far an import has come."""
        self._events.append(session_id, EventKind.PROGRESS, snapshot, at)

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
        for entry in entries:
            if entry.severity != Severity.WARN:
                document = {
                    "path": entry.path,
                    "stage": entry.stage,
                    "code": entry.code,
                    "fact": entry.fact,
                }
                self._events.append(session_id, EventKind.ERROR, document, entry.occurred_at)

    def errors(self, session_id: SessionId) -> list[ErrorEntry]:
        """Errors and warnings of a session, in the order they came."""
        query = sa.select(ErrorRow).where(ErrorRow.session_id == session_id).order_by(ErrorRow.id)
        return [_entry(row) for row in self._session.scalars(query)]

    def last_errors(self, session_id: SessionId, offset: int, limit: int) -> list[ErrorEntry]:
        """Errors of files of a session, the last first; warnings are left out."""
        query = sa.select(ErrorRow).where(*_of_files(session_id)).order_by(ErrorRow.id.desc())
        return [_entry(row) for row in self._session.scalars(query.offset(offset).limit(limit))]

    def count_errors(self, session_id: SessionId) -> dict[str, int]:
        """How often each error of a file was met in a session, by code."""
        query = sa.select(ErrorRow.code, sa.func.count()).where(*_of_files(session_id))
        rows = self._session.execute(query.group_by(ErrorRow.code)).all()
        return {code: count for code, count in rows}  # noqa: C416 -- typed


_ENTRY_FIELDS = tuple(field.name for field in dataclasses.fields(ErrorEntry))


def _entry(row: ErrorRow) -> ErrorEntry:
    return ErrorEntry(**{name: getattr(row, name) for name in _ENTRY_FIELDS})


def _of_files(session_id: SessionId) -> tuple[sa.ColumnElement[bool], ...]:
    return (ErrorRow.session_id == session_id, ErrorRow.severity != Severity.WARN)


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
            request_key=row.request_key,
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
