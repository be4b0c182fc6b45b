"""The fingerprint index on disk, as its one writer sees it.

    add, delete   one record in the log, synchronised: from then on the change is safe
    publish       pending recordings become a segment file, a manifest names it, the log starts anew
    merge         in a thread: several segments become one; a manifest names that instead

Whatever happens, the newest manifest and the log it names are the whole index; files that no
manifest names are removed by the next writer. See decision 0007.
"""

import re
import threading
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from audio_ident.errors import BadInput, IndexCorrupt, StoreInaccessible, StoreProblem
from audio_ident.model.analysis import AudioDigest
from audio_ident.model.landmarks import Landmarks
from audio_ident.model.segment import Snapshot
from audio_ident.stores.disk import disk_errors_named, make_directory
from audio_ident.stores.fingerprints.index_check import find_index_problems
from audio_ident.stores.fingerprints.index_directory import (
    create_index,
    highest_number,
    log_path,
    remove_unlisted,
    segment_path,
)
from audio_ident.stores.fingerprints.index_statistics import IndexStatistics
from audio_ident.stores.fingerprints.log import Change, ChangeLog, create_log, reopen_log
from audio_ident.stores.fingerprints.manifest import (
    Manifest,
    SegmentEntry,
    find_manifest,
    write_manifest,
)
from audio_ident.stores.fingerprints.pending import PendingRecordings
from audio_ident.stores.fingerprints.rebuild import rebuild_index
from audio_ident.stores.fingerprints.segment_file import (
    StoredSegment,
    open_segment,
    rename_segment,
    write_segment,
)
from audio_ident.stores.fingerprints.segment_merge import merge_into
from audio_ident.stores.fingerprints.segment_options import DEFAULT_OPTIONS, SegmentOptions
from audio_ident.stores.fingerprints.shelf import Shelf

_DIGEST = re.compile(r"[0-9a-f]{32}")


