"""A kept child process: told its order, started again, ended with its owner."""

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from audio_ident.engines.keeper import KeptProcess

PROGRAM = """
import os, sys
from audio_ident.engines.keeper import read_order, wait_for_end
folder = read_order(sys.stdin.buffer)
open(os.path.join(folder, f"began-{os.getpid()}"), "w").close()
wait_for_end(sys.stdin.buffer)
open(os.path.join(folder, f"ended-{os.getpid()}"), "w").close()
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the child is found, and where it tells what it does."""
    (tmp_path / "kept_child.py").write_text(PROGRAM)
    places = [str(tmp_path), *filter(None, sys.path)]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(places))
    return tmp_path


def eventually(claim: Callable[[], object]) -> None:
    """Wait until something is so."""
    deadline_s = time.monotonic() + 30
    while not claim():
        assert time.monotonic() < deadline_s
        time.sleep(0.02)


def test_a_kept_process_is_replaced_and_ends_in_order(folder: Path) -> None:
    """Killed, it is there again under another id; asked to end, it has time to do so."""
    kept = KeptProcess("kept_child", str(folder))
    kept.start()
    eventually(lambda: len(list(folder.glob("began-*"))) == 1)
    first = kept.process_id
    assert first is not None
    os.kill(first, signal.SIGKILL)
    eventually(lambda: len(list(folder.glob("began-*"))) == 2)
    second = kept.process_id
    kept.stop(patience_s=30)

    assert [path.name for path in folder.glob("ended-*")] == [f"ended-{second}"]
    assert kept.process_id is None


def test_a_process_that_keeps_dying_is_told(folder: Path) -> None:
    """It is tried again, and said to be failing."""
    (folder / "kept_child.py").write_text("raise SystemExit(1)")
    kept = KeptProcess("kept_child", str(folder))
    kept.start()
    eventually(lambda: kept.is_failing)
    kept.stop(patience_s=30)

    assert kept.process_id is None


def test_a_process_that_cannot_be_started_is_tried_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the system refuses to start it that is told, and later it runs all the same."""
    monkeypatch.setenv("LARGER_THAN_THE_SYSTEM_HANDS_ON", "a" * 200_000)
    kept = KeptProcess("kept_child", str(folder))
    kept.start()
    try:
        eventually(lambda: kept.is_failing)
        monkeypatch.delenv("LARGER_THAN_THE_SYSTEM_HANDS_ON")
        eventually(lambda: len(list(folder.glob("began-*"))) == 1)
    finally:
        kept.stop(5)
