"""The right to write to a data directory: one process at a time; readers never ask for it."""

import os
from pathlib import Path
from types import TracebackType

import filelock

from audio_ident.errors import LibraryLocked
from audio_ident.stores.disk import disk_errors_named, make_directory

HOLDER_NAME = "writer.pid"
"""File with the id of the process that holds the lock; it stays when that process is killed."""


class WriterLock:
    """Held while a process writes; the system takes it back when the process dies.

    The process id lies in a file of its own, only to be named in the error: the lock itself is
    an advisory lock of the operating system, so a leftover file locks nobody out.

    Parameters
    ----------
    data_directory
        Made when it is missing.
    """

    def __init__(self, data_directory: Path) -> None:
        self._directory = data_directory
        self._holder = data_directory / HOLDER_NAME
        self._lock = filelock.FileLock(data_directory / "writer.lock", thread_local=False)

    def __enter__(self) -> "WriterLock":
        with disk_errors_named(self._directory):
            make_directory(self._directory)
            try:
                self._lock.acquire(timeout=0)
            except filelock.Timeout:
                raise LibraryLocked(self._locked_message()) from None
            try:
                self._holder.write_text(f"{os.getpid()}\n")
            except OSError:
                self._lock.release()
                raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with disk_errors_named(self._directory):
            self._holder.unlink(missing_ok=True)
            self._lock.release()

    def _locked_message(self) -> str:
        holder = _read_process_id(self._holder)
        if holder is None:
            return f"{self._directory} is being written by another process"
        return f"{self._directory} is being written by process {holder}"


def find_writer(data_directory: Path) -> int | None:
    """Process that writes to a data directory, None when there is none; asks for no lock."""
    holder = _read_process_id(data_directory / HOLDER_NAME)
    return holder if holder is not None and is_alive(holder) else None


def _read_process_id(path: Path) -> int | None:
    try:
        return int(path.read_text())
    except (OSError, ValueError):
        return None


def is_alive(process_id: int) -> bool:
    """Whether a process of this machine runs."""
    try:
        os.kill(process_id, 0)
    except PermissionError:  # alive, and somebody else's
        return True
    except (OSError, OverflowError):
        return False
    return True
