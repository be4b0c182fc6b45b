"""Why a file is on the work list, and why it is not."""

import dataclasses
from pathlib import Path

import pytest

from audio_ident.ingest.compare import Comparison
from audio_ident.ingest.scanner import FoundFile, Unscannable
from audio_ident.ingest.tools import ImportOptions, Versions
from audio_ident.ingest.worklist import Place, find_vanished, needed_work
from audio_ident.model.library import FileStamp, FileState, Stage, StageMark, StageStatus
from audio_ident.model.reports import Reason
from audio_ident.stores.sql.files import KnownFile
from audio_ident.stores.sql.stages import Marks

VERSIONS = Versions(tags="1", analysis="2", index="3")
PLACE = Place(root_id=1, root=Path("/music"))
ENTRY = FoundFile(relative_path="a/b.mp3", size=10, mtime_ns=5, inode=1)
FILE = KnownFile(
    id=7,
    stamp=FileStamp(root_id=1, relative_path="a/b.mp3", size=10, mtime_ns=5),
    sha256="h",
    state=FileState.PRESENT,
)
READY = {
    stage: StageMark(stage=stage, version=version, status=StageStatus.READY, attempts=1)
    for stage, version in zip(Stage, ("1", "2", "3"), strict=True)
}
NEED = needed_work(VERSIONS, ImportOptions(max_attempts=3))


def marks(**changes: object) -> Marks:
    """Finished stages, of which the analysis is different."""
    return READY | {Stage.ANALYSIS: dataclasses.replace(READY[Stage.ANALYSIS], **changes)}  # type: ignore[arg-type]


def failed(attempts: int, *, is_retryable: bool) -> Marks:
    """A file whose analysis failed."""
    return marks(status=StageStatus.FAILED, attempts=attempts, is_retryable=is_retryable)


@pytest.mark.parametrize(
    ("entry", "known", "expected"),
    [
        (ENTRY, READY, None),
        (dataclasses.replace(ENTRY, size=11), READY, Reason.CHANGED),
        (dataclasses.replace(ENTRY, mtime_ns=4), READY, Reason.CHANGED),
        (dataclasses.replace(ENTRY, inode=2), READY, None),
        (ENTRY, {}, Reason.UNFINISHED),
        (ENTRY, marks(status=StageStatus.PENDING), Reason.UNFINISHED),
        (ENTRY, marks(status=StageStatus.DUE), Reason.UNFINISHED),
        (ENTRY, marks(version="1"), Reason.STALE),
        (ENTRY, failed(2, is_retryable=True), Reason.RETRY),
        (ENTRY, failed(3, is_retryable=True), None),
        (ENTRY, failed(1, is_retryable=False), None),
    ],
)
def test_known_files_are_worked_on_for_a_reason(
    entry: FoundFile, known: Marks, expected: Reason | None
) -> None:
    """Size, time, version, status and attempts decide; the inode does not."""
    assert NEED(entry, FILE, known) == expected


def test_unknown_files_are_new() -> None:
    """A file that was never seen needs everything."""
    assert NEED(ENTRY, None, {}) == Reason.NEW


def test_failed_files_are_tried_again_on_demand() -> None:
    """The wish of a person beats the count of attempts."""
    need = needed_work(VERSIONS, ImportOptions(retry_failed=True))
    assert need(ENTRY, FILE, failed(9, is_retryable=False)) == Reason.RETRY


def compared(
    entries: list[FoundFile | Unscannable], known: Marks = READY, place: Place = PLACE
) -> Comparison:
    """What comes of a scan of a place with one known file, nothing having moved."""
    comparison = Comparison(place=place, need=NEED, lost={"a/b.mp3": FILE}, marks={7: dict(known)})
    comparison.see(entries)
    for entry in comparison.strangers:
        comparison.take_at_place(entry)
    return comparison


def test_a_hash_is_believed_only_while_the_file_is_the_same() -> None:
    """An unfinished file keeps its hash and attempts, a changed one starts afresh."""
    known = marks(status=StageStatus.DUE, attempts=2)
    (job,) = compared([ENTRY], known).jobs
    assert (job.path, job.sha256, job.attempts) == (Path("/music/a/b.mp3"), "h", 2)
    (job,) = compared([dataclasses.replace(ENTRY, size=1)], known).jobs
    assert (job.file_id, job.sha256, job.attempts) == (7, None, 0)


@pytest.mark.parametrize(
    ("place", "entries", "expected"),
    [
        (PLACE, [], [7]),
        (PLACE, [Unscannable(relative_path="a", fact="refused")], []),
        (PLACE, [Unscannable(relative_path="", fact="refused")], []),
        (PLACE, [Unscannable(relative_path="ab", fact="refused")], [7]),
        (dataclasses.replace(PLACE, below="a"), [], [7]),
        (dataclasses.replace(PLACE, below="c"), [], []),
        (dataclasses.replace(PLACE, excluded=frozenset({"a"})), [], []),
    ],
)
def test_only_what_was_looked_for_can_be_missing(
    place: Place, entries: list[FoundFile | Unscannable], expected: list[int]
) -> None:
    """A file is missing when its folder was read and it was not there."""
    comparison = compared(entries, place=place)
    vanished = find_vanished(place, comparison.lost, comparison.unscannable)
    assert [file.id for file in vanished] == expected


def test_a_file_in_all_but_its_inode_the_same_is_unchanged() -> None:
    """Some network file systems number files anew; the new number is remembered."""
    stamp = dataclasses.replace(FILE.stamp, inode=3)
    comparison = Comparison(
        place=PLACE,
        need=NEED,
        lost={"a/b.mp3": dataclasses.replace(FILE, stamp=stamp)},
        marks={7: READY},
    )
    comparison.see([ENTRY])
    assert comparison.strangers == [ENTRY]
    comparison.take_at_place(ENTRY)
    assert (comparison.jobs, comparison.inodes) == ([], [(7, 1)])
