"""Recordings that are near to any of some vectors, asked of a server that takes one at a time."""

from collections.abc import Collection, Mapping, Sequence
from typing import TypeAlias

from qdrant_client import models

from audio_ident.model.analysis import AudioDigest
from audio_ident.model.vectors import RecordingHits, Vectors, Where, WindowHit
from audio_ident.stores.vectors.qdrant_filters import wish_filter
from audio_ident.stores.vectors.qdrant_server import QdrantServer

SPARE = 10
"""More recordings than were asked for: of several that are equally near at the end of a list, the
digest decides which are in it, not the server."""

DIGITS = 6
"""Of a cosine: a server adds up in another order after other changes, and may differ in more."""

EQUAL = 2e-6
"""Cosines that differ by less may be those of the same vectors."""

Hits: TypeAlias = dict[AudioDigest, dict[int, WindowHit]]
"""Windows by recording and number."""


class NearestRecordings:
    """One search of a collection."""

    def __init__(self, server: QdrantServer, collection: str, where: Where) -> None:
        self._server = server
        self._collection = collection
        self._where = where

    def find(
        self, vectors: Vectors, recordings: int, windows_each: int
    ) -> tuple[RecordingHits, ...]:
        """As `VectorReader.search`.

        With several vectors, each has its own nearest recordings; the nearest of all of them are
        then asked for their windows once more, for those that are near to another vector.
        """
        if recordings < 1:
            return ()
        if len(vectors) == 1:
            hits = self._nearest(vectors[0].tolist(), recordings, windows_each)
            return _ranked(hits, recordings, windows_each)
        first: Hits = {}
        for vector in vectors:
            _merge(first, self._nearest(vector.tolist(), recordings, 1))
        chosen = [found.digest for found in _ranked(first, recordings, 1)]
        hits = {}
        for vector in vectors if chosen else ():
            _merge(hits, self._ask(vector.tolist(), len(chosen), windows_each, only=chosen))
        return _ranked(hits, recordings, windows_each)

    def _nearest(self, vector: Sequence[float], recordings: int, windows_each: int) -> Hits:
        """The nearest recordings, with all that are as near as the last of them."""
        hits: Hits = {}
        wanted = recordings + SPARE
        while True:
            hits |= self._ask(vector, wanted - len(hits), windows_each, known=hits)
            if len(hits) < wanted or not _ends_among_equals(hits, recordings):
                return hits
            wanted *= 2

    def _ask(
        self,
        vector: Sequence[float],
        recordings: int,
        windows_each: int,
        *,
        known: Collection[AudioDigest] = (),
        only: Collection[AudioDigest] | None = None,
    ) -> Hits:
        """So many recordings more than are known, or all that there are.

        A server may give fewer groups than it has, so it is asked until it gives nothing new.
        """
        hits: Hits = {}
        while len(hits) < recordings:
            which = wish_filter(self._where, also_without={*known, *hits}, only=only)
            limit = recordings - len(hits)
            groups = self._server.nearest(self._collection, vector, which, limit, windows_each)
            more = {AudioDigest(str(group.id)): _windows(group) for group in groups if group.hits}
            if not more.keys() - hits.keys() - set(known):
                break
            _merge(hits, more)
        return hits


def _ends_among_equals(hits: Hits, recordings: int) -> bool:
    """Whether those that were found end where recordings are as near as the last wanted one."""
    best = sorted(max(hit.cosine for hit in found.values()) for found in hits.values())
    return best[0] > best[-recordings] - EQUAL


def _windows(group: models.PointGroup) -> dict[int, WindowHit]:
    found = {}
    for point in group.hits:
        payload = point.payload or {}
        found[int(payload["window"])] = WindowHit(
            start_ms=int(payload["start_ms"]),
            end_ms=int(payload["end_ms"]),
            cosine=round(min(max(float(point.score), -1.0), 1.0), DIGITS),
        )
    return found


def _merge(hits: Hits, more: Mapping[AudioDigest, Mapping[int, WindowHit]]) -> None:
    for digest, windows in more.items():
        known = hits.setdefault(digest, {})
        for number, hit in windows.items():
            if number not in known or hit.cosine > known[number].cosine:
                known[number] = hit


def _ranked(hits: Hits, recordings: int, windows_each: int) -> tuple[RecordingHits, ...]:
    found = (
        RecordingHits(
            digest=digest,
            windows=tuple(
                hit
                for _, hit in sorted(windows.items(), key=lambda item: (-item[1].cosine, item[0]))
            )[:windows_each],
        )
        for digest, windows in hits.items()
    )
    ranked = sorted(found, key=lambda known: (-known.windows[0].cosine, known.digest))
    return tuple(ranked[:recordings])
