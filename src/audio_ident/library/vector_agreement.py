"""Compares what a store of vectors holds with what rows say it holds.

Marks are written before and after the store is, so that an import that was killed leaves no
difference that they do not tell of. What they cannot tell is that the store itself was lost,
replaced or damaged: a few recordings are looked up to notice that, and all of them when asked.
"""

import dataclasses
from collections.abc import Iterator

from audio_ident.model.analysis import AudioDigest
from audio_ident.model.vectors import SpaceId
from audio_ident.stores.sql.unit_of_work import Catalogue
from audio_ident.stores.sql.vector_marks import SpaceOfStore
from audio_ident.stores.vectors.protocol import VectorReader

_AT_ONCE = 500
_PROBED = "0123456789abcdef"
"""The first recordings whose digests begin with these are looked up."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What differs in one space of a store."""

    lost: frozenset[AudioDigest]
    """Rows say that they are there."""
    strange: frozenset[AudioDigest]
    """No row speaks of them."""


def find_difference(catalogue: Catalogue, index: VectorReader, space_id: SpaceId) -> Difference:
    """Compare everything, both ways."""
    place = SpaceOfStore(space_id=space_id, store=index.name)
    with catalogue.reading() as rows:
        stored = rows.vector_marks.stored(place)
    held = set(index.digests(space_id))  # after the rows that say what is there already
    ordered, strange = sorted(held), set[AudioDigest]()
    with catalogue.reading() as rows:
        for start in range(0, len(ordered), _AT_ONCE):
            some = ordered[start : start + _AT_ONCE]
            strange.update(set(some) - rows.vector_marks.marked(place, some))
    lost = (digest for digest in stored if digest not in held)
    return Difference(lost=frozenset(lost), strange=frozenset(strange))


def is_whole(catalogue: Catalogue, index: VectorReader, space_id: SpaceId) -> bool:
    """Whether a few recordings that should be there are."""
    probed = list(_probed(catalogue, SpaceOfStore(space_id=space_id, store=index.name)))
    return len(index.windows_of(space_id, probed)) == len(set(probed))


def _probed(catalogue: Catalogue, place: SpaceOfStore) -> Iterator[AudioDigest]:
    with catalogue.reading() as rows:
        for prefix in _PROBED:
            yield from rows.vector_marks.stored(place, after=prefix, limit=1)
