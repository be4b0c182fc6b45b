"""Decides which files need work, from what the scan found and what the catalogue knows.

Nothing is opened: an unchanged, finished file costs one comparison.
"""

import dataclasses
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from audio_ident.ingest.job import Job
from audio_ident.ingest.scanner import FoundFile, Unscannable
from audio_ident.ingest.tools import ImportOptions, Versions
from audio_ident.model.files import FileSort, ScanNotice, SortTally
from audio_ident.model.library import FileMove, FileStamp, FileState, Stage, StageMark, StageStatus
from audio_ident.model.reports import Reason
from audio_ident.stores.sql.files import KnownFile
from audio_ident.stores.sql.stages import Marks

Need = Callable[[FoundFile, KnownFile | None, Marks], Reason | None]
"""Says why a file needs work; None when it needs none."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A root, or a folder of one, that is imported."""

    root_id: int
    root: Path
    below: str = ""
    """The folder, relative to the root; empty for all of it."""
    excluded: frozenset[str] = frozenset()
    """Relative folders that are roots of their own."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Worklist:
    """What a scan comes to."""

    jobs: tuple[Job, ...] = ()
    found: int = 0
    known_failures: int = 0
    """Files that failed before and are not tried again."""
    missing: tuple[int, ...] = ()
    """Files that are not where they were; they are marked, never deleted."""
    reappeared: tuple[int, ...] = ()
    moves: tuple[FileMove, ...] = ()
    """Files that lie at another place now, told by what their folder entries say."""
    moved_idle: int = 0
    """Of these, files that need no work."""
    inodes: tuple[tuple[int, int | None], ...] = ()
    """Files (id, inode) that changed in nothing but their inode."""
    unscannable: tuple[tuple[Path, Unscannable], ...] = ()
    notices: tuple[ScanNotice, ...] = ()
    tallies: Mapping[FileSort, SortTally] = dataclasses.field(default_factory=dict)
    """Everything that was met, by sort."""


def needed_work(versions: Versions, options: ImportOptions) -> Need:
    """The rule that says why a file needs work."""
    wanted = {
        Stage.TAGS: versions.tags,
        Stage.ANALYSIS: versions.analysis,
        Stage.INDEX: versions.index,
    }

    def need(entry: FoundFile, file: KnownFile | None, marks: Marks) -> Reason | None:
        if file is None:
            return Reason.NEW
        if (entry.size, entry.mtime_ns) != (file.stamp.size, file.stamp.mtime_ns):
            return Reason.CHANGED
        if any(stage in marks and marks[stage].version != wanted[stage] for stage in wanted):
            return Reason.STALE
        failed = [mark for mark in marks.values() if mark.status == StageStatus.FAILED]
        if failed:
            return Reason.RETRY if any(_may_retry(mark, options) for mark in failed) else None
        is_ready = all(
            stage in marks and marks[stage].status == StageStatus.READY for stage in wanted
        )
        return None if is_ready else Reason.UNFINISHED

    return need


def stamp_of(place: Place, entry: FoundFile) -> FileStamp:
    """Where a file lies and what its folder entry says."""
    return FileStamp(
        root_id=place.root_id,
        relative_path=entry.relative_path,
        size=entry.size,
        mtime_ns=entry.mtime_ns,
        inode=entry.inode,
    )


def make_job(
    place: Place, entry: FoundFile, reason: Reason, known: tuple[KnownFile | None, Marks]
) -> Job:
    """One line of the work list."""
    file, marks = known
    is_same = file is not None and reason != Reason.CHANGED
    return Job(
        path=absolute_path(place, entry.relative_path),
        stamp=stamp_of(place, entry),
        reason=reason,
        file_id=file.id if file else None,
        sha256=file.sha256 if file and is_same else None,
        attempts=max((mark.attempts for mark in marks.values()), default=0) if is_same else 0,
    )


def find_vanished(
    place: Place, lost: Mapping[str, KnownFile], unscannable: list[Unscannable]
) -> Iterator[KnownFile]:
    """Files of the scanned part that were not found, and whose folders could be read."""
    unknown = [entry.relative_path for entry in unscannable]
    for path, file in lost.items():
        was_looked_for = is_below(path, place.below) and not any(
            is_below(path, folder) for folder in (*unknown, *place.excluded)
        )
        if was_looked_for and file.state == FileState.PRESENT:
            yield file


def absolute_path(place: Place, relative_path: str) -> Path:
    """Path of a file below a root."""
    return Path(os.path.join(place.root, relative_path))  # noqa: PTH118 -- odd bytes


def is_below(path: str, folder: str) -> bool:
    """Whether a relative path is a folder or lies in it; everything lies in the empty one."""
    return not folder or path == folder or path.startswith(folder + "/")


def _may_retry(mark: StageMark, options: ImportOptions) -> bool:
    return options.retry_failed or (mark.is_retryable and mark.attempts < options.max_attempts)
