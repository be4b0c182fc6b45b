"""Full disks, read-only folders, locks, lost disks: nothing is lost, nothing half-written."""

import dataclasses
import resource
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from audio_ident.engines.pool import CrashProofExecutor
from audio_ident.engines.worker import WorkerLimits
from audio_ident.errors import DiskFull, LibraryLocked, RootVanished
from audio_ident.ingest.pipeline import import_folders
from audio_ident.ingest.tools import ImportOptions, ImportTools, Stores
from audio_ident.library.check import check
from audio_ident.model.library import FileState
from audio_ident.model.reports import ImportSummary
from audio_ident.model.sessions import SessionState
from builders.command import ROOT, command, environment, run
from builders.databases import is_postgresql, sqlite_only
from builders.importing import make_stores, make_tools
from builders.mounts import mount, read_only, second_place, small_disk, unmount
from builders.wav import WavAnalyser, write_wav

FILES = 6


@pytest.fixture
def music(tmp_path: Path) -> Path:
    """A few short files."""
    for seed in range(FILES):
        write_wav(tmp_path / "music" / f"{seed}.wav", seed, 8000 * 4 + seed)
    return tmp_path / "music"


class Importer:
    """Imports a folder into small stores with worker processes."""

    def __init__(self, folder: Path, music: Path) -> None:
        self.music = music
        self.stores: Stores = make_stores(folder / "small")
        self.analyser = WavAnalyser(log=folder / "log")
        limits = WorkerLimits(address_space_bytes=2 * 2**30)
        self.pool = CrashProofExecutor(2, task_timeout_s=30, limits=limits)

    def run(self, options: ImportOptions | None = None, **changes: Any) -> ImportSummary:
        """Import once."""
        tools: ImportTools = make_tools(self.stores, self.pool, self.analyser)
        tools = dataclasses.replace(tools, **changes)
        return import_folders([self.music], tools, options or ImportOptions())

    def state(self) -> SessionState:
        """How the last import ended."""
        with self.stores.catalogue.reading() as rows:
            return rows.sessions.states()[-1][1]

    def findings(self) -> list[Any]:
        """What a check finds."""
        stores = self.stores
        return list(check(stores, reads_artefacts=True))


@pytest.fixture
def importer(tmp_path: Path, music: Path) -> Iterator[Importer]:
    """An importer of the short files."""
    importer = Importer(tmp_path, music)
    yield importer
    importer.pool.kill()
    importer.stores.catalogue.close()


def later(seconds: float, action: Callable[[], object]) -> None:
    """Do something from another thread."""

    def act() -> None:
        time.sleep(seconds)
        action()

    ThreadPoolExecutor(1).submit(act)


@pytest.mark.parametrize("free_kb", [60] if is_postgresql() else [60, 300])
def test_a_disk_that_fills_up_ends_the_import(tmp_path: Path, music: Path, free_kb: int) -> None:
    """Wherever the space ends, it is said; with more space the next import does the rest."""
    with small_disk(tmp_path / "disk", "8m") as disk:
        data = disk / "data"
        run(data, "tracks")
        filler = disk / "filler"
        free = shutil.disk_usage(disk).free
        filler.write_bytes(bytes(free - free_kb * 1024))
        ending = run(data, "import", music, "--json", AUDIO_IDENT_RESERVE_BYTES="0")
        filler.unlink()
        again = run(data, "import", music, "--json", AUDIO_IDENT_RESERVE_BYTES="0")
        checked = run(data, "check", "--deep")

    assert (ending.code, ending.document["error"]["code"]) == (1, "DISK_FULL")
    summary = again.document
    assert summary["imported"] + summary["unchanged"] == FILES
    assert (again.code, checked.code, checked.stdout.strip()) == (
        0, 0, "catalogue, analyses and index agree",
    )  # fmt: skip


def test_files_that_may_not_grow_end_the_import(tmp_path: Path, music: Path) -> None:
    """A limit of the system on the size of files counts as a full disk."""
    data = tmp_path / "data"
    run(data, "tracks")
    largest = 2_000 if is_postgresql() else 140_000  # the largest file is the catalogue

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest, resource.RLIM_INFINITY))

    ending = subprocess.run(
        command(data, "import", music),
        cwd=ROOT, env=environment(data), preexec_fn=limit, capture_output=True,
        text=True, check=False,
    )  # fmt: skip

    assert (ending.returncode, "DISK_FULL" in ending.stderr) == (1, True), ending.stderr
    assert run(data, "import", music).code == 0
    assert run(data, "check", "--deep").code == 0


def test_too_little_space_is_said_before_anything_is_done(tmp_path: Path, music: Path) -> None:
    """The error tells how many bytes are needed; no file was listened to."""
    ending = run(tmp_path / "data", "import", music, "--json", AUDIO_IDENT_RESERVE_BYTES=str(2**50))
    sessions = run(tmp_path / "data", "sessions", "list", "--json").document["sessions"]

    assert ending.document["error"]["code"] == "DISK_FULL"
    assert f"{2**50} of them to stay free" in ending.document["error"]["fact"]
    assert [(s["state"], s["error_code"]) for s in sessions] == [("failed", "DISK_FULL")]
    assert run(tmp_path / "data", "tracks", "--json").document == {"tracks": []}


