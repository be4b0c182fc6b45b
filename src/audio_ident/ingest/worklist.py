"""Decides which files need work, from what the scan found and what the catalogue knows.

Nothing is opened: an unchanged, finished file costs one comparison.
"""

import dataclasses
import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from audio_ident.ingest.job import Job
from audio_ident.ingest.scanner import FoundFile, Unscannable
from audio_ident.ingest.tools import ImportOptions, Versions
from audio_ident.model.library import FileStamp, FileState, Stage, StageMark, StageStatus
from audio_ident.model.reports import Reason
from audio_ident.stores.sql.files import KnownFile

Marks = Mapping[Stage, StageMark]


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
class Known:
    """What the catalogue knows of a root."""

    files: Mapping[str, KnownFile]
    """By relative path."""
    marks: Mapping[int, Marks]
    """By file id."""


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
    unscannable: tuple[tuple[Path, Unscannable], ...] = ()


def make_worklist(
    place: Place,
    entries: Iterable[FoundFile | Unscannable],
    known: Known,
    need: Callable[[FoundFile, KnownFile | None, Marks], Reason | None],
) -> Worklist:
    """Compare what a scan found with what is known."""
    jobs: list[Job] = []
    seen: set[str] = set()
    reappeared: list[int] = []
    known_failures = 0
    unscannable: list[Unscannable] = []
    for entry in entries:
        if isinstance(entry, Unscannable):
            unscannable.append(entry)
            continue
        seen.add(entry.relative_path)
        file = known.files.get(entry.relative_path)
        marks = known.marks.get(file.id, {}) if file else {}
        if file is not None and file.state == FileState.MISSING:
            reappeared.append(file.id)
        if reason := need(entry, file, marks):
            jobs.append(_job(place, entry, reason, (file, marks)))
        else:
            known_failures += any(m.status == StageStatus.FAILED for m in marks.values())
    unknown = [entry.relative_path for entry in unscannable]
    return Worklist(
        jobs=tuple(jobs),
        found=len(seen),
        known_failures=known_failures,
        missing=tuple(_vanished(place, known, seen, unknown)),
        reappeared=tuple(reappeared),
        unscannable=tuple((place.root, entry) for entry in unscannable),
    )


def needed_work(
    versions: Versions, options: ImportOptions
) -> Callable[[FoundFile, KnownFile | None, Marks], Reason | None]:
    """The rule that says why a file needs work; None when it needs none."""
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
        failed = [mark for mark in marks.values() if mark.status == StageStatus.FAILED]
        if _open_stages(marks, wanted) == {Stage.TAGS} and not failed:
            return Reason.TAGS
        if any(stage in marks and marks[stage].version != wanted[stage] for stage in wanted):
            return Reason.STALE
        if failed:
            return Reason.RETRY if any(_may_retry(mark, options) for mark in failed) else None
        return Reason.UNFINISHED if _open_stages(marks, wanted) else None

    return need


def _open_stages(marks: Marks, wanted: Mapping[Stage, str]) -> set[Stage]:
    """Stages that are not finished by the version in use."""
    return {
        stage
        for stage, version in wanted.items()
        if stage not in marks
        or marks[stage].version != version
        or marks[stage].status != StageStatus.READY
    }


def _may_retry(mark: StageMark, options: ImportOptions) -> bool:
    return options.retry_failed or (mark.is_retryable and mark.attempts < options.max_attempts)


def _job(
    place: Place, entry: FoundFile, reason: Reason, known: tuple[KnownFile | None, Marks]
) -> Job:
    file, marks = known
    is_same = file is not None and reason != Reason.CHANGED
    return Job(
        path=Path(os.path.join(place.root, entry.relative_path)),  # noqa: PTH118 -- odd bytes
        stamp=FileStamp(
            root_id=place.root_id,
            relative_path=entry.relative_path,
            size=entry.size,
            mtime_ns=entry.mtime_ns,
            inode=entry.inode,
        ),
        reason=reason,
        file_id=file.id if file else None,
        sha256=file.sha256 if file and is_same else None,
        attempts=max((mark.attempts for mark in marks.values()), default=0) if is_same else 0,
    )


def _vanished(place: Place, known: Known, seen: set[str], unknown: list[str]) -> Iterable[int]:
    """Files of the scanned part that were not found, and whose folders could be read."""
    for path, file in known.files.items():
        was_looked_for = is_below(path, place.below) and not any(
            is_below(path, folder) for folder in (*unknown, *place.excluded)
        )
        if was_looked_for and path not in seen and file.state == FileState.PRESENT:
            yield file.id


def is_below(path: str, folder: str) -> bool:
    """Whether a relative path is a folder or lies in it; everything lies in the empty one."""
    return not folder or path == folder or path.startswith(folder + "/")
