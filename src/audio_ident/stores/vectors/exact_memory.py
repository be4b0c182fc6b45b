"""A vector index in memory that compares a query with everything: the oracle of the others."""

import dataclasses
from collections.abc import Collection, Iterable, Iterator, Mapping

import numpy as np

from audio_ident.model.analysis import AudioDigest
from audio_ident.model.vectors import (
    Entry,
    Passage,
    RecordingHits,
    Space,
    SpaceId,
    Vectors,
    Where,
    WindowHit,
    WindowVectors,
)
from audio_ident.stores.vectors.protocol import EVERYTHING
from audio_ident.stores.vectors.spaces import (
    NOTHING_KNOWN,
    require_entry_of,
    require_query_of,
    require_same_space,
)


class ExactVectorIndex:
    """Implements `VectorIndex`: nothing to open, nothing that lasts."""

    name = "memory"

    def __init__(self) -> None:
        self._spaces: dict[SpaceId, Space] = {}
        self._entries: dict[SpaceId, dict[AudioDigest, Entry]] = {}

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
        space = self._spaces.get(space_id)
        if space is None:
            return ()
        require_query_of(space, vectors)
        found = (
            _hits(entry, vectors, windows_each, where) for entry in self._entries[space_id].values()
        )
        ranked = sorted(
            (hits for hits in found if hits is not None),
            key=lambda hits: (-hits.windows[0].cosine, hits.digest),
        )
        return tuple(ranked[:recordings])

    def windows_of(
        self, space_id: SpaceId, digests: Collection[AudioDigest]
    ) -> Mapping[AudioDigest, WindowVectors]:
        """As `VectorReader.windows_of`."""
        entries = self._entries.get(space_id, {})
        return {digest: entries[digest].windows for digest in digests if digest in entries}

    def digests(self, space_id: SpaceId) -> Iterator[AudioDigest]:
        """As `VectorReader.digests`."""
        return iter(sorted(self._entries.get(space_id, {})))

    def put(self, space: Space, entries: Iterable[Entry]) -> None:
        """As `VectorIndex.put`."""
        require_same_space(self._spaces.setdefault(space.id, space), space)
        held = self._entries.setdefault(space.id, {})
        for entry in entries:
            require_entry_of(space, entry)
            held[entry.digest] = entry

    def describe(self, digest: AudioDigest, passages: tuple[Passage, ...]) -> None:
        """As `VectorIndex.describe`."""
        for entries in self._entries.values():
            if digest in entries:
                entries[digest] = dataclasses.replace(entries[digest], passages=passages)

    def delete(self, space_id: SpaceId, digests: Collection[AudioDigest]) -> None:
        """As `VectorIndex.delete`."""
        for digest in digests:
            self._entries.get(space_id, {}).pop(digest, None)

    def drop(self, space_id: SpaceId) -> None:
        """As `VectorIndex.drop`."""
        self._spaces.pop(space_id, None)
        self._entries.pop(space_id, None)

    def publish(self) -> None:
        """Everything is visible already."""

    def close(self) -> None:
        """Nothing to release."""


def _hits(entry: Entry, vectors: Vectors, windows_each: int, where: Where) -> RecordingHits | None:
    windows = entry.windows
    if entry.digest in where.without_recordings or not len(windows.vectors):
        return None
    cosines = (windows.vectors @ vectors.T).max(axis=1)
    passages = entry.passages or NOTHING_KNOWN
    fits = np.array([fits_wish(passage, where) for passage in passages], np.bool_)
    is_wanted = fits[passage_of_windows(windows, passages)]
    order = sorted(np.flatnonzero(is_wanted), key=lambda at: (-cosines[at], at))[:windows_each]
    hits = tuple(
        WindowHit(
            start_ms=int(windows.start_ms[at]),
            end_ms=int(windows.end_ms[at]),
            cosine=float(cosines[at]),
        )
        for at in order
    )
    return RecordingHits(digest=entry.digest, windows=hits) if hits else None


def passage_of_windows(
    windows: WindowVectors, passages: tuple[Passage, ...]
) -> np.typing.NDArray[np.intp]:
    """Number of the passage that each window belongs to: the nearest to its middle."""
    middles = (windows.start_ms.astype(np.int64) + windows.end_ms) // 2
    starts = np.array([passage.start_ms for passage in passages], np.int64)
    ends = np.array([passage.end_ms for passage in passages], np.int64)
    outside = np.maximum(starts[None] - middles[:, None], middles[:, None] - ends[None])
    nearest: np.typing.NDArray[np.intp] = np.maximum(outside, 0).argmin(axis=1)
    return nearest


def fits_wish(passage: Passage, where: Where) -> bool:
    """Whether a passage is looked at; `without_recordings` is not its business."""
    if passage.track_ids and where.without_tracks.issuperset(passage.track_ids):
        return False
    if where.artists and where.artists.isdisjoint(passage.artists):
        return False
    if where.genres and where.genres.isdisjoint(passage.genres):
        return False
    if where.keys and passage.key not in where.keys:
        return False
    return _is_between(passage.year, where.years) and _is_between(
        passage.tempo_bpm, where.tempi_bpm
    )


def _is_between(value: float | None, ends: tuple[float, float] | None) -> bool:
    return ends is None or (value is not None and ends[0] <= value <= ends[1])
