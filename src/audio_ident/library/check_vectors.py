"""Says where rows and the index of vectors disagree, both ways, and what to do about each case."""

import dataclasses
from collections.abc import Iterator, Sequence

from audio_ident.library.bandwidth import SectionReader
from audio_ident.library.passages import digest_of_passages, passages_of
from audio_ident.library.vector_agreement import find_difference, is_whole
from audio_ident.model.analysis import AudioDigest
from audio_ident.model.reports import CheckFinding, FindingCode
from audio_ident.model.vectors import SpaceId
from audio_ident.stores.sql.unit_of_work import Catalogue
from audio_ident.stores.sql.vector_marks import SpaceOfStore
from audio_ident.stores.vectors.protocol import VectorReader
from audio_ident.vibe_errors import VectorsCorrupt, VectorsUnreachable

_REPAIR = "Run `audio-ident check --repair`, which makes it again from the stored analyses; what a "
_MODEL = "model made is made again while the service is idle, or by `audio-ident models fill`."

_MEANINGS = {
    FindingCode.VECTORS_CORRUPT: ("a file of the vectors is damaged", VectorsCorrupt.remedy),
    FindingCode.VECTORS_UNREACHABLE: (
        "the vectors cannot be asked",
        VectorsUnreachable.remedy,
    ),
    FindingCode.VECTORS_MISSING: (
        "a row says that the vectors of a recording are stored, and they are not",
        _REPAIR + _MODEL,
    ),
    FindingCode.VECTORS_UNKNOWN: (
        "vectors are stored that no row speaks of",
        "Run `audio-ident check --repair --deep`, which removes them.",
    ),
    FindingCode.VECTORS_STALE: (
        "filters see a recording otherwise than its tracks are listed",
        "Run `audio-ident check --repair --deep`, which tells them anew.",
    ),
}

_AT_ONCE = 500


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CheckedVectors:
    """What is compared."""

    catalogue: Catalogue
    index: VectorReader
    sounds: SectionReader
    """The stored analyses."""
    stored_spaces: Sequence[SpaceId] = ()
    """Spaces that the index has, where it can tell."""


def check_vectors(
    vectors: CheckedVectors, *, problems: Sequence[str] = (), is_deep: bool = False
) -> list[CheckFinding]:
    """Every disagreement; what waits to be put is none.

    Parameters
    ----------
    problems
        What is damaged in the index; when there is any, its content is not compared.
    is_deep
        Whether everything is compared, instead of a few recordings of each space.
    """
    if problems:
        return [_finding(FindingCode.VECTORS_CORRUPT, "vectors", problem) for problem in problems]
    try:
        return list(_compared(vectors, is_deep=is_deep))
    except VectorsCorrupt as error:
        return [_finding(FindingCode.VECTORS_CORRUPT, "vectors", error.fact)]
    except VectorsUnreachable as error:
        return [_finding(FindingCode.VECTORS_UNREACHABLE, "vectors", error.fact)]


def _compared(vectors: CheckedVectors, *, is_deep: bool) -> Iterator[CheckFinding]:
    with vectors.catalogue.reading() as rows:
        known = [space.space.id for space in rows.spaces.all()]
    for space_id in sorted(set(vectors.stored_spaces) - set(known)):
        yield _finding(FindingCode.VECTORS_UNKNOWN, space_id)
    for space_id in known:
        if is_deep:
            yield from _differences(vectors, space_id)
        elif not is_whole(vectors.catalogue, vectors.index, space_id):
            yield _finding(FindingCode.VECTORS_MISSING, space_id)
    if is_deep:
        for digest in sorted(_stale(vectors, known)):
            yield _finding(FindingCode.VECTORS_STALE, digest)


def _differences(vectors: CheckedVectors, space_id: SpaceId) -> Iterator[CheckFinding]:
    found = find_difference(vectors.catalogue, vectors.index, space_id)
    for digest in sorted(found.lost):
        yield _finding(FindingCode.VECTORS_MISSING, digest)
    for digest in sorted(found.strange):
        yield _finding(FindingCode.VECTORS_UNKNOWN, digest)


def _stale(vectors: CheckedVectors, space_ids: Sequence[SpaceId]) -> set[AudioDigest]:
    store = vectors.index.name
    stale: set[AudioDigest] = set()
    with vectors.catalogue.reading() as rows:
        for space_id in space_ids:
            place, after = SpaceOfStore(space_id=space_id, store=store), ""
            while some := rows.vector_marks.stored(place, after, _AT_ONCE):
                after = some[-1]
                told = rows.vector_marks.told(store, some)
                seen = passages_of(rows.passages.of(some), vectors.sounds, some)
                stale.update(
                    digest
                    for digest, passages in seen.items()
                    if told[digest] - {digest_of_passages(passages), ""}
                )
        return stale - set(rows.vector_marks.untold(store))


def _finding(code: FindingCode, subject: str, fact: str = "") -> CheckFinding:
    meaning, remedy = _MEANINGS[code]
    return CheckFinding(code=code, subject=subject, fact=fact or meaning, remedy=remedy)
