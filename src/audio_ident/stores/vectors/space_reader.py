"""Reads one space that another process may be writing: newest manifest, no locks, no waiting."""

import functools
import threading
from pathlib import Path

from audio_ident.stores.disk import disk_errors_named
from audio_ident.stores.newest_manifest import NewestManifest
from audio_ident.stores.vectors.recording_file import RecordingFile
from audio_ident.stores.vectors.space_files import is_manifest_lost, open_parts
from audio_ident.stores.vectors.space_manifest import MANIFEST_NAME, parse_manifest
from audio_ident.stores.vectors.space_snapshot import Joins, SpaceSnapshot
from audio_ident.vibe_errors import VectorsCorrupt


class SpaceReader:
    """A space in its folder, which may be missing."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = folder / MANIFEST_NAME
        self._lock = threading.Lock()
        self._files: dict[str, RecordingFile] = {}
        self._joins: Joins = {}
        self._snapshot: SpaceSnapshot | None = None
        self._manifest = NewestManifest(
            self._path,
            take=self._switch,
            forget=self._forget,
            is_lost=functools.partial(is_manifest_lost, folder),
            damaged=VectorsCorrupt,
        )

    def snapshot(self) -> SpaceSnapshot | None:
        """What is published, None when there is no such space; one `stat` when nothing changed.

        Raises
        ------
        VectorsCorrupt
            The manifest or a file that it names is damaged or missing.
        StoreInaccessible
            The system refuses to read it.
        """
        with self._lock, disk_errors_named(self._folder):
            self._manifest.follow()
            return self._snapshot

    def close(self) -> None:
        """Release the space; snapshots that were taken stay valid."""
        with self._lock:
            self._manifest.close()

    def _switch(self, content: bytes) -> None:
        manifest = parse_manifest(self._path, content)
        if manifest.space.id != self._folder.name:
            raise VectorsCorrupt(f"{self._path}: it is the manifest of {manifest.space.id}")
        windows = open_parts(self._folder, manifest.windows, self._files)
        passages = open_parts(self._folder, manifest.passages, self._files)
        files = [part.file for part in (*windows, *passages)]
        self._files = {file.path.name: file for file in files}
        self._joins = {k: v for k, v in self._joins.items() if self._files.keys() >= set(k)}
        self._snapshot = SpaceSnapshot(manifest.space, windows, passages, self._joins)

    def _forget(self) -> None:
        self._files, self._joins, self._snapshot = {}, {}, None
