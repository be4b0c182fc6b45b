"""Reads the fingerprint index of another process: newest generation, no locks, no waiting."""

import functools
import threading
from pathlib import Path

import numpy as np

from audio_ident.errors import IndexCorrupt
from audio_ident.model.segment import Snapshot
from audio_ident.stores.disk import disk_errors_named
from audio_ident.stores.fingerprints.index_directory import is_manifest_lost
from audio_ident.stores.fingerprints.manifest import MANIFEST_NAME, Manifest, parse_manifest
from audio_ident.stores.fingerprints.segment_file import StoredSegment, open_segment
from audio_ident.stores.newest_manifest import NewestManifest

_EMPTY = Snapshot(generation=0, segments=(), alive=())


class SegmentIndexReader:
    """A `FingerprintReader` on a directory, which may be missing or empty."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._lock = threading.Lock()
        self._segments: dict[str, StoredSegment] = {}
        self._snapshot = _EMPTY
        self._manifest = NewestManifest(
            directory / MANIFEST_NAME,
            take=self._switch,
            forget=self._forget,
            is_lost=functools.partial(is_manifest_lost, directory),
            damaged=IndexCorrupt,
        )

    def snapshot(self) -> Snapshot:
        """The newest generation; one `stat` when nothing changed.

        Raises
        ------
        IndexCorrupt
            The manifest or a segment it names is damaged or missing.
        """
        with self._lock, disk_errors_named(self._directory):
            self._manifest.follow()
            return self._snapshot

    def close(self) -> None:
        """Release the index; snapshots that were taken stay valid."""
        with self._lock:
            self._manifest.close()

    def _switch(self, content: bytes) -> None:
        manifest = parse_manifest(content)
        self._segments = self._open_segments(manifest)
        self._snapshot = self._snapshot_of(manifest)

    def _forget(self) -> None:
        self._segments, self._snapshot = {}, _EMPTY

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
