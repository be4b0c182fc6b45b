"""The right to write to a data directory: one process at a time; readers never ask for it."""

import os
import socket
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack, nullcontext
from pathlib import Path
from types import TracebackType

import filelock

from audio_ident.errors import LibraryLocked
from audio_ident.stores.disk import disk_errors_named, make_directory
from audio_ident.stores.sql.unit_of_work import Catalogue

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
    also
        What else must be held: the right to write to a database that other machines reach.
    """

    def __init__(
        self,
        data_directory: Path,
        *,
        also: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        self._directory = data_directory
        self._also = also
        self._rest = ExitStack()
        self._holder = data_directory / HOLDER_NAME
        self._lock = filelock.FileLock(data_directory / "writer.lock", thread_local=False)

    def __enter__(self) -> "WriterLock":
        with disk_errors_named(self._directory):
            make_directory(self._directory)
            try:
                self._lock.acquire(timeout=0)
            except filelock.Timeout:
                raise LibraryLocked(self._locked_message()) from None
            with ExitStack() as stack:
                stack.callback(self._lock.release)
                stack.enter_context(self._also())
                stack.callback(self._holder.unlink, missing_ok=True)
                self._holder.write_text(f"{os.getpid()} {socket.gethostname()}\n")
                self._rest = stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with disk_errors_named(self._directory):
            self._rest.close()

    def _locked_message(self) -> str:
        holder = _read_holder(self._holder)
        if holder is None:
            return f"{self._directory} is being written by another process"
        process_id, host = holder
        where = "" if host == socket.gethostname() else f" on {host}"
        return f"{self._directory} is being written by process {process_id}{where}"


def find_writer(data_directory: Path) -> int | None:
    """Process that writes to a data directory, None when there is none; asks for no lock."""
    holder = _read_holder(data_directory / HOLDER_NAME)
    if holder is None:
        return None
    process_id, host = holder
    # of a process on another machine only its own machine knows whether it lives
    return process_id if host != socket.gethostname() or is_alive(process_id) else None


def living_processes(
    catalogue: Catalogue,
) -> tuple[Callable[[], int], Callable[[int], bool]]:
    """The number of this process, and whether the process with a number lives.

    They are those of the machine, or of the server where processes of several machines meet.
    """
    if catalogue.is_shared:
        return catalogue.own_number, catalogue.is_alive
    return os.getpid, is_alive


def _read_holder(path: Path) -> tuple[int, str] | None:
    """Id and machine of a process."""
    try:
        process_id, *rest = path.read_text().split()
        return int(process_id), rest[0] if rest else socket.gethostname()
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
