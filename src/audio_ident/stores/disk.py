"""Writing files so that they survive a crash, and naming what the disk refuses.

A file counts as written once its bytes *and* its name are on the disk: both are synchronised.
"""

import contextlib
import errno
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from audio_ident.errors import DiskFull, StoreInaccessible, StoreReadOnly

NO_SPACE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""What the system says when nothing more can be written."""


@contextlib.contextmanager
def disk_errors_named(path: Path) -> Iterator[None]:
    """Turn what the operating system refuses into errors that say what to do.

    Raises
    ------
    DiskFull
        No space, no quota, or the largest file size is reached.
    StoreReadOnly
        The file system is mounted for reading only.
    StoreInaccessible
        Any other refusal, such as missing permissions or a failing disk.
    """
    try:
        yield
    except OSError as error:
        if error.errno in NO_SPACE:
            raise DiskFull(f"{path}: {error.strerror}") from error
        if error.errno == errno.EROFS:
            raise StoreReadOnly(f"{path}: {error.strerror}") from error
        raise StoreInaccessible(f"{path}: {error.strerror or error}") from error


def sync_directory(directory: Path) -> None:
    """Make the names in a directory durable."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_directory(directory: Path) -> None:
    """Make a directory and the missing ones above it, durably."""
    if directory.is_dir():
        return
    make_directory(directory.parent)
    directory.mkdir(exist_ok=True)
    sync_directory(directory.parent)


@contextlib.contextmanager
def open_atomically(path: Path) -> Iterator[BinaryIO]:
    """A file to write to, which takes its place when the block ends without an error.

    Raises
    ------
    DiskFull, StoreInaccessible
        What was there before then is still there.
    """
    unfinished = path.with_name(path.name + ".tmp")
    with disk_errors_named(path):
        try:
            with unfinished.open("wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(path)
        except BaseException:
            unfinished.unlink(missing_ok=True)
            raise
        sync_directory(path.parent)


def write_atomically(path: Path, content: bytes) -> None:
    """Replace a file so that it holds, at any instant, the old content or the new.

    Raises
    ------
    DiskFull, StoreInaccessible
        The file then is as it was before.
    """
    with open_atomically(path) as file:
        file.write(content)


def free_bytes(directory: Path) -> int:
    """Space that is left for us on the file system of a directory."""
    with disk_errors_named(directory):
        return shutil.disk_usage(directory).free
