"""Makes a whole new index beside the old one and puts it in its place."""

from collections.abc import Iterable
from pathlib import Path

from audio_ident.model.analysis import AudioDigest
from audio_ident.model.landmarks import Landmarks
from audio_ident.stores.disk import disk_errors_named, make_directory
from audio_ident.stores.fingerprints.index_directory import (
    create_index,
    highest_number,
    log_path,
    remove_unlisted,
    segment_path,
)
from audio_ident.stores.fingerprints.log import create_log
from audio_ident.stores.fingerprints.manifest import Manifest, write_manifest
from audio_ident.stores.fingerprints.pending import PendingRecordings
from audio_ident.stores.fingerprints.segment_file import write_segment
from audio_ident.stores.fingerprints.segment_merge import merge_into
from audio_ident.stores.fingerprints.segment_options import DEFAULT_OPTIONS, SegmentOptions
from audio_ident.stores.fingerprints.shelf import Shelf


def rebuild_index(
    directory: Path,
    recordings: Iterable[tuple[AudioDigest, Landmarks]],
    options: SegmentOptions = DEFAULT_OPTIONS,
) -> None:
    """Replace an index, damaged or not, by one of these recordings.

    Readers see the old generation until the new one is complete; if this is interrupted, the old
    one stays. At most `options.flush_landmarks` landmarks are held in memory.

    The caller is the only writer and has no `SegmentIndex` open on the directory. When a digest
    comes twice the later one counts.
    """
    with disk_errors_named(directory):
        make_directory(directory)
        if not any(directory.iterdir()):
            create_index(directory)
        building = _Building(directory, options)
    for digest, landmarks in recordings:
        building.take(digest, landmarks)
    building.finish()


class _Building:
    """The new generation while it grows."""

    def __init__(self, directory: Path, options: SegmentOptions) -> None:
        self._directory = directory
        self._options = options
        # A manifest is numbered right after the newest file, so this is above the old one's too.
        self._number = highest_number(directory) + 1
        self._shelf = Shelf()
        self._pending = PendingRecordings(options.build, fan_in=options.fan_in)

    def take(self, digest: AudioDigest, landmarks: Landmarks) -> None:
        """Add a recording."""
        self._shelf.bury(digest)
        self._pending.put(digest, landmarks)
        if self._pending.landmark_count >= self._options.flush_landmarks:
            self._flush()

    def finish(self) -> None:
        """Put the new generation in the place of the old one."""
        self._flush()
        log = create_log(log_path(self._directory, self._next_number()))
        log.close()
        manifest = Manifest(
            generation=self._next_number(),
            segments=self._shelf.published(),
            log_name=log.path.name,
        )
        write_manifest(self._directory, manifest)
        with disk_errors_named(self._directory):
            remove_unlisted(self._directory, manifest)

    def _flush(self) -> None:
        if self._pending:
            recordings, counts = self._pending.recordings(), self._pending.landmark_counts()
            self._pending.clear()
            self._shelf.put(
                write_segment(
                    segment_path(self._directory, self._next_number()),
                    lambda allocate: self._options.build(recordings, allocate),
                    counts,
                )
            )
        self._shelf.publish()
        while sources := self._shelf.plan(self._options.fan_in):
            path = segment_path(self._directory, self._next_number())
            self._shelf.replace(sources, merge_into(path, sources, self._options.merge))
            with disk_errors_named(self._directory):
                for source in sources:
                    source.stored.path.unlink()

    def _next_number(self) -> int:
        self._number += 1
        return self._number
