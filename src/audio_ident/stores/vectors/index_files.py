"""The vector index in files: exact scan of codes, vectors of the nearest ones decide.

One folder for each space, with a manifest and files that never change; see decision 0024.
"""

import re
import shutil
import threading
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path

import numpy as np

from audio_ident.errors import BadInput
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
from audio_ident.stores.disk import disk_errors_named, make_directory, sync_directory
from audio_ident.stores.vectors.protocol import EVERYTHING
from audio_ident.stores.vectors.recording_file import name_of
from audio_ident.stores.vectors.scanning import Wish, known_form, search
from audio_ident.stores.vectors.space_reader import SpaceReader
from audio_ident.stores.vectors.space_snapshot import SpaceSnapshot
from audio_ident.stores.vectors.space_writer import SpaceWriter
from audio_ident.stores.vectors.spaces import require_query_of, require_same_space

NAME = "files"
"""What rows remember of where vectors are."""

_SPACE_ID = re.compile(r"[a-z0-9][a-z0-9.-]{0,63}")

_DROPPED = "_dropped"
"""A folder that is being removed; no space can have such a name."""


class FileVectorReader:
    """A `VectorReader` on a folder, which may be missing or empty."""

    name = NAME

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._spaces: dict[SpaceId, SpaceReader] = {}

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
        snapshot = self._snapshot(space_id)
        if snapshot is None:
            return ()
        require_query_of(snapshot.space, vectors)
        wish = Wish(recordings=recordings, windows_each=windows_each, where=where)
        return search(snapshot, vectors, wish)

    def windows_of(
        self, space_id: SpaceId, digests: Collection[AudioDigest]
    ) -> Mapping[AudioDigest, WindowVectors]:
        """As `VectorReader.windows_of`."""
        snapshot = self._snapshot(space_id)
        if snapshot is None:
            return {}
        known = known_form(digests)
        return {
            AudioDigest(name_of(known, at)): snapshot.windows_at(part, int(place))
            for part in snapshot.windows
            for at, place in enumerate(part.places_of(known))
            if place >= 0
        }

    def digests(self, space_id: SpaceId) -> Iterator[AudioDigest]:
        """As `VectorReader.digests`."""
        snapshot = self._snapshot(space_id)
        if snapshot is None or not snapshot.windows:
            return iter(())
        alive = [part.file.digests[part.alive] for part in snapshot.windows]
        ordered = np.sort(np.concatenate(alive))
        return (AudioDigest(name_of(ordered, place)) for place in range(len(ordered)))

    def close(self) -> None:
        """Release the files; answers that were given stay valid."""
        with self._lock:
            for space in self._spaces.values():
                space.close()
            self._spaces = {}

    def _snapshot(self, space_id: SpaceId) -> SpaceSnapshot | None:
        if _SPACE_ID.fullmatch(space_id) is None:
            return None
        with self._lock:
            space = self._spaces.setdefault(space_id, SpaceReader(self._folder / space_id))
        return space.snapshot()


class FileVectorIndex(FileVectorReader):
    """The `VectorIndex` of a folder; the caller holds the `WriterLock` of the data directory.

    It sees its own changes once they are published. A space is opened for writing when it is
    written to: one that is damaged stands in nobody's way, and can be dropped.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._writers: dict[SpaceId, SpaceWriter] = {}
        with disk_errors_named(folder):
            make_directory(folder)
            _remove_dropped(folder)

    def put(self, space: Space, entries: Iterable[Entry]) -> None:
        """As `VectorIndex.put`."""
        if _SPACE_ID.fullmatch(space.id) is None:
            raise BadInput(f"{space.id!r} is no name of a space")
        writer = self._writers.get(space.id)
        if writer is None:
            writer = SpaceWriter(self._folder / space.id, create=space)
            self._writers[space.id] = writer
        require_same_space(writer.space, space)
        for entry in entries:
            writer.put(entry)

    def describe(self, digest: AudioDigest, passages: tuple[Passage, ...]) -> None:
        """As `VectorIndex.describe`."""
        for space_id in space_ids(self._folder):
            self._writer(space_id).describe(digest, passages)

    def delete(self, space_id: SpaceId, digests: Collection[AudioDigest]) -> None:
        """As `VectorIndex.delete`."""
        if space_id in space_ids(self._folder):
            self._writer(space_id).delete(digests)

    def drop(self, space_id: SpaceId) -> None:
        """As `VectorIndex.drop`; at once, whatever is published."""
        self._writers.pop(space_id, None)
        folder = self._folder / space_id
        if _SPACE_ID.fullmatch(space_id) is None or not folder.is_dir():
            return
        with disk_errors_named(folder):
            _remove_dropped(self._folder)
            folder.rename(self._folder / _DROPPED)
            sync_directory(self._folder)
            _remove_dropped(self._folder)

    def publish(self) -> None:
        """As `VectorIndex.publish`."""
        for writer in self._writers.values():
            writer.publish()

    def close(self) -> None:
        """Release the files; what was not published is forgotten."""
        self._writers = {}
        super().close()

    def _writer(self, space_id: SpaceId) -> SpaceWriter:
        if space_id not in self._writers:
            self._writers[space_id] = SpaceWriter(self._folder / space_id)
        return self._writers[space_id]


def space_ids(folder: Path) -> list[SpaceId]:
    """Names of the spaces in a folder, in order."""
    with disk_errors_named(folder):
        return sorted(
            SpaceId(path.name)
            for path in folder.iterdir()
            if _SPACE_ID.fullmatch(path.name) and path.is_dir()
        )


def _remove_dropped(folder: Path) -> None:
    if (folder / _DROPPED).exists():
        shutil.rmtree(folder / _DROPPED)
