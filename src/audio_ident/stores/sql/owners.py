"""Queries about the owner and the links with which somebody becomes one."""

import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from audio_ident.model.accounts import Owner, SetupKind
from audio_ident.stores.sql.tables_accounts import OwnerRow, SetupLinkRow


class Owners:
    """The owner, of whom there is one at most, and set-up links by their digests."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def find(self) -> Owner | None:
        """The owner."""
        row = self._session.scalars(sa.select(OwnerRow)).one_or_none()
        return None if row is None else _owner(row)

    def find_settled(self) -> Owner | None:
        """The owner, who cannot change before this transaction ends."""
        row = self._session.scalars(sa.select(OwnerRow).with_for_update()).one_or_none()
        return None if row is None else _owner(row)

    def add(self, owner: Owner) -> bool:
        """Add the owner; False, and nothing is changed, when there is one already."""
        try:
            with self._session.begin_nested():
                self._session.add(
                    OwnerRow(
                        id=1,
                        name=owner.name,
                        password_hash=owner.password_hash,
                        created_at=owner.created_at,
                        changed_at=owner.changed_at,
                    )
                )
        except sa.exc.IntegrityError:
            return False
        return True

    def change(self, name: str, password_hash: str, at: datetime.datetime) -> None:
        """Give the owner another name or password."""
        self._session.execute(
            sa.update(OwnerRow).values(name=name, password_hash=password_hash, changed_at=at)
        )

    def rehash(self, old_hash: str, new_hash: str) -> None:
        """Keep the password as another hash, unless it was changed meanwhile."""
        self._session.execute(
            sa.update(OwnerRow)
            .where(OwnerRow.password_hash == old_hash)
            .values(password_hash=new_hash)
        )

    def add_link(self, digest: str, kind: SetupKind, expires_at: datetime.datetime) -> None:
        """Remember a link."""
        self._session.add(SetupLinkRow(digest=digest, kind=kind, expires_at=expires_at))
        self._session.flush()

    def find_link(self, digest: str, now: datetime.datetime) -> SetupKind | None:
        """What a link is good for; None when it is unknown, used or expired."""
        kind = self._session.scalar(
            sa.select(SetupLinkRow.kind).where(
                SetupLinkRow.digest == digest, SetupLinkRow.expires_at > now
            )
        )
        return None if kind is None else SetupKind(kind)

    def take_link(self, digest: str, now: datetime.datetime) -> SetupKind | None:
        """The same, and the link is used up; of two at once, one gets it."""
        kind = self._session.scalar(
            sa.delete(SetupLinkRow)
            .where(SetupLinkRow.digest == digest, SetupLinkRow.expires_at > now)
            .returning(SetupLinkRow.kind)
        )
        return None if kind is None else SetupKind(kind)

    def remove_links(self, *, expired_at: datetime.datetime | None = None) -> None:
        """Forget all links, or those that had expired at a moment."""
        query = sa.delete(SetupLinkRow)
        if expired_at is not None:
            query = query.where(SetupLinkRow.expires_at <= expired_at)
        self._session.execute(query)


def _owner(row: OwnerRow) -> Owner:
    return Owner(
        name=row.name,
        password_hash=row.password_hash,
        created_at=row.created_at,
        changed_at=row.changed_at,
    )
