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
        if len(vectors) == 1:
            hits = self._nearest(vectors[0].tolist(), recordings + SPARE, windows_each)
            return _ranked(hits, recordings, windows_each)
        first: Hits = {}
        for vector in vectors:
            _merge(first, self._nearest(vector.tolist(), recordings + SPARE, 1))
        chosen = [found.digest for found in _ranked(first, recordings, 1)]
        hits = {}
        for vector in vectors if chosen else ():
            _merge(hits, self._nearest(vector.tolist(), len(chosen), windows_each, only=chosen))
        return _ranked(hits, recordings, windows_each)

    def _nearest(
        self,
        vector: Sequence[float],
        recordings: int,
        windows_each: int,
        *,
        only: Collection[AudioDigest] | None = None,
    ) -> Hits:
        """The server may give fewer groups than there are: it is asked until it knows no more."""
        hits: Hits = {}
        while len(hits) < recordings:
            which = wish_filter(self._where, also_without=hits.keys(), only=only)
            limit = recordings - len(hits)
            groups = self._server.nearest(self._collection, vector, which, limit, windows_each)
            more = {AudioDigest(str(group.id)): _windows(group) for group in groups if group.hits}
            if not more.keys() - hits.keys():
                break
            _merge(hits, more)
        return hits


def _windows(group: models.PointGroup) -> dict[int, WindowHit]:
    found = {}
    for point in group.hits:
        payload = point.payload or {}
        found[int(payload["window"])] = WindowHit(
            start_ms=int(payload["start_ms"]),
            end_ms=int(payload["end_ms"]),
            cosine=min(max(float(point.score), -1.0), 1.0),
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
