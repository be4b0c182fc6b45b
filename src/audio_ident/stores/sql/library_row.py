"""Queries about the library that a catalogue belongs to."""

import dataclasses
import datetime

from sqlalchemy.orm import Session

from audio_ident.stores.sql.tables_library import LibraryRow


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """The library that a catalogue belongs to."""

    library_id: str
    is_complete: bool
    """Whether every row is there: False while they are copied."""


class LibraryRows:
    """The one row that names the library."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def owner(self) -> Owner | None:
        """The library, None while nobody has claimed the catalogue."""
        row = self._session.get(LibraryRow, 1)
        if row is None:
            return None
        return Owner(library_id=row.library_id, is_complete=row.is_complete)

    def claim(self, owner: Owner, at: datetime.datetime) -> None:
        """Say which library it is, instead of what was said before."""
        row = self._session.get(LibraryRow, 1)
        if row is None:
            row = LibraryRow(id=1, claimed_at=at)
            self._session.add(row)
        row.library_id = owner.library_id
        row.is_complete = owner.is_complete
        self._session.flush()
