"""A vector index on a Qdrant server or cluster: a collection for each space.

A recording is put in two steps: its points are added where no search sees them; publishing takes
away the points of its former entry and shows the new ones, in one request. So a search sees an
entry entirely or not at all, whenever a writer is killed; while the server works off that request,
for milliseconds, it may see neither. What was put and never published is not seen, and goes when
the recording is put again or deleted. What is acknowledged is in the log of the server, which it
reads again when it is started after a crash.

Importing this module takes a second, for the client does: wiring leaves it until it is needed.
"""

import itertools
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from qdrant_client import QdrantClient, models

from audio_ident.model.analysis import AudioDigest
from audio_ident.model.vectors import (
    Entry,
    Passage,
    RecordingHits,
    Space,
    SpaceId,
    Vectors,
    Where,
    WindowVectors,
)
from audio_ident.stores.vectors import qdrant_filters, qdrant_points
from audio_ident.stores.vectors.protocol import EVERYTHING
from audio_ident.stores.vectors.qdrant_collections import Collections, QdrantPlace
from audio_ident.stores.vectors.qdrant_search import NearestRecordings
from audio_ident.stores.vectors.qdrant_server import CollectionGone, QdrantServer, connect
from audio_ident.stores.vectors.spaces import require_entry_of, require_query_of
from audio_ident.vibe_errors import VectorsUnreachable

POINTS_PER_REQUEST = 100

FILES_PER_REQUEST = 100

Item = TypeVar("Item")


