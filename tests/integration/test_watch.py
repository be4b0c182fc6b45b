"""Folders that are watched, with real files and real events."""

import datetime
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from audio_ident.errors import AudioIdentError, BadInput, LibraryLocked
from audio_ident.ingest.changes import WatchMode
from audio_ident.ingest.schedule import Every, Schedule
from audio_ident.ingest.tools import Clock
from audio_ident.ingest.watch import FolderWatch, WatchPlan
from audio_ident.model.reports import ImportSummary
from builders.command import start
from builders.reports import an_import_summary
from builders.wav import write_wav

SOON_S = 15
"""Longer than anything here takes on a busy machine."""


class Observer:
    """Watches a folder in a thread, and remembers what was imported."""

    def __init__(self, folder: Path, mode: WatchMode, schedule: Schedule | None = None) -> None:
        self.folder = folder
        self.imported: list[list[Path]] = []
        self.problems: list[AudioIdentError] = []
        self.to_raise: list[AudioIdentError] = []
        self.later = datetime.timedelta(0)
        self._stop = threading.Event()
        clock = Clock(
            now=lambda: datetime.datetime.now(datetime.UTC) + self.later,
            monotonic_s=time.monotonic,
        )
        plan = WatchPlan(mode=mode, poll_interval_s=0.2, settle_s=0.3, schedule=schedule)
        self._watch = FolderWatch(plan, clock, lambda: [folder], self._import)
        self._thread = threading.Thread(target=self._run)

    def _import(self, folders: Sequence[Path], should_stop: Callable[[], bool]) -> ImportSummary:
        assert not should_stop()
        if self.to_raise:
            raise self.to_raise.pop()
        self.imported.append(list(folders))
        return an_import_summary()

    def _run(self) -> None:
        self._watch.run(
            [],
            on_import=lambda _: None,
            on_problem=self.problems.append,
            should_stop=self._stop.is_set,
        )

    def wait_for(self, condition: Callable[[], bool]) -> None:
        """Wait until something has happened."""
        deadline_s = time.monotonic() + SOON_S
        while not condition():
            assert time.monotonic() < deadline_s, (self.imported, self.problems)
            time.sleep(0.02)

    @contextmanager
    def watching(self) -> Iterator["Observer"]:
        """Watch until the block ends, the first import being over."""
        self._thread.start()
        try:
            self.wait_for(lambda: bool(self.imported or self.problems))
            yield self
        finally:
            self._stop.set()
            started_s = time.monotonic()
            self._thread.join(SOON_S)
            assert time.monotonic() - started_s < 2


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of music."""
    (tmp_path / "music" / "old").mkdir(parents=True)
    return tmp_path / "music"


@pytest.mark.parametrize("mode", [WatchMode.EVENTS, WatchMode.POLLING])
def test_a_changed_folder_is_imported_and_no_other(folder: Path, mode: WatchMode) -> None:
    """Everything once at the beginning, then only where something happened."""
    with Observer(folder, mode).watching() as observer:
        assert observer.imported == [[folder]]
        write_wav(folder / "new" / "a.wav", 1)
        observer.wait_for(
            lambda: [folder / "new"] in observer.imported[1:] or [folder] in observer.imported[1:]
        )
        seen = len(observer.imported)
        (folder / "old" / "b.wav").write_bytes(b"x")
        observer.wait_for(lambda: [folder / "old"] in observer.imported[seen:])
        (folder / "old" / "b.wav").unlink()
        observer.wait_for(lambda: observer.imported[seen:].count([folder / "old"]) == 2)


def test_hidden_files_wake_nobody(folder: Path) -> None:
    """Temporary files of downloads and of the system mean nothing."""
    with Observer(folder, WatchMode.EVENTS).watching() as observer:
        (folder / "old" / ".part").write_bytes(b"x")
        (folder / ".Trash-1000").mkdir()
        time.sleep(1.2)
        assert observer.imported == [[folder]]


def test_a_file_that_grows_is_imported_when_it_is_whole(folder: Path) -> None:
    """As long as somebody writes, nothing is imported."""
    with Observer(folder, WatchMode.EVENTS).watching() as observer:
        with (folder / "old" / "long.wav").open("wb", buffering=0) as file:
            for _ in range(12):
                file.write(b"more")
                time.sleep(0.1)
            assert observer.imported == [[folder]]
        observer.wait_for(lambda: observer.imported[1:] == [[folder / "old"]])


def test_the_clock_imports_everything(folder: Path) -> None:
    """At the appointed time, changed or not."""
    every = Every(interval=datetime.timedelta(hours=6))
    with Observer(folder, WatchMode.EVENTS, every).watching() as observer:
        observer.later = datetime.timedelta(hours=6)
        observer.wait_for(lambda: observer.imported == [[folder], [folder]])
        observer.later = datetime.timedelta(hours=12)
        observer.wait_for(lambda: len(observer.imported) == 3)


def test_a_problem_is_told_and_watching_goes_on(folder: Path) -> None:
    """What may pass is tried again later; the next change is imported as ever."""
    observer = Observer(folder, WatchMode.EVENTS)
    observer.to_raise.append(LibraryLocked("process 1 is writing"))
    with observer.watching():
        observer.wait_for(lambda: bool(observer.problems))
        assert observer.imported == []


def test_a_root_that_comes_back_is_watched_again(folder: Path) -> None:
    """A disk that is unplugged is told; once it is back, it is imported and watched."""
    away = folder.parent / "away"
    with Observer(folder, WatchMode.EVENTS).watching() as observer:
        folder.rename(away)
        observer.wait_for(lambda: [p.code for p in observer.problems] == ["ROOT_VANISHED"])
        folder.mkdir()
        (folder / "back").mkdir()
        observer.wait_for(lambda: observer.imported.count([folder]) >= 2)
        time.sleep(0.5)
        (folder / "back" / "a.wav").write_bytes(b"x")
        observer.wait_for(lambda: [folder / "back"] in observer.imported)


def test_there_must_be_something_to_watch(tmp_path: Path) -> None:
    """No folder at all, or one that is not there, is refused."""
    observer = Observer(tmp_path / "nowhere", WatchMode.EVENTS)
    with pytest.raises(BadInput):
        observer._run()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_command_imports_and_ends_when_told(tmp_path: Path, number: int) -> None:
    """A real process imports a file that appears, and ends soon after a signal."""
    music = tmp_path / "music"
    music.mkdir()
    log = tmp_path / "log"
    process = start(tmp_path / "data", "watch", "--jsonl", music, log=log)
    try:
        _wait_for_lines(log, 1)
        write_wav(music / "a.wav", 1, 40_000)
        _wait_for_lines(log, 2)
        os.kill(process.pid, number)
        assert process.wait(SOON_S) == 0
    finally:
        process.kill()
        process.wait()
    assert '"imported": 1' in log.read_text().splitlines()[1]


def _wait_for_lines(log: Path, count: int) -> None:
    deadline_s = time.monotonic() + 3 * SOON_S
    while len(log.read_text().splitlines()) < count:
        assert time.monotonic() < deadline_s, log.read_text()
        time.sleep(0.05)