def test_an_import_stops_while_there_is_still_space(importer: Importer) -> None:
    """Free space is looked at during the run; finished files stay, the next import goes on."""
    left = iter([10_000] * 4)
    with pytest.raises(DiskFull):
        importer.run(
            ImportOptions(files_at_once=1, reserve_bytes=1000),
            free_bytes=lambda: next(left, 500),
        )

    assert importer.state() == SessionState.FAILED
    assert importer.findings() == []
    summary = importer.run()
    assert summary.imported + summary.unchanged == FILES


def test_a_read_only_library_answers_and_refuses_to_import(tmp_path: Path, music: Path) -> None:
    """Reading commands work without a single write; writing ones say that nothing can be."""
    data = tmp_path / "data"
    assert run(data, "import", music).code == 0
    with read_only(data):
        listed = run(data, "tracks", "--json")
        named = run(data, "identify", "--json", music / "1.wav")
        sessions = run(data, "sessions")
        checked = run(data, "check", "--deep")
        importing = run(data, "import", music, "--json")
        rebuilding = run(data, "rebuild", "--json")

    assert (listed.code, len(listed.document["tracks"]), checked.code) == (0, FILES, 0)
    assert (named.code, sessions.code) in {(0, 0), (4, 0)}
    assert "error" not in named.document
    assert (importing.code, importing.document["error"]["code"]) == (1, "READ_ONLY")
    assert (rebuilding.code, rebuilding.document["error"]["code"]) == (1, "READ_ONLY")


@sqlite_only
def test_a_catalogue_that_another_program_holds_is_named(importer: Importer) -> None:
    """After the time to wait the import ends with a remedy; once it is free it goes on."""

    def be_impatient(connection: Any, record: object) -> None:
        del record
        connection.execute("PRAGMA busy_timeout = 300")

    importer.run()
    write_wav(importer.music / "new.wav", 77, 9000)
    engine = importer.stores.catalogue._engine
    engine.dispose()
    sa.event.listen(engine, "connect", be_impatient)
    holder = sqlite3.connect(str(engine.url.database), isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(LibraryLocked, match="another program holds the catalogue"):
        importer.run()
    holder.execute("ROLLBACK")
    holder.close()

    assert importer.run().imported == 1
    assert importer.findings() == []


def test_workers_that_need_too_much_or_are_killed_fail_alone(importer: Importer) -> None:
    """Both errors may pass, so the files are tried again; all the others are imported."""
    write_wav(importer.music / "greedy.wav", 50, 9000)
    write_wav(importer.music / "killed.wav", 51, 9001)
    summary = importer.run()
    again = importer.run()
    with importer.stores.catalogue.reading() as rows:
        errors = rows.failures.all()

    assert (summary.state, summary.imported, summary.failed) == (SessionState.COMPLETED, FILES, 2)
    assert [(Path(e.path).name, e.code, e.is_retryable, e.attempts) for e in errors] == [
        ("greedy.wav", "OUT_OF_MEMORY", True, 2),
        ("killed.wav", "WORKER_CRASHED", True, 2),
    ]
    assert "SIGKILL" in errors[1].fact
    assert (again.failed, again.unchanged) == (2, FILES)


def test_a_file_that_changes_while_it_is_read_is_tried_again(importer: Importer) -> None:
    """Nothing is kept of the mixture; the next import takes the file as it is then."""
    path = importer.music / "3.wav"
    importer.analyser = dataclasses.replace(importer.analyser, pause_s=0.5)

    def change_when_heard() -> None:
        while "3.wav" not in importer.analyser.heard():
            time.sleep(0.02)
        write_wav(path, 99, 12_345)

    later(0, change_when_heard)
    first = importer.run()
    second = importer.run()

    assert [(f.code, Path(f.path).name) for f in first.failures] == [
        ("FILE_CHANGED_DURING_IMPORT", "3.wav")
    ]
    assert (first.imported, second.imported, second.failed) == (FILES - 1, 1, 0)
    assert importer.findings() == []


def _lose(importer: Importer, take_away: Callable[[], object]) -> None:
    """Import while the folder goes away; it must end, and no file be called missing or failed."""
    importer.analyser = dataclasses.replace(importer.analyser, pause_s=0.4)

    def act() -> None:
        while not importer.analyser.heard():
            time.sleep(0.02)
        take_away()

    later(0, act)
    with pytest.raises(RootVanished):
        importer.run(ImportOptions(files_at_once=2))
    with importer.stores.catalogue.reading() as rows:
        counts = rows.files.count()
        failed = rows.failures.all()
    assert importer.state() == SessionState.FAILED
    assert (counts.get(FileState.MISSING, 0), failed) == (0, [])


def test_a_disk_that_is_unmounted_stops_the_import(tmp_path: Path, music: Path) -> None:
    """The session ends with one error; once the disk is back, the import goes on."""
    with second_place(music, tmp_path / "disk") as disk:
        importer = Importer(tmp_path, disk)
        try:
            _lose(importer, lambda: unmount(disk))
            mount("--bind", music, disk)
            summary = importer.run()
        finally:
            importer.pool.kill()
            importer.stores.catalogue.close()

    assert summary.imported + summary.unchanged == FILES


def test_a_folder_that_is_taken_away_stops_the_import(importer: Importer, tmp_path: Path) -> None:
    """The same where the folder itself is gone."""
    _lose(importer, lambda: importer.music.rename(tmp_path / "away"))
    (tmp_path / "away").rename(importer.music)
    summary = importer.run()

    assert summary.imported + summary.unchanged == FILES
    assert importer.findings() == []