class SegmentIndex:
    """A `FingerprintIndex`; the caller holds the `WriterLock` of the data directory.

    Parameters
    ----------
    directory
        Holds nothing but the index; made when it is missing.
    options
        When memory becomes a file, when files are merged, how segments are laid out.

    Raises
    ------
    IndexCorrupt
        Manifest, log or the directory of a segment is damaged; `rebuild_index` helps.
    """

    def __init__(self, directory: Path, options: SegmentOptions = DEFAULT_OPTIONS) -> None:
        self._directory = directory
        self._options = options
        self._lock = threading.RLock()
        self._merge_lock = threading.Lock()  # taken before the other
        self._merger = ThreadPoolExecutor(max_workers=1, thread_name_prefix="merge-segments")
        self._merging: Future[None] | None = None
        self._is_usable = True
        self._snapshot: Snapshot | None = None
        self._load()

    def snapshot(self) -> Snapshot:
        """Every change until now."""
        with self._lock:
            if self._snapshot is None:
                self._snapshot = self._take_snapshot()
            return self._snapshot

    def add(self, digest: AudioDigest, landmarks: Landmarks) -> None:
        """Index a recording, replacing what was known of it.

        Readers may see it before `publish`, when enough has come together for a segment file.

        Raises
        ------
        BadInput
            The digest is not 32 lower-case hex digits, or the arrays differ in length.
        DiskFull, StoreInaccessible
            Unless it was the segment file that failed, nothing was changed.
        """
        if not _DIGEST.fullmatch(digest):
            raise BadInput(f"not an audio digest: {digest!r}")
        if not len(landmarks.frame) == len(landmarks.bin) == len(landmarks.strength):
            raise BadInput(f"the landmarks of {digest} have arrays of different length")
        with self._lock:
            self._record((digest, landmarks))
            if self._logged_landmarks >= self._options.flush_landmarks:
                self._flush()
                self._start_merging()

    def delete(self, digest: AudioDigest) -> None:
        """Forget a recording; no error when it is not there."""
        with self._lock:
            if digest in self._pending or digest in self._shelf:
                self._record((digest, None))

    def digests(self) -> frozenset[AudioDigest]:
        """Every recording that is indexed now."""
        with self._lock:
            return self._pending.digests() | self._shelf.digests()

    def publish(self) -> None:
        """Make all changes visible to the readers of other processes.

        Raises
        ------
        StoreProblem
            Publishing failed, or, after it succeeded, it turned out that merging in the
            background had failed since the last call.
        """
        with self._lock:
            self._flush()
            self._raise_merge_problem()
            self._start_merging()

    def close(self) -> None:
        """Publish, merge what should be merged, release the index."""
        try:
            if self._is_usable:
                self._settle()
        finally:
            self._merger.shutdown()
            self._log.close()
            self._is_usable = False

    def rebuild(self, recordings: Iterable[tuple[AudioDigest, Landmarks]]) -> None:
        """Replace the whole index by one of these recordings, all at once.

        Other threads that use this object wait; readers go on with the generation before.
        """
        self._settle()
        with self._merge_lock, self._lock:
            self._log.close()
            try:
                rebuild_index(self._directory, recordings, self._options)
            finally:
                self._load()

    def verify(self) -> tuple[str, ...]:
        """Read every byte and tell what is damaged; empty when nothing is."""
        with self._lock:
            return find_index_problems(self._directory)

    def statistics(self) -> IndexStatistics:
        """How large the index is."""
        with self._lock:
            stored = [known.stored for known in self._shelf.segments()]
            return IndexStatistics(
                generation=self._generation,
                segments=len(stored),
                recordings=len(self.digests()),
                pending_recordings=len(self._pending),
                segment_bytes=sum(segment.file_bytes for segment in stored),
            )

    def _load(self) -> None:
        """Take over what the manifest and its log say."""
        self._shelf = Shelf()
        self._pending = PendingRecordings(self._options.build, fan_in=self._options.fan_in)
        self._logged_landmarks = 0
        with disk_errors_named(self._directory):
            make_directory(self._directory)
            manifest = find_manifest(self._directory) or create_index(self._directory)
            self._generation = manifest.generation
            self._number = max(manifest.generation, highest_number(self._directory))
            for entry in manifest.segments:
                self._shelf.put(self._open(entry), entry.dead_rows)
            self._log, changes = reopen_log(self._directory / manifest.log_name)
            for change in changes:
                self._apply(change)
            self._is_changed = bool(changes)
            self._snapshot = None
            remove_unlisted(self._directory, manifest)

    def _open(self, entry: SegmentEntry) -> StoredSegment:
        path = self._directory / entry.file_name
        try:
            return open_segment(path)
        except FileNotFoundError as error:
            raise IndexCorrupt(f"{path}: the segment is missing") from error

    def _record(self, change: Change) -> None:
        self._require_usable()
        self._log.append(change)
        self._apply(change)
        self._is_changed = True
        self._snapshot = None

    def _apply(self, change: Change) -> None:
        digest, landmarks = change
        self._shelf.bury(digest)
        if landmarks is None:
            self._pending.drop(digest)
            self._logged_landmarks += 1
        else:
            self._pending.put(digest, landmarks)
            self._logged_landmarks += 1 + len(landmarks.frame)

    def _take_snapshot(self) -> Snapshot:
        shelved = [(known.stored.segment, known.alive) for known in self._shelf.segments()]
        parts = shelved + self._pending.searchable()
        self._number += 1
        return Snapshot(
            generation=self._number,
            segments=tuple(segment for segment, _ in parts),
            alive=tuple(alive for _, alive in parts),
        )

    def _flush(self) -> None:
        """Turn the log into a segment and show it to the readers."""
        self._require_usable()
        if not self._is_changed:
            return
        stored = self._write_pending() if self._pending else None
        fresh = (SegmentEntry(file_name=stored.path.name, dead_rows=()),) if stored else ()
        log = self._next_log(fresh)
        try:
            self._commit((*self._shelf.publishable(), *fresh), log)
        except StoreProblem:
            log.close()
            raise
        gone = [known.stored.path for known in self._shelf.segments() if not known.alive.any()]
        self._shelf.publish()
        if stored is not None:
            self._shelf.put(stored)
        self._start_log(log, gone)

    def _write_pending(self) -> StoredSegment:
        recordings = self._pending.recordings()
        return write_segment(
            segment_path(self._directory, self._next_number()),
            lambda allocate: self._options.build(recordings, allocate),
            self._pending.landmark_counts(),
        )

    def _next_log(self, fresh: tuple[SegmentEntry, ...]) -> ChangeLog:
        try:
            return create_log(log_path(self._directory, self._next_number()))
        except StoreProblem:
            self._remove([self._directory / entry.file_name for entry in fresh])
            raise

    def _commit(self, entries: tuple[SegmentEntry, ...], log: ChangeLog) -> None:
        generation = self._next_number()
        manifest = Manifest(generation=generation, segments=entries, log_name=log.path.name)
        # Should this fail, nobody knows which manifest will be there after a crash: no further
        # change may be reported as done before the index has been opened again.
        self._is_usable = False
        write_manifest(self._directory, manifest)
        self._is_usable = True
        self._generation = generation

    def _start_log(self, log: ChangeLog, gone: list[Path]) -> None:
        self._log.close()
        gone.append(self._log.path)
        self._log = log
        self._pending.clear()
        self._logged_landmarks = 0
        self._is_changed = False
        self._snapshot = None
        self._remove(gone)

    def _remove(self, gone: list[Path]) -> None:
        with disk_errors_named(self._directory):
            for path in gone:
                path.unlink(missing_ok=True)

    def _settle(self) -> None:
        """Publish, and wait until there is nothing to merge."""
        with self._lock:
            self._flush()
            self._start_merging()
            merging = self._merging
        if merging is not None:
            merging.result()
        self._merge_until_quiet()

    def _start_merging(self) -> None:
        if self._merging is None or self._merging.done():
            self._merging = self._merger.submit(self._merge_until_quiet)

    def _raise_merge_problem(self) -> None:
        merging = self._merging
        if merging is not None and merging.done():
            self._merging = None
            merging.result()

    def _merge_until_quiet(self) -> None:
        is_merging = True
        while is_merging:
            with self._merge_lock:
                is_merging = self._merge_once()

    def _merge_once(self) -> bool:
        with self._lock:
            sources = self._shelf.plan(self._options.fan_in) if self._is_usable else ()
        if not sources:
            return False
        merged = merge_into(self._directory / "merged.tmp", sources, self._options.merge)
        with self._lock:
            # Numbered only now: a manifest always carries the number after that of a file.
            merged = rename_segment(merged, segment_path(self._directory, self._next_number()))
            self._shelf.replace(sources, merged)
            self._commit(self._shelf.published(), self._log)
            self._snapshot = None
        self._remove([source.stored.path for source in sources])
        return True

    def _next_number(self) -> int:
        self._number += 1
        return self._number

    def _require_usable(self) -> None:
        if not self._is_usable:
            raise StoreInaccessible(
                f"{self._directory}: the index was closed, or failed to write and must be reopened"
            )
