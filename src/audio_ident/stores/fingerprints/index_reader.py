"""Reads the fingerprint index of another process: newest generation, no locks, no waiting."""

import os
import threading
from io import BufferedReader
from pathlib import Path

import numpy as np

from audio_ident.errors import IndexCorrupt
from audio_ident.model.segment import Snapshot
from audio_ident.stores.disk import disk_errors_named
from audio_ident.stores.fingerprints.index_directory import is_manifest_lost
from audio_ident.stores.fingerprints.manifest import MANIFEST_NAME, Manifest, parse_manifest
from audio_ident.stores.fingerprints.segment_file import StoredSegment, open_segment

_EMPTY = Snapshot(generation=0, segments=(), alive=())


class SegmentIndexReader:
    """A `FingerprintReader` on a directory, which may be missing or empty.

    The manifest that was read last is kept open: as long as it is, no other file can have its
    inode, so that comparing inodes tells for certain whether there is a newer one.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._path = directory / MANIFEST_NAME
        self._lock = threading.Lock()
        self._manifest_file: BufferedReader | None = None
        self._segments: dict[str, StoredSegment] = {}
        self._snapshot = _EMPTY

    def snapshot(self) -> Snapshot:
        """The newest generation; one `stat` when nothing changed.

        Raises
        ------
        IndexCorrupt
            The manifest or a segment it names is damaged or missing.
        """
        with self._lock, disk_errors_named(self._directory):
            if self._manifest_file is None or not self._is_current(self._manifest_file):
                self._reload()
            return self._snapshot

    def close(self) -> None:
        """Release the index; snapshots that were taken stay valid."""
        with self._lock:
            self._hold(None)
            self._segments = {}
            self._snapshot = _EMPTY

    def _is_current(self, file: BufferedReader) -> bool:
        try:
            return os.path.samestat(self._path.stat(), os.fstat(file.fileno()))
        except FileNotFoundError:
            return False

    def _reload(self) -> None:
        while True:
            try:
                file = self._path.open("rb")
            except FileNotFoundError:
                if is_manifest_lost(self._directory):
                    raise IndexCorrupt(f"{self._directory}: the manifest is missing") from None
                self._hold(None)
                self._segments, self._snapshot = {}, _EMPTY
                return
            if self._take(file):
                return

    def _take(self, file: BufferedReader) -> bool:
        """Switch to the generation of this manifest, unless a newer one took its place."""
        is_taken = False
        try:
            manifest = parse_manifest(file.read())
            self._segments = self._open_segments(manifest)
            self._snapshot = self._snapshot_of(manifest)
            is_taken = True
        except FileNotFoundError as error:
            # The writer removes segments only after it has replaced the manifest.
            if self._is_current(file):
                raise IndexCorrupt(f"{error.filename}: the segment is missing") from error
        finally:
            if is_taken:
                self._hold(file)
            else:
                file.close()
        return is_taken

    def _open_segments(self, manifest: Manifest) -> dict[str, StoredSegment]:
        return {
            entry.file_name: self._segments.get(entry.file_name)
            or open_segment(self._directory / entry.file_name)
            for entry in manifest.segments
        }

    def _snapshot_of(self, manifest: Manifest) -> Snapshot:
        segments = tuple(stored.segment for stored in self._segments.values())
        alive = [np.ones(len(segment.digests), np.bool_) for segment in segments]
        for rows, entry in zip(alive, manifest.segments, strict=True):
            rows[list(entry.dead_rows)] = False
            rows.flags.writeable = False
        return Snapshot(generation=manifest.generation, segments=segments, alive=tuple(alive))

    def _hold(self, file: BufferedReader | None) -> None:
        if self._manifest_file is not None:
            self._manifest_file.close()
        self._manifest_file = file
