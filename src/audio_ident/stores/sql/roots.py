"""Queries about the imported folders."""

import dataclasses
import datetime
import os

import sqlalchemy as sa
from sqlalchemy.orm import Session

from audio_ident.stores.sql.names import display_name
from audio_ident.stores.sql.tables import RootRow


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Root:
    """A folder that was imported."""

    id: int
    path: str
    """Absolute; odd bytes are surrogate escapes."""


class Roots:
    """The imported folders."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def all(self) -> list[Root]:
        """Every root, by path."""
        rows = self._session.scalars(sa.select(RootRow).order_by(RootRow.path))
        return [Root(id=row.id, path=os.fsdecode(row.path)) for row in rows]

    def add(self, path: str, at: datetime.datetime) -> Root:
        """Remember a folder that is not known yet."""
        row = RootRow(path=os.fsencode(path), display=display_name(path), added_at=at)
        self._session.add(row)
        self._session.flush()
        return Root(id=row.id, path=path)