class QdrantVectorIndex:
    """Implements `VectorIndex`, for one writer and any number of readers, of any process.

    Parameters
    ----------
    place
        Where the vectors are.
    client
        Another client than one over HTTP: the in-process mode of the library, in tests.
    """

    def __init__(self, place: QdrantPlace, client: QdrantClient | None = None) -> None:
        client = client or connect(place.url, place.api_key, place.timeout_s)
        self._place = place
        self._server = QdrantServer(client)
        self._collections = Collections(self._server, place)
        self._unseen: dict[SpaceId, dict[AudioDigest, str]] = {}
        """Names of the entries that publishing is to show."""

    @property
    def name(self) -> str:
        """As `VectorReader.name`."""
        return self._place.name

    def look(self) -> None:
        """Raise `VectorsUnreachable` when the server does not answer, or refuses the key."""
        self._server.names()

    def search(
        self,
        space_id: SpaceId,
        vectors: Vectors,
        *,
        recordings: int,
        windows_each: int = 3,
        where: Where = EVERYTHING,
    ) -> tuple[RecordingHits, ...]:
        """As `VectorReader.search`."""
        space = self._collections.find(space_id)
        if space is None:
            return ()
        require_query_of(space, vectors)
        nearest = NearestRecordings(self._server, self._place.collection_of(space_id), where)
        try:
            return nearest.find(vectors, recordings, windows_each)
        except CollectionGone:
            self._expect_gone(space_id)
            return ()

    def windows_of(
        self, space_id: SpaceId, digests: Collection[AudioDigest]
    ) -> Mapping[AudioDigest, WindowVectors]:
        """As `VectorReader.windows_of`."""
        fields = ("file", "entry", "window", "windows", "start_ms", "end_ms")
        found: dict[AudioDigest, WindowVectors] = {}
        for batch in _batches(sorted(digests), FILES_PER_REQUEST):
            which = qdrant_filters.published(batch)
            records = self._records(space_id, which, fields, with_vectors=True)
            found.update(qdrant_points.whole_recordings(records))
        return found

    def digests(self, space_id: SpaceId) -> Iterator[AudioDigest]:
        """As `VectorReader.digests`."""
        records = self._records(space_id, qdrant_filters.first_windows(), ("file",))
        return iter(sorted({AudioDigest((record.payload or {})["file"]) for record in records}))

    def put(self, space: Space, entries: Iterable[Entry]) -> None:
        """As `VectorIndex.put`."""
        self._collections.make(space)
        batch: dict[AudioDigest, Entry] = {}
        for entry in entries:
            require_entry_of(space, entry)
            batch[entry.digest] = entry
            if sum(len(held.windows.vectors) for held in batch.values()) >= POINTS_PER_REQUEST:
                self._put(space, batch)
                batch = {}
        if batch:
            self._put(space, batch)

    def _put(self, space: Space, entries: Mapping[AudioDigest, Entry]) -> None:
        """Put recordings; of those whose windows are held already only the passages may differ."""
        collection = self._place.collection_of(space.id)
        names = {digest: qdrant_points.entry_id(entry) for digest, entry in entries.items()}
        held = self._held(collection, entries.keys())
        points = (
            point
            for digest, entry in entries.items()
            if held.get(digest) != names[digest]
            for point in qdrant_points.points_of(space, entry)
        )
        for batch in _batches(points, POINTS_PER_REQUEST):
            self._server.add(collection, batch)
        self._unseen.setdefault(space.id, {}).update(names)
        for digest, entry in entries.items():
            if held.get(digest) == names[digest]:
                self._describe(collection, digest, entry.passages)

    def _held(self, collection: str, digests: Collection[AudioDigest]) -> dict[AudioDigest, str]:
        """Names of the entries that are seen now."""
        first = qdrant_filters.first_windows(digests)
        payloads = (
            record.payload or {}
            for record in self._server.records(collection, first, ("file", "entry"))
        )
        return {AudioDigest(payload["file"]): payload["entry"] for payload in payloads}

    def describe(self, digest: AudioDigest, passages: tuple[Passage, ...]) -> None:
        """As `VectorIndex.describe`."""
        for space_id in self._collections.spaces():
            self._describe(self._place.collection_of(space_id), digest, passages)

    def _describe(
        self, collection: str, digest: AudioDigest, passages: tuple[Passage, ...]
    ) -> None:
        which = qdrant_filters.of_files([digest])
        records = list(self._server.records(collection, which, ("start_ms", "end_ms")))
        if records:
            self._server.change(collection, qdrant_points.changes_of_facts(records, passages))

    def delete(self, space_id: SpaceId, digests: Collection[AudioDigest]) -> None:
        """As `VectorIndex.delete`."""
        if self._collections.find(space_id) is None:
            return
        for batch in _batches(sorted(digests), FILES_PER_REQUEST):
            which = qdrant_filters.of_files(batch)
            self._server.delete(self._place.collection_of(space_id), which)
            for digest in batch:
                self._unseen.get(space_id, {}).pop(digest, None)

    def drop(self, space_id: SpaceId) -> None:
        """As `VectorIndex.drop`."""
        if self._collections.find(space_id) is not None:
            self._server.drop(self._place.collection_of(space_id))
        self._unseen.pop(space_id, None)
        self._collections.forget(space_id)

    def publish(self) -> None:
        """As `VectorIndex.publish`."""
        for space_id, names in self._unseen.items():
            collection = self._place.collection_of(space_id)
            while names:
                batch = dict(itertools.islice(names.items(), FILES_PER_REQUEST))
                self._server.change(collection, qdrant_points.replacement(batch))
                for digest in batch:
                    del names[digest]

    def close(self) -> None:
        """As `VectorReader.close`."""
        self._server.close()

    def _records(
        self,
        space_id: SpaceId,
        which: models.Filter,
        fields: Sequence[str],
        *,
        with_vectors: bool = False,
    ) -> list[models.Record]:
        space = self._collections.find(space_id)
        if space is None:
            return []
        collection = self._place.collection_of(space_id)
        dimension = space.dimension if with_vectors else None
        try:
            return list(self._server.records(collection, which, fields, dimension=dimension))
        except CollectionGone:
            self._expect_gone(space_id)
            return []

    def _expect_gone(self, space_id: SpaceId) -> None:
        """Make sure that a server said that, and that it is a Qdrant server."""
        self._collections.forget(space_id)
        if self._collections.find(space_id) is not None:
            raise VectorsUnreachable("a collection was dropped and made again meanwhile")


def _batches(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    iterator = iter(items)
    while batch := list(itertools.islice(iterator, size)):
        yield batch
