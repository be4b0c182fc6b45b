"""Queries about import sessions and what went wrong in them."""

import dataclasses
import datetime
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from audio_ident.model.library import OPEN_SESSION_STATES, ErrorEntry, SessionId, SessionState
from audio_ident.stores.sql.tables import ErrorRow, SessionRow


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SessionCounts:
    """How far a session has come, in files."""

    files_found: int
    files_done: int
    files_failed: int


class Sessions:
    """Import sessions and their errors."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def start(self, session_id: SessionId, folders: str, at: datetime.datetime) -> None:
        """Remember that an import begins."""
        self._session.add(
            SessionRow(
                id=session_id,
                state=SessionState.SCANNING,
                folders=folders,
                files_found=0,
                files_done=0,
                files_failed=0,
                started_at=at,
            )
        )
        self._session.flush()

    def save_counts(
        self, session_id: SessionId, state: SessionState, counts: SessionCounts
    ) -> None:
        """Remember how far an import has come."""
        row = self._session.get_one(SessionRow, session_id)
        row.state = state
        row.files_found = counts.files_found
        row.files_done = counts.files_done
        row.files_failed = counts.files_failed

    def end(
        self, session_id: SessionId, at: datetime.datetime, error: tuple[str, str] | None = None
    ) -> None:
        """Remember when an import ended and, as code and fact, what ended it early."""
        row = self._session.get_one(SessionRow, session_id)
        row.ended_at = at
        if error is not None:
            row.error_code, row.error_fact = error

    def interrupt_open(self, at: datetime.datetime) -> int:
        """Say of sessions whose process died that they were interrupted; returns how many."""
        rows = self._session.scalars(
            sa.select(SessionRow).where(SessionRow.state.in_(OPEN_SESSION_STATES))
        ).all()
        for row in rows:
            row.state = SessionState.INTERRUPTED
            row.ended_at = at
        return len(rows)

    def states(self) -> list[tuple[SessionId, SessionState]]:
        """Every session and its state, oldest first."""
        query = sa.select(SessionRow.id, SessionRow.state).order_by(
            SessionRow.started_at, SessionRow.id
        )
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
