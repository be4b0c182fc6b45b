"""Which spaces of vectors a library is to have, and which of them answer.

A space answers once enough of the library is in it; until then the one before it does, which is
then retired: its vectors are deleted. The built-in space answers from the first moment, because
there is nothing before it. A model that is no longer asked for rests: its vectors stay, and stay
right, until another model has taken its place.
"""

import dataclasses
import datetime

from audio_ident.model.vectors import Space, SpaceId
from audio_ident.stores.sql.spaces import KnownSpace
from audio_ident.stores.sql.unit_of_work import Rows
from audio_ident.stores.sql.vector_marks import Coverage, SpaceOfStore

ENOUGH = 0.98
"""Share of the recordings that are in a space, or cannot be, when it begins to answer."""

BUILT_IN = "timbre"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class WantedSpaces:
    """What the settings ask for."""

    timbre: Space
    model: Space | None = None
    is_model_missing: bool = False
    """Whether they name a model that is not there: then nothing is changed about models."""

    @property
    def all(self) -> tuple[Space, ...]:
        """The spaces, the built-in one first."""
        return (self.timbre,) if self.model is None else (self.timbre, self.model)


def settle_spaces(rows: Rows, wanted: WantedSpaces, at: datetime.datetime) -> None:
    """Note what the settings ask for, and let that rest which they no longer do."""
    known = rows.spaces.all()
    ids = {space.id for space in wanted.all}
    if wanted.is_model_missing:
        ids |= {k.space.id for k in known if k.is_wanted and k.space.embedder != BUILT_IN}
    if ids == {k.space.id for k in known if k.is_wanted}:
        return
    for space in wanted.all:
        rows.spaces.save(space, at)
    rows.spaces.want(ids, at)
    if rows.spaces.active(BUILT_IN) is None:
        rows.spaces.activate(wanted.timbre.id, at)
    asked = {space.embedder for space in wanted.all}
    if wanted.is_model_missing:
        return
    for resting in known:
        if resting.active_since is not None and resting.space.embedder not in asked:
            rows.spaces.deactivate(resting.space.id)


def activate_covered(rows: Rows, store: str, at: datetime.datetime) -> list[SpaceId]:
    """Let those spaces answer that are asked for and hold enough; the ones that begin to."""
    begun = []
    for known in rows.spaces.all():
        if known.is_wanted and known.active_since is None:
            place = SpaceOfStore(space_id=known.space.id, store=store)
            if has_enough(rows.vector_marks.coverage(place)):
                rows.spaces.activate(known.space.id, at)
                begun.append(known.space.id)
    return begun


def rest_emptied(rows: Rows, store: str) -> None:
    """Let no model answer that has nothing in a store, as in one that was just chosen."""
    for known in rows.spaces.all():
        if known.active_since is not None and known.space.embedder != BUILT_IN:
            place = SpaceOfStore(space_id=known.space.id, store=store)
            coverage = rows.vector_marks.coverage(place)
            if coverage.wanted and not coverage.covered:
                rows.spaces.deactivate(known.space.id)


def has_enough(coverage: Coverage) -> bool:
    """Whether a space may answer; an empty library is covered."""
    return coverage.covered >= ENOUGH * coverage.wanted


def retired_spaces(rows: Rows) -> set[SpaceId]:
    """Spaces whose vectors are of no use: another one of their embedder answers."""
    known = rows.spaces.all()
    answering = {k.space.embedder for k in known if k.active_since is not None}
    return {k.space.id for k in known if _is_idle(k) and k.space.embedder in answering}


def _is_idle(known: KnownSpace) -> bool:
    return not known.is_wanted and known.active_since is None
