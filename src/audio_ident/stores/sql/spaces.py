"""Queries about spaces of vectors: which there are, which one answers."""

import dataclasses
import datetime
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from audio_ident.model.vectors import Space, SpaceId
from audio_ident.stores.sql.tables_vectors import SpaceRow

_FIELDS = [field.name for field in dataclasses.fields(Space)]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class KnownSpace:
    """A space and how it stands."""

    space: Space
    is_wanted: bool
    """Whether the settings ask for it."""
    active_since: datetime.datetime | None
    """Since when it answers; None when it does not."""
    likeness: Sequence[float]
    """Likeness of random pairs of tracks of this library, in order, at equal steps from the least
    to the greatest; empty until there are enough tracks."""
    likeness_recordings: int


class Spaces:
    """The spaces of a library."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def all(self) -> list[KnownSpace]:
        """Every space, the oldest first."""
        query = sa.select(SpaceRow).order_by(SpaceRow.created_at, SpaceRow.id)
        return [_known(row) for row in self._session.scalars(query)]

    def find(self, space_id: SpaceId) -> KnownSpace | None:
        """The space of that id, None when there is none."""
        row = self._session.get(SpaceRow, space_id)
        return None if row is None else _known(row)

    def active(self, embedder: str | None = None) -> KnownSpace | None:
        """The space that answers, or that of an embedder; the newest of several."""
        query = sa.select(SpaceRow).where(SpaceRow.active_since.is_not(None))
        if embedder is not None:
            query = query.where(SpaceRow.embedder == embedder)
        row = self._session.scalars(query.order_by(SpaceRow.active_since.desc()).limit(1)).first()
        return None if row is None else _known(row)

    def save(self, space: Space, at: datetime.datetime) -> None:
        """Note a space; one that is known stays as it is."""
        if self._session.get(SpaceRow, space.id) is not None:
            return
        values = {name: getattr(space, name) for name in _FIELDS}
        values["parameters"] = dict(space.parameters)
        self._session.add(SpaceRow(**values, created_at=at, likeness_recordings=0))
        self._session.flush()


def _known(row: SpaceRow) -> KnownSpace:
    values = {name: getattr(row, name) for name in _FIELDS}
    return KnownSpace(
        space=Space(**values),
        is_wanted=row.wanted_at is not None,
        active_since=row.active_since,
        likeness=tuple(row.likeness or ()),
        likeness_recordings=row.likeness_recordings,
    )
