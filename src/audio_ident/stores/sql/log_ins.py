"""Queries about where the owner is logged in."""

import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from audio_ident.model.accounts import LogIn, LogInKind
from audio_ident.stores.sql.tables_accounts import LogInRow


class LogIns:
    """Log-ins, by their ids and the digests of their tokens."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, log_in: LogIn, digest: str) -> None:
        """Remember a log-in."""
        self._session.add(
            LogInRow(
                id=log_in.id,
                digest=digest,
                kind=log_in.kind,
                address=log_in.address,
                agent=log_in.agent,
                created_at=log_in.created_at,
                seen_at=log_in.seen_at,
                expires_at=log_in.expires_at,
            )
        )
        self._session.flush()

    def find(self, digest: str, kind: LogInKind, now: datetime.datetime) -> LogIn | None:
        """The log-in of a token; None when it is unknown, of another kind, ended or expired."""
        row = self._session.scalars(
            sa.select(LogInRow).where(
                LogInRow.digest == digest, LogInRow.kind == kind, LogInRow.expires_at > now
            )
        ).one_or_none()
        return None if row is None else _log_in(row)

    def touch(self, log_in_id: str, at: datetime.datetime, expires_at: datetime.datetime) -> None:
        """Note a visit, which lets it last longer."""
        self._session.execute(
            sa.update(LogInRow)
            .where(LogInRow.id == log_in_id)
            .values(seen_at=at, expires_at=expires_at)
        )

    def all(self, now: datetime.datetime) -> list[LogIn]:
        """Those that have not expired, the last seen first."""
        query = (
            sa.select(LogInRow)
            .where(LogInRow.expires_at > now)
            .order_by(LogInRow.seen_at.desc(), LogInRow.id)
        )
        return [_log_in(row) for row in self._session.scalars(query)]

    def remove(self, log_in_id: str) -> bool:
        """End one; False when there is none of that id."""
        removed = self._session.scalar(
            sa.delete(LogInRow).where(LogInRow.id == log_in_id).returning(LogInRow.id)
        )
        return removed is not None

    def remove_all(self, *, but: str | None = None) -> None:
        """End all, but that of an id."""
        query = sa.delete(LogInRow)
        if but is not None:
            query = query.where(LogInRow.id != but)
        self._session.execute(query)

    def remove_expired(self, now: datetime.datetime) -> None:
        """Forget those that have expired."""
        self._session.execute(sa.delete(LogInRow).where(LogInRow.expires_at <= now))


def _log_in(row: LogInRow) -> LogIn:
    return LogIn(
        id=row.id,
        kind=LogInKind(row.kind),
        address=row.address,
        agent=row.agent,
        created_at=row.created_at,
        seen_at=row.seen_at,
        expires_at=row.expires_at,
    )
