"""Sorts what a scan found into what is known, what is strange, and what is lost.

An unchanged, finished file costs one comparison and is forgotten at once; only the others are
kept until it is known which of them have moved.
"""

import dataclasses
from collections import Counter
from collections.abc import Iterable

from audio_ident.ingest.job import Job
from audio_ident.ingest.scanner import FoundFile, Unscannable
from audio_ident.ingest.worklist import Need, Place, make_job, stamp_of
from audio_ident.model.files import FileSort, ScanNotice
from audio_ident.model.library import FileMove, FileState, StageStatus
from audio_ident.stores.sql.files import KnownFile
from audio_ident.stores.sql.stages import Marks


@dataclasses.dataclass(slots=True, kw_only=True, eq=False)
class Comparison:
    """How a scanned place compares with the catalogue, as far as that is known already."""

    place: Place
    need: Need
    lost: dict[str, KnownFile]
    """What the catalogue knows and was not found yet, by relative path."""
    marks: dict[int, Marks]
    """The stages of the known files, by id."""
    strangers: list[FoundFile] = dataclasses.field(default_factory=list)
    """Found, but not as the catalogue knows it: new, changed or moved."""
    others: list[FoundFile] = dataclasses.field(default_factory=list)
    """Found under names that promise no music."""
    jobs: list[Job] = dataclasses.field(default_factory=list)
    moves: list[FileMove] = dataclasses.field(default_factory=list)
    moved_idle: int = 0
    inodes: list[tuple[int, int | None]] = dataclasses.field(default_factory=list)
    found: int = 0
    found_bytes: int = 0
    known_failures: int = 0
    reappeared: list[int] = dataclasses.field(default_factory=list)
    unscannable: list[Unscannable] = dataclasses.field(default_factory=list)
    notices: list[ScanNotice] = dataclasses.field(default_factory=list)

    def see(self, entries: Iterable[FoundFile | Unscannable]) -> None:
        """Take in what a scan finds."""
        for entry in entries:
            if isinstance(entry, Unscannable):
                self.unscannable.append(entry)
                continue
            file = self.lost.get(entry.relative_path)
            if file is not None and _is_same(entry, file):
                del self.lost[entry.relative_path]
                self.take(entry, file)
            elif file is not None or entry.sort is FileSort.AUDIO:
                self.strangers.append(entry)
            else:
                self.others.append(entry)

    def take(self, entry: FoundFile, file: KnownFile | None) -> bool:
        """Count a file and, if it needs work, put it on the list; returns whether it does."""
        marks = self.marks.get(file.id, {}) if file else {}
        self.found += 1
        self.found_bytes += entry.size
        if file is not None and file.state == FileState.MISSING:
            self.reappeared.append(file.id)
        if reason := self.need(entry, file, marks):
            self.jobs.append(make_job(self.place, entry, reason, (file, marks)))
        else:
            self.known_failures += any(mark.status == StageStatus.FAILED for mark in marks.values())
        return reason is not None

    def take_moved(self, entry: FoundFile, file: KnownFile, marks: Marks) -> None:
        """Take a file that lay somewhere else, with everything that is known of it."""
        stamp = stamp_of(self.place, entry)
        self.moves.append(FileMove(file_id=file.id, stamp=stamp))
        self.marks[file.id] = marks
        is_busy = self.take(entry, dataclasses.replace(file, stamp=stamp, state=FileState.PRESENT))
        self.moved_idle += not is_busy

    def take_at_place(self, entry: FoundFile) -> None:
        """Take a file that is new, or that changed where it lies."""
        file = self.lost.pop(entry.relative_path, None)
        needs_work = self.take(entry, file)
        if file is not None and not needs_work:
            self.inodes.append((file.id, entry.inode))

    def tally(self) -> Counter[FileSort]:
        """How many files there are of each sort; `tally_bytes` has their sizes."""
        counts = Counter(entry.sort for entry in self.others)
        counts[FileSort.AUDIO] += self.found
        return counts

    def tally_bytes(self) -> Counter[FileSort]:
        """How many bytes the files of each sort have."""
        counts: Counter[FileSort] = Counter()
        for entry in self.others:
            counts[entry.sort] += entry.size
        counts[FileSort.AUDIO] += self.found_bytes
        return counts


def _is_same(entry: FoundFile, file: KnownFile) -> bool:
    stamp = file.stamp
    return (entry.size, entry.mtime_ns) == (stamp.size, stamp.mtime_ns) and (
        stamp.inode is None or entry.inode is None or stamp.inode == entry.inode
    )
