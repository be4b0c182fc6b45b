"""Files that one process receives and removes again, in a folder of its own that others can judge.

A process that is killed removes nothing. Each holds a lock in its folder for as long as it lives;
the system gives it back when the process dies, and whoever can take it knows what may go. Process
ids would not do: they are used again, and in a container every process has the same.
"""

import contextlib
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

import filelock

from audio_ident.stores.disk import disk_errors_named, make_directory

_LOCK_NAME = "held.lock"
_OWN_ONLY = 0o700


class Spool:
    """The folder of this process, from its making to `close`.

    Parameters
    ----------
    directory
        Where each process has a folder; made when it is missing, and cleared of what was left.

    Raises
    ------
    DiskFull, StoreInaccessible
        It cannot be written.
    """

    def __init__(self, directory: Path) -> None:
        self.owner = str(uuid.uuid4())
        """Name of this process, for `is_held`."""
        self._parent = directory
        self._folder = directory / self.owner
        with disk_errors_named(directory):
            make_directory(directory)
            remove_abandoned(directory)
            # Locked before others can see it: they would take it for abandoned.
            unseen = directory / f".{self.owner}"
            unseen.mkdir(_OWN_ONLY)
            self._lock = filelock.FileLock(unseen / _LOCK_NAME, thread_local=False)
            self._lock.acquire(timeout=0)
            unseen.rename(self._folder)

    def new_path(self) -> Path:
        """Path for a new file, whatever its sender calls it."""
        return self._folder / str(uuid.uuid4())

    def is_held(self, owner: str) -> bool:
        """Whether the process of that name lives."""
        return _is_held(self._parent / owner)

    def close(self) -> None:
        """Remove the folder with all that is in it."""
        shutil.rmtree(self._folder, ignore_errors=True)
        self._lock.release()


def find_abandoned(directory: Path) -> list[Path]:
    """Folders of processes that are dead."""
    if not directory.is_dir():
        return []
    folders = (path for path in directory.iterdir() if path.is_dir() and path.name[0] != ".")
    return sorted(folder for folder in folders if not _is_held(folder))


def remove_abandoned(directory: Path) -> None:
    """Remove them."""
    for folder in find_abandoned(directory):
        shutil.rmtree(folder, ignore_errors=True)


def _is_held(folder: Path) -> bool:
    if not folder.is_dir():
        return False
    try:
        with _tried(folder / _LOCK_NAME):
            return False
    except filelock.Timeout:
        return True
    except OSError:  # it has just been removed, or belongs to another user
        return folder.is_dir()


@contextlib.contextmanager
def _tried(lock_file: Path) -> Iterator[None]:
    with filelock.FileLock(lock_file, timeout=0, thread_local=False):
        yield
