"""Queries about the keys of programs."""

import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from audio_ident.model.accounts import ApiKey, Scope
from audio_ident.stores.sql.tables_accounts import ApiKeyRow


class ApiKeys:
    """Keys, by their ids and the digests of their secrets."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, key: ApiKey, digest: str) -> bool:
        """Remember a key; False, and nothing is changed, when its name is taken."""
        row = ApiKeyRow(
            id=key.id,
            name=key.name,
            hint=key.hint,
            digest=digest,
            scopes=sorted(key.scopes),
            created_at=key.created_at,
            expires_at=key.expires_at,
            used_at=key.used_at,
        )
        try:
            with self._session.begin_nested():
                self._session.add(row)
        except sa.exc.IntegrityError:
            return False
        return True

    def find(self, digest: str, now: datetime.datetime) -> ApiKey | None:
        """The key of a secret; None when it is unknown, revoked or expired."""
        row = self._session.scalars(
            sa.select(ApiKeyRow).where(
                ApiKeyRow.digest == digest,
                ApiKeyRow.expires_at.is_(None) | (ApiKeyRow.expires_at > now),
            )
        ).one_or_none()
        return None if row is None else _key(row)

    def touch(self, key_id: str, at: datetime.datetime) -> None:
        """Note a use."""
        self._session.execute(sa.update(ApiKeyRow).where(ApiKeyRow.id == key_id).values(used_at=at))

    def all(self) -> list[ApiKey]:
        """Every key, expired ones too, by name."""
        query = sa.select(ApiKeyRow).order_by(ApiKeyRow.name, ApiKeyRow.id)
        return [_key(row) for row in self._session.scalars(query)]

    def remove(self, key_id: str) -> bool:
        """Forget a key; False when there is none of that id."""
        removed = self._session.scalar(
            sa.delete(ApiKeyRow).where(ApiKeyRow.id == key_id).returning(ApiKeyRow.id)
        )
        return removed is not None


def _key(row: ApiKeyRow) -> ApiKey:
    return ApiKey(
        id=row.id,
        name=row.name,
        hint=row.hint,
        scopes=frozenset(map(Scope, row.scopes)),
        created_at=row.created_at,
        expires_at=row.expires_at,
        used_at=row.used_at,
    )
