"""Writes one space: changes are gathered, become files, and are published by a manifest."""

import dataclasses
from collections.abc import Collection
from pathlib import Path

from audio_ident.errors import BadInput
from audio_ident.model.analysis import AudioDigest
from audio_ident.model.vectors import Entry, Passage, Space, WindowVectors
from audio_ident.stores.disk import disk_errors_named, free_bytes, make_directory
from audio_ident.stores.vectors.passage_columns import passage_groups
from audio_ident.stores.vectors.recording_file import digests_of, write_recordings
from audio_ident.stores.vectors.scanning import known_form
from audio_ident.stores.vectors.space_files import (
    Shelf,
    highest_number,
    is_manifest_lost,
    open_parts,
    path_of,
    remove_unlisted,
)
from audio_ident.stores.vectors.space_manifest import (
    MANIFEST_NAME,
    SpaceManifest,
    parse_manifest,
    write_manifest,
)
from audio_ident.stores.vectors.spaces import NOTHING_KNOWN, require_entry_of
from audio_ident.stores.vectors.window_columns import STORED_VECTORS, window_groups
from audio_ident.vibe_errors import VectorsCorrupt

MOST_PENDING_BYTES = 16 << 20
"""Vectors that wait in memory before they become a file."""

MOST_PENDING_PASSAGES = 20_000

MERGE_SHARE = 2
"""Merging takes half of the free space at most: without it searches are a little slower, but a full
disk would end the import, and hinder all other programs."""


class SpaceWriter:
    """The one writer of a space; the caller holds the `WriterLock` of the data directory.

    Nothing is seen by anyone before `publish`: until then changes are in memory, and in files that
    no manifest names, which the next writer removes.

    Parameters
    ----------
    create
        The space to make if there is none; nothing is made without it.

    Raises
    ------
    VectorsCorrupt
        The manifest or a file is damaged.
    """

    def __init__(self, folder: Path, create: Space | None = None) -> None:
        self._folder = folder
        with disk_errors_named(folder):
            manifest = _open_manifest(folder, create)
            self.space = manifest.space
            self._number = highest_number(folder)
            remove_unlisted(folder, manifest)
            try:
                self._windows = Shelf(open_parts(folder, manifest.windows, {}))
                self._passages = Shelf(open_parts(folder, manifest.passages, {}))
            except FileNotFoundError as error:
                raise VectorsCorrupt(f"{error.filename}: missing") from error
        self._new_windows: dict[AudioDigest, WindowVectors] = {}
        self._new_passages: dict[AudioDigest, tuple[Passage, ...]] = {}
        self._new_bytes = 0
        self._is_changed = False

    def put(self, entry: Entry) -> None:
        """Add or replace a recording.

        Raises
        ------
        BadInput
            It is not of this space, or its digest is none.
        """
        require_entry_of(self.space, entry)
        if not len(known_form([entry.digest])):
            raise BadInput(f"{entry.digest!r} is no digest")
        stored = dataclasses.replace(
            entry.windows, vectors=entry.windows.vectors.astype(STORED_VECTORS)
        )
        self._new_windows[entry.digest] = stored
        self._new_passages[entry.digest] = entry.passages or NOTHING_KNOWN
        self._new_bytes += stored.vectors.nbytes
        self._is_changed = True
        self._flush_when_full()

    def describe(self, digest: AudioDigest, passages: tuple[Passage, ...]) -> None:
        """Replace the passages of a recording, if it is there."""
        known = known_form([digest])
        if digest in self._new_windows or self._windows.holds(known).any():
            self._new_passages[digest] = passages or NOTHING_KNOWN
            self._is_changed = True
            self._flush_when_full()

    def delete(self, digests: Collection[AudioDigest]) -> None:
        """Forget recordings, if they are there."""
        for digest in digests:
            is_new = self._new_windows.pop(digest, None) is not None
            self._new_passages.pop(digest, None)
            self._is_changed |= is_new
        known = known_form(digests)
        self._is_changed |= self._windows.bury(known)
        self._passages.bury(known)

    def publish(self) -> None:
        """Make all changes durable and visible."""
        if not self._is_changed:
            return
        self._flush()
        with disk_errors_named(self._folder):
            self._windows.tidy(lambda: self._next_path("windows"), self._room_bytes)
            self._passages.tidy(lambda: self._next_path("passages"), self._room_bytes)
        manifest = SpaceManifest(
            space=self.space, windows=self._windows.held(), passages=self._passages.held()
        )
        write_manifest(self._folder, manifest)
        self._is_changed = False
        with disk_errors_named(self._folder):
            remove_unlisted(self._folder, manifest)

    def _flush_when_full(self) -> None:
        is_full = self._new_bytes >= MOST_PENDING_BYTES
        if is_full or len(self._new_passages) >= MOST_PENDING_PASSAGES:
            self._flush()

    def _flush(self) -> None:
        """Turn what waits in memory into files, unseen as yet."""
        if self._new_windows:
            names = sorted(self._new_windows)
            digests = digests_of(names)
            groups = window_groups([self._new_windows[n] for n in names], self.space.dimension)
            file = write_recordings(self._next_path("windows"), digests, groups)
            self._windows.bury(digests)
            self._windows.add(file)
            self._new_windows, self._new_bytes = {}, 0
        if self._new_passages:
            names = sorted(self._new_passages)
            digests = digests_of(names)
            groups = passage_groups([self._new_passages[n] for n in names])
            file = write_recordings(self._next_path("passages"), digests, groups)
            self._passages.bury(digests)
            self._passages.add(file)
            self._new_passages = {}

    def _room_bytes(self) -> int:
        return free_bytes(self._folder) // MERGE_SHARE

    def _next_path(self, kind: str) -> Path:
        self._number += 1
        return path_of(self._folder, kind, self._number)


def _open_manifest(folder: Path, create: Space | None) -> SpaceManifest:
    path = folder / MANIFEST_NAME
    try:
        return parse_manifest(path, path.read_bytes())
    except FileNotFoundError:
        if create is None or is_manifest_lost(folder):
            raise VectorsCorrupt(f"{folder}: the manifest is missing") from None
    make_directory(folder)
    manifest = SpaceManifest(space=create)
    write_manifest(folder, manifest)
    return manifest
