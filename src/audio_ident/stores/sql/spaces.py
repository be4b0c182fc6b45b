"""Queries about spaces of vectors: which there are, which one answers."""

import dataclasses
import datetime
from collections.abc import Collection, Sequence

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
        """The space that answers, or that of an embedder; that of a model before `timbre`."""
        query = sa.select(SpaceRow).where(SpaceRow.active_since.is_not(None))
        if embedder is not None:
            query = query.where(SpaceRow.embedder == embedder)
        is_built_in = sa.case((SpaceRow.embedder == "timbre", 1), else_=0)
        ordered = query.order_by(is_built_in, SpaceRow.active_since.desc(), SpaceRow.id)
        row = self._session.scalars(ordered.limit(1)).first()
        return None if row is None else _known(row)

    def wanted(self, embedder: str) -> KnownSpace | None:
        """The space of an embedder that the settings ask for."""
        query = sa.select(SpaceRow).where(
            SpaceRow.embedder == embedder, SpaceRow.wanted_at.is_not(None)
        )
        row = self._session.scalars(query.order_by(SpaceRow.wanted_at.desc()).limit(1)).first()
        return None if row is None else _known(row)

    def save(self, space: Space, at: datetime.datetime) -> None:
        """Note a space; one that is known stays as it is."""
        if self._session.get(SpaceRow, space.id) is not None:
            return
        values = {name: getattr(space, name) for name in _FIELDS}
        values["parameters"] = dict(space.parameters)
        self._session.add(SpaceRow(**values, created_at=at, likeness_recordings=0))
        self._session.flush()

    def want(self, space_ids: Collection[SpaceId], at: datetime.datetime) -> None:
        """Say which spaces the settings ask for; they ask for no others."""
        for row in self._session.scalars(sa.select(SpaceRow)):
            if row.id not in space_ids:
                row.wanted_at = None
            elif row.wanted_at is None:
                row.wanted_at = at
        self._session.flush()

    def activate(self, space_id: SpaceId, at: datetime.datetime) -> None:
        """Let a space answer, and no other one of its embedder."""
        chosen = self._session.get_one(SpaceRow, space_id)
        of_embedder = sa.select(SpaceRow).where(SpaceRow.embedder == chosen.embedder)
        for row in self._session.scalars(of_embedder):
            if row is not chosen:
                row.active_since = None
            elif row.active_since is None:
                row.active_since = at
        self._session.flush()

    def deactivate(self, space_id: SpaceId) -> None:
        """Let a space answer no more."""
        self._session.get_one(SpaceRow, space_id).active_since = None
        self._session.flush()

    def save_likeness(self, space_id: SpaceId, quantiles: Sequence[float], recordings: int) -> None:
        """Remember how alike random tracks of the library are, and how many there were."""
        row = self._session.get_one(SpaceRow, space_id)
        row.likeness, row.likeness_recordings = list(quantiles), recordings
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
