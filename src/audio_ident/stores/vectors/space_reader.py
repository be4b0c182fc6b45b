"""Reads one space that another process may be writing: newest manifest, no locks, no waiting."""

import os
import threading
from io import BufferedReader
from pathlib import Path

from audio_ident.stores.disk import disk_errors_named
from audio_ident.stores.vectors.recording_file import RecordingFile, check_recordings
from audio_ident.stores.vectors.space_files import is_manifest_lost, open_parts
from audio_ident.stores.vectors.space_manifest import MANIFEST_NAME, SpaceManifest, parse_manifest
from audio_ident.stores.vectors.space_snapshot import Joins, SpaceSnapshot
from audio_ident.vibe_errors import VectorsCorrupt


class SpaceReader:
    """A space in its folder, which may be missing.

    The manifest that was read last is kept open: as long as it is, no other file can have its
    inode, so that comparing inodes tells for certain whether there is a newer one.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = folder / MANIFEST_NAME
        self._lock = threading.Lock()
        self._manifest_file: BufferedReader | None = None
        self._files: dict[str, RecordingFile] = {}
        self._joins: Joins = {}
        self._snapshot: SpaceSnapshot | None = None

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
            if self._manifest_file is None or not self._is_current(self._manifest_file):
                self._reload()
            return self._snapshot

    def close(self) -> None:
        """Release the space; snapshots that were taken stay valid."""
        with self._lock:
            self._forget()

    def _is_current(self, file: BufferedReader) -> bool:
        try:
            return os.path.samestat(self._path.stat(), os.fstat(file.fileno()))
        except FileNotFoundError:
            return False

    def _reload(self) -> None:
        is_taken = False
        while not is_taken:
            try:
                file = self._path.open("rb")
            except (FileNotFoundError, NotADirectoryError):
                if is_manifest_lost(self._folder):
                    raise VectorsCorrupt(f"{self._folder}: the manifest is missing") from None
                self._forget()
                return
            is_taken = self._take(file)

    def _take(self, file: BufferedReader) -> bool:
        """Switch to what this manifest says, unless a newer one took its place."""
        is_taken = False
        try:
            manifest = parse_manifest(self._path, file.read())
            is_taken = self._switch(manifest, file)
        except FileNotFoundError as error:
            # The writer removes files only after it has replaced the manifest.
            if self._is_current(file):
                raise VectorsCorrupt(f"{error.filename}: missing") from error
        except VectorsCorrupt:
            # Of two manifests' files, opened at the moment of the change, nothing needs to fit.
            if self._is_current(file):
                raise
        finally:
            if is_taken:
                self._hold(file)
            else:
                file.close()
        return is_taken

    def _switch(self, manifest: SpaceManifest, file: BufferedReader) -> bool:
        if manifest.space.id != self._folder.name:
            raise VectorsCorrupt(f"{self._path}: it is the manifest of {manifest.space.id}")
        windows = open_parts(self._folder, manifest.windows, self._files)
        passages = open_parts(self._folder, manifest.passages, self._files)
        for part in passages:
            # Their numbers are places in other columns, and they are small.
            if part.file is not self._files.get(part.file.path.name):
                check_recordings(part.file)
        if not self._is_current(file):  # then these files may be those of a later manifest
            return False
        files = [part.file for part in (*windows, *passages)]
        inodes = {opened.inode for opened in files}
        self._files = {opened.path.name: opened for opened in files}
        self._joins = {key: held for key, held in self._joins.items() if inodes.issuperset(key)}
        self._snapshot = SpaceSnapshot(manifest.space, windows, passages, self._joins)
        return True

    def _forget(self) -> None:
        self._hold(None)
        self._files, self._joins, self._snapshot = {}, {}, None

    def _hold(self, file: BufferedReader | None) -> None:
        if self._manifest_file is not None:
            self._manifest_file.close()
        self._manifest_file = file
