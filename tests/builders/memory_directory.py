"""A directory in memory, for tests that synchronise files hundreds of times."""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

_SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 -- only a place for directories of our own


@contextlib.contextmanager
def memory_directory() -> Iterator[Path]:
    """A new directory in shared memory where the system has it, on the disk otherwise."""
    is_usable = _SHARED_MEMORY.is_dir() and os.access(_SHARED_MEMORY, os.W_OK)
    with tempfile.TemporaryDirectory(dir=_SHARED_MEMORY if is_usable else None) as directory:
        yield Path(directory)
