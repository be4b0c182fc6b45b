"""Imports in processes that are killed, watched, or given files that kill their workers."""

import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from audio_ident.library.check import check
from audio_ident.library.tracks import list_tracks
from audio_ident.model.library import Stage, StageStatus
from audio_ident.model.sessions import SessionState
from audio_ident.stores.sql.tracks import TrackFilter
from builders.importing import FolderIndex, make_stores
from builders.wav import WavAnalyser, write_wav

KILLS = 2


def _start(folder: Path, data: str, *words: str, pause_s: float = 0.0) -> subprocess.Popen[str]:
    arguments = [folder / "music", folder / data, folder / f"{data}.log", pause_s, *words]
    return subprocess.Popen(
        [sys.executable, "-m", "builders.import_process", *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
        text=True,
    )


def _import(folder: Path, data: str, *words: str) -> str:
    with _start(folder, data, *words) as process:
        output, _ = process.communicate(timeout=120)
    assert process.returncode == 0
    return output


def _outcome(data: Path) -> tuple[object, ...]:
    """Everything that must be the same however often the import was killed."""
    stores = make_stores(data)
    tracks = list_tracks(stores.catalogue, TrackFilter(), limit=1000).tracks
    with stores.catalogue.reading() as rows:
        stages = rows.stages.count()
    assert check(stores, reads_artefacts=True) == []
    assert len({track.id for track in tracks}) == len(tracks)
    index = FolderIndex(data / "index").frames()
    listed = [(track.path, track.digest, track.points, track.tags) for track in tracks]
    stores.catalogue.close()
    return listed, stages, index, frozenset(stores.artefacts.digests())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A music folder of thirty files, some of them copies."""
    for seed in range(24):
        write_wav(tmp_path / "music" / f"{seed % 4}" / f"{seed:02}.wav", seed, 800 + seed)
    for seed in range(6):
        source = tmp_path / "music" / f"{seed % 4}" / f"{seed:02}.wav"
        shutil.copy(source, tmp_path / "music" / f"copy of {seed}.wav")
    return tmp_path


def test_killed_imports_end_like_an_undisturbed_one(folder: Path) -> None:
    """Killed again and again at random moments, then left alone, the library comes out equal."""
    _import(folder, "calm")
    chance = random.Random(20)
    for _ in range(KILLS):
        with _start(folder, "killed", pause_s=0.03) as process:
            deadline_s = time.monotonic() + 30
            log = folder / "killed.log"
            known = log.stat().st_size if log.exists() else 0
            while process.poll() is None and time.monotonic() < deadline_s:
                if log.exists() and log.stat().st_size > known:
                    break  # it is at work
                time.sleep(0.01)
            time.sleep(chance.uniform(0, 0.15))
            process.kill()
    _import(folder, "killed")
    assert _outcome(folder / "killed") == _outcome(folder / "calm")
    stores = make_stores(folder / "killed")
    with stores.catalogue.reading() as rows:
        states = {state for _, state in rows.sessions.states()}
    stores.catalogue.close()
    assert states <= {SessionState.INTERRUPTED, SessionState.COMPLETED}
    assert SessionState.INTERRUPTED in states


def test_an_unchanged_folder_is_not_read(folder: Path) -> None:
    """The second import opens no file of the music folder, in any process, and hears none."""
    _import(folder, "data")
    heard = len(WavAnalyser(log=folder / "data.log").heard())
    assert heard == 24
    for path in (folder / "music").rglob("*.wav"):
        # Other bytes behind the same size and time: had they been read, the hash would differ.
        status = path.stat()
        path.write_bytes(bytes(status.st_size))
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    before = _outcome(folder / "data")
    output = _import(folder, "data", "watched")
    opened = [line for line in output.splitlines() if line.startswith("opened")]
    assert [line for line in opened if "/music/" in line] == []
    assert "imported 0 failed 0" in output
    assert len(WavAnalyser(log=folder / "data.log").heard()) == heard
    assert _outcome(folder / "data") == before


def test_files_that_kill_or_stall_workers_fail_alone(folder: Path) -> None:
    """A crash and a hang cost their own file; all others are imported."""
    write_wav(folder / "music" / "crash.wav", 100, 2000)
    write_wav(folder / "music" / "hang.wav", 101, 2001)
    assert "imported 30 failed 2" in _import(folder, "data")
    stores = make_stores(folder / "data")
    with stores.catalogue.reading() as rows:
        (session_id, state), *_ = rows.sessions.states()
        errors = {
            entry.path.rpartition("/")[2]: entry.code for entry in rows.sessions.errors(session_id)
        }
        failed = rows.stages.count()[(Stage.ANALYSIS, StageStatus.FAILED)]
    stores.catalogue.close()
    assert errors == {"crash.wav": "WORKER_CRASHED", "hang.wav": "DECODE_TIMEOUT"}
    assert (state, failed) == (SessionState.COMPLETED, 2)
