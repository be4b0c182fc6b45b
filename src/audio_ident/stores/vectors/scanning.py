"""Search of a space: codes of all windows are scanned, vectors of the nearest ones decide."""

import dataclasses
import re
from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt

from audio_ident.core.vector_kernels import coded, scan_windows
from audio_ident.model.analysis import AudioDigest
from audio_ident.model.vectors import RecordingHits, Vectors, Where, WindowHit
from audio_ident.stores.vectors.recording_file import Digests, digests_of, name_of
from audio_ident.stores.vectors.space_files import Part
from audio_ident.stores.vectors.space_snapshot import SpaceSnapshot
from audio_ident.stores.vectors.window_columns import WINDOWS

OVERSAMPLING = 2
"""So many times as many recordings are compared by vectors as are asked for ..."""

EXTRA = 32
"""... and so many more."""

_DIGEST = re.compile(r"[0-9a-f]{32}")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """How much is to be found, and where."""

    recordings: int
    windows_each: int
    where: Where


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Scanned:
    """A file, and what its codes say."""

    part: Part
    likeness: npt.NDArray[np.float32]
    """Of each window."""
    best: npt.NDArray[np.float32]
    """Of each recording."""


def known_form(digests: Iterable[str]) -> Digests:
    """Those that are digests at all, in order."""
    return digests_of(sorted({digest for digest in digests if _DIGEST.fullmatch(digest)}))


def search(snapshot: SpaceSnapshot, vectors: Vectors, wish: Wish) -> tuple[RecordingHits, ...]:
    """As `VectorReader.search`, in one snapshot."""
    if wish.recordings < 1 or wish.windows_each < 1:
        return ()
    queries = coded(vectors.astype(np.float32))
    without = known_form(wish.where.without_recordings)
    scanned = []
    for part in snapshot.windows:
        wanted = snapshot.wanted(part, wish.where, without)
        likeness, best = scan_windows(snapshot.coded(part), queries, wanted)
        scanned.append(_Scanned(part=part, likeness=likeness, best=best))
    hits = [
        found
        for own, places in _nearest(scanned, OVERSAMPLING * wish.recordings + EXTRA)
        for found in _compared(own, places, vectors, wish.windows_each)
    ]
    hits.sort(key=lambda found: (-found.windows[0].cosine, found.digest))
    return tuple(hits[: wish.recordings])


def _nearest(
    scanned: list[_Scanned], most: int
) -> Iterator[tuple[_Scanned, npt.NDArray[np.int64]]]:
    """The nearest recordings of all files, by file: at most so many, ties by digest."""
    if not scanned:
        return
    best = np.concatenate([own.best for own in scanned])
    owner = np.repeat(np.arange(len(scanned)), [len(own.best) for own in scanned])
    place = np.concatenate([np.arange(len(own.best)) for own in scanned])
    chosen = np.flatnonzero(best > -np.inf)
    if len(chosen) > most:
        least = np.partition(best[chosen], len(chosen) - most)[len(chosen) - most]
        nearer, equal = (np.flatnonzero(rule(best, least)) for rule in (np.greater, np.equal))
        digests = [name_of(scanned[owner[at]].part.file.digests, place[at]) for at in equal]
        by_digest = equal[np.argsort(digests)] if len(equal) > 1 else equal
        chosen = np.concatenate([nearer, by_digest[: most - len(nearer)]])
    for number, own in enumerate(scanned):
        yield own, np.sort(place[chosen[owner[chosen] == number]])


def _compared(
    scanned: _Scanned, places: npt.NDArray[np.int64], vectors: Vectors, windows_each: int
) -> Iterator[RecordingHits]:
    """Some recordings of a file, by the exact likeness of their nearest windows."""
    group = scanned.part.file.groups[WINDOWS]
    rows = [
        _promising(scanned.likeness, group.begins, place, OVERSAMPLING * windows_each + 2)
        for place in places
    ]
    if not rows:
        return
    cosines = _cosines(group.columns["vectors"][np.concatenate(rows)], vectors)
    starts, ends = group.columns["start_ms"], group.columns["end_ms"]
    first = 0
    for place, own in zip(places, rows, strict=True):
        likeness = cosines[first : first + len(own)]
        first += len(own)
        yield RecordingHits(
            digest=AudioDigest(name_of(scanned.part.file.digests, int(place))),
            windows=tuple(
                WindowHit(
                    start_ms=int(starts[own[at]]),
                    end_ms=int(ends[own[at]]),
                    cosine=float(likeness[at]),
                )
                for at in np.lexsort((own, -likeness))[:windows_each]
            ),
        )


def _promising(
    likeness: npt.NDArray[np.float32], begins: npt.NDArray[np.int64], place: int, most: int
) -> npt.NDArray[np.int64]:
    """Rows of the nearest wanted windows of a recording, in order."""
    first = int(begins[place])
    own = likeness[first : int(begins[place + 1])]
    rows = np.flatnonzero(own > -np.inf)
    if len(rows) > most:
        rows = np.sort(rows[np.argsort(-own[rows], kind="stable")[:most]])
    return rows + first


def _cosines(stored: npt.NDArray[np.float16], vectors: Vectors) -> npt.NDArray[np.float32]:
    # Sums of one row do not depend on the others, as they may in a matrix product, and are rounded,
    # so that equal vectors are equally near.
    products = np.einsum("ij,kj->ik", stored.astype(np.float64), vectors.astype(np.float64))
    nearest: npt.NDArray[np.float32] = products.max(axis=1).clip(-1, 1).astype(np.float32)
    return nearest
