"""Recognises files that have moved, so that they keep their rows, their tracks and decisions.

A file is the one that vanished elsewhere, in this order of certainty and of cost, when

1. its inode, size and time are the same: it was renamed;
2. its bytes are the same: it was copied to another disk and the original deleted;
3. its audio is the same: it was renamed and retagged.

While the original is still there, it is a copy, and a file of its own.
"""

import dataclasses
import os
from collections.abc import Collection, Iterable, Mapping, Sequence

from audio_ident.ingest.compare import Comparison
from audio_ident.ingest.job import Job
from audio_ident.ingest.scanner import FoundFile
from audio_ident.ingest.tools import Stores
from audio_ident.model.library import FileMove, FileState
from audio_ident.model.reports import Reason
from audio_ident.stores.sql.files import KnownFile
from audio_ident.stores.sql.names import real_path
from audio_ident.stores.sql.stages import Marks
from audio_ident.stores.sql.unit_of_work import Rows

Moved = Mapping[tuple[int, str], tuple[KnownFile, Marks]]
"""By root and relative path of a found file: the file that it is, and its stages."""


def find_moved(comparisons: Sequence[Comparison], rows: Rows) -> Moved:
    """Strangers that are, by inode, size and time, files that lay elsewhere.

    Files without an audio name are among the strangers afterwards, if they are such files.
    """
    lost = {file.id: file for comparison in comparisons for file in comparison.lost.values()}
    _admit_renamed(comparisons, lost.values())
    wanted = {
        _key(entry): (comparison.place.root_id, entry.relative_path)
        for comparison in comparisons
        for entry in comparison.strangers
        if entry.inode is not None
    }
    roots = {root.id: root.path for root in rows.roots.all()}
    found: dict[tuple[int, str], tuple[KnownFile, Marks]] = {}
    for file in rows.moves.with_inodes([inode for inode, _, _ in wanted]):
        place = wanted.get((file.stamp.inode or 0, file.stamp.size, file.stamp.mtime_ns))
        if (
            place is None
            or place in found
            or place == (file.stamp.root_id, file.stamp.relative_path)
        ):
            continue
        if file.id in lost or is_gone(file, roots):
            found[place] = (file, rows.stages.of_file(file.id))
    return found


def relink_by_hash(stores: Stores, jobs: Sequence[Job]) -> list[Job]:
    """The jobs, where those whose bytes vanished elsewhere go on as that file."""
    leaving = {job.file_id: job.sha256 for job in jobs if job.reason == Reason.CHANGED}
    relinked: dict[Job, int] = {}
    with stores.catalogue.reading() as rows:
        roots = {root.id: root.path for root in rows.roots.all()}
        for job in jobs:
            if job.reason not in {Reason.NEW, Reason.CHANGED} or job.sha256 is None:
                continue
            known = rows.moves.with_hash(job.sha256)
            if any(file.id == job.file_id for file in known):
                continue  # the file itself, merely touched
            for file in known:
                has_left = leaving.get(file.id) not in {None, file.sha256}
                if file.id not in relinked.values() and (has_left or is_gone(file, roots)):
                    relinked[job] = file.id
                    break
    if not relinked:
        return list(jobs)
    moves = [FileMove(file_id=file_id, stamp=job.stamp) for job, file_id in relinked.items()]
    with stores.catalogue.writing() as rows:
        rows.moves.apply(moves, stores.clock.now())
    return [_as_moved(job, relinked) for job in jobs]


def relink_by_audio(rows: Rows, stores: Stores, job: Job, audio_id: int) -> bool:
    """Let a new file be the one whose audio it has, if that file vanished elsewhere."""
    if job.file_id is not None:
        return False
    roots = {root.id: root.path for root in rows.roots.all()}
    for file in rows.moves.with_audio(audio_id):
        if is_gone(file, roots):
            move = FileMove(file_id=file.id, stamp=job.stamp)
            rows.moves.apply([move], stores.clock.now())
            return True
    return False


def is_gone(file: KnownFile, roots: Mapping[int, str]) -> bool:
    """Whether a file is no longer where it was, although its root is there."""
    if file.state == FileState.MISSING:
        return True
    root = roots[file.stamp.root_id]
    path = os.path.join(root, real_path(os.fsencode(file.stamp.relative_path)))  # noqa: PTH118
    return os.path.isdir(root) and not os.path.lexists(path)  # noqa: PTH112 -- odd bytes


def _admit_renamed(comparisons: Iterable[Comparison], lost: Collection[KnownFile]) -> None:
    """Count files without an audio name as strangers, where a known file was renamed so."""
    keys = {
        (file.stamp.inode, file.stamp.size, file.stamp.mtime_ns)
        for file in lost
        if file.stamp.inode is not None
    }
    for comparison in comparisons:
        renamed = [entry for entry in comparison.others if _key(entry) in keys]
        if renamed:
            comparison.strangers += renamed
            comparison.others = [entry for entry in comparison.others if _key(entry) not in keys]


def _key(entry: FoundFile) -> tuple[int, int, int]:
    return (entry.inode or 0, entry.size, entry.mtime_ns)


def _as_moved(job: Job, relinked: Mapping[Job, int]) -> Job:
    """The job of a file that lies elsewhere now, or that lost its place to one that does."""
    if job in relinked:
        return dataclasses.replace(job, file_id=relinked[job], reason=Reason.MOVED)
    return job
