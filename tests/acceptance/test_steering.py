"""Imports in real processes, steered from other ones."""

import json
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from builders.collection import PIECES, Collection
from builders.command import run, start
from builders.hours import write_hours


@pytest.fixture
def long_music(tmp_path: Path) -> Path:
    """A folder whose one file keeps an import busy for longer than all commands of a test."""
    folder = tmp_path / "long"
    folder.mkdir()
    write_hours(folder / "hours.wav", hours=2)
    return folder


def session(data: Path) -> dict[str, Any]:
    """The newest import, as another process sees it."""
    sessions = run(data, "sessions", "list", "--json").document["sessions"]
    return dict(sessions[0]) if sessions else {"state": None, "files_done": 0}


def eventually(claim: Callable[[], object]) -> None:
    """Wait until something is so."""
    deadline_s = time.monotonic() + 60
    while not claim():
        assert time.monotonic() < deadline_s
        time.sleep(0.05)


def test_an_import_is_paused_shown_resumed_and_cancelled_from_elsewhere(
    collection: Collection, long_music: Path, tmp_path: Path
) -> None:
    """Each wish is fulfilled; the next import does what is left, and the library is sound."""
    data = tmp_path / "data"
    process = start(data, "import", collection.music, long_music, "--workers", "1")
    eventually(lambda: session(data)["state"] == "processing")
    name = session(data)["id"][:8]
    run(data, "sessions", "pause", name)
    eventually(lambda: session(data)["state"] == "paused")
    paused = run(data, "sessions", "show", name, "--json").document
    run(data, "sessions", "resume", name)
    cancelled = run(data, "sessions", "cancel", name)
    code = process.wait(60)
    after = session(data)
    rest = run(data, "import", collection.music, "--json").document

    assert (paused["state"], cancelled.code) == ("paused", 0)
    assert (code, after["state"], after["files_failed"]) == (130, "cancelled", 0)
    done = sum(rest[name] for name in ("unchanged", "imported", "retagged"))
    assert done == len(PIECES) + 1
    assert run(data, "check", "--deep").code == 0


def test_a_killed_import_is_offered_and_resumed(long_music: Path, tmp_path: Path) -> None:
    """After `kill -9` the session is interrupted; resumed it goes on under the same id."""
    data = tmp_path / "data"
    process = start(data, "import", long_music, "--workers", "1")
    eventually(lambda: session(data)["state"] == "processing")
    process.send_signal(signal.SIGKILL)
    process.wait()
    left = session(data)
    resumed = run(data, "sessions", "resume-interrupted", "--json").document["sessions"]
    ran = run(data, "sessions", "run", "--json").document["sessions"]

    assert left["state"] == "interrupted"
    assert [s["id"] for s in resumed] == [s["id"] for s in ran] == [left["id"]]
    assert (ran[0]["state"], ran[0]["progress"]["percent"]) == ("completed", 100.0)


def test_a_second_import_waits_and_then_runs(long_music: Path, tmp_path: Path) -> None:
    """Two processes import at once: both succeed, one after the other."""
    data = tmp_path / "data"
    first = start(data, "import", long_music, "--workers", "1")
    eventually(lambda: session(data)["state"] == "processing")
    second = run(data, "import", long_music, "--json")
    first_code = first.wait(60)

    assert (first_code, second.code) == (0, 0)
    assert "waiting for its turn" in second.stderr
    assert json.loads(second.stdout)["unchanged"] == 1
