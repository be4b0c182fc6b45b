"""One writer at a time."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from audio_ident.errors import LibraryLocked
from audio_ident.stores.lock import HOLDER_NAME, WriterLock, find_writer

HOLD = """
import sys, time
from pathlib import Path
from audio_ident.stores.lock import HOLDER_NAME, WriterLock, find_writer
with WriterLock(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_second_writer_is_told_who_holds_the_lock(tmp_path: Path) -> None:
    """Another process gets an error with the process id until the holder is gone, however."""
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(LibraryLocked, match=f"by process {holder.pid}$"), WriterLock(tmp_path):
            pass
        holder.kill()

    with WriterLock(tmp_path):
        assert (tmp_path / "writer.pid").read_text() == f"{os.getpid()} {socket.gethostname()}\n"


def test_lock_can_be_taken_again(tmp_path: Path) -> None:
    """Leaving gives the lock back; the directory is made when it is missing."""
    directory = tmp_path / "new" / "data"
    for _ in range(2):
        with WriterLock(directory), pytest.raises(LibraryLocked), WriterLock(directory):
            pass

    assert not (directory / "writer.pid").exists()


def test_the_writer_can_be_asked_for_without_a_lock(tmp_path: Path) -> None:
    """The process that writes is told; after it, and after one that was killed, nobody is."""
    with WriterLock(tmp_path):
        assert find_writer(tmp_path) == os.getpid()
    assert find_writer(tmp_path) is None

    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    (tmp_path / HOLDER_NAME).write_text(f"{gone.pid}\n")
    assert find_writer(tmp_path) is None
