"""Queries about the imported folders, and about the one that holds uploads."""

import dataclasses
import datetime
import enum
import os

import sqlalchemy as sa
from sqlalchemy.orm import Session

from audio_ident.model.library import FileState
from audio_ident.stores.sql.names import display_name
from audio_ident.stores.sql.tables import FileRow, RootRow


class RootKind(enum.StrEnum):
    """Whose files lie in a root."""

    FOLDER = "folder"
    """A person's."""
    UPLOADS = "uploads"
    """Ours: copies of what was uploaded."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Root:
    """A folder that was imported."""

    id: int
    path: str
    """Absolute; odd bytes are surrogate escapes."""
    kind: RootKind = RootKind.FOLDER


class Roots:
    """The imported folders."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def all(self) -> list[Root]:
        """Every root, by path."""
        rows = self._session.scalars(sa.select(RootRow).order_by(RootRow.path))
        return [
            Root(id=row.id, path=os.fsdecode(row.path), kind=RootKind(row.kind)) for row in rows
        ]

    def add(self, path: str, at: datetime.datetime, kind: RootKind = RootKind.FOLDER) -> Root:
        """Remember a folder that is not known yet."""
        row = RootRow(path=os.fsencode(path), display=display_name(path), kind=kind, added_at=at)
        self._session.add(row)
        self._session.flush()
        return Root(id=row.id, path=path, kind=kind)

    def uploads(self, path: str, at: datetime.datetime) -> Root:
        """The root that holds uploads, which goes where the data directory goes."""
        row = self._session.scalar(sa.select(RootRow).where(RootRow.kind == RootKind.UPLOADS))
        if row is None:
            return self.add(path, at, RootKind.UPLOADS)
        if row.path != os.fsencode(path):
            row.path, row.display = os.fsencode(path), display_name(path)
            self._session.flush()
        return Root(id=row.id, path=path, kind=RootKind.UPLOADS)

    def count_files(self) -> dict[int, dict[FileState, int]]:
        """How many files each root has in each state, by the id of the root."""
        query = sa.select(FileRow.root_id, FileRow.state, sa.func.count())
        counts: dict[int, dict[FileState, int]] = {}
        for root_id, state, count in self._session.execute(
            query.group_by(FileRow.root_id, FileRow.state)
        ):
            counts.setdefault(root_id, {})[FileState(state)] = count
        return counts
