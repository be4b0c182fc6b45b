"""Converted music on disk: bounded in size, what was not heard for longest goes first."""

import contextlib
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from audio_ident.model.playback import OpenFile
from audio_ident.stores.disk import disk_errors_named, make_directory

ABANDONED_S = 600
"""An unfinished file that nobody wrote to for so long was left by a process that is gone."""

UNFINISHED = ".tmp"


class ConversionCache:
    """Finished conversions by name; any number of processes may share the folder.

    Parameters
    ----------
    wall_clock_s
        Seconds since the epoch, as the file system tells them.
    """

    def __init__(self, folder: Path, most_bytes: int, wall_clock_s: Callable[[], float]) -> None:
        self._folder = folder
        self.most_bytes = most_bytes
        self._wall_clock_s = wall_clock_s
        self._tidying = threading.Lock()

    def path_of(self, name: str) -> Path:
        """Where a result belongs; its folder is there."""
        with disk_errors_named(Path(self._folder.name)):
            make_directory(self._folder)
        return self._folder / name

    def find(self, name: str) -> OpenFile | None:
        """Open a result and note that it was used; None if it is not there."""
        try:
            # whoever asks closes it
            file = (self._folder / name).open("rb", buffering=0)
        except OSError:
            return None
        with contextlib.suppress(OSError):  # a folder that cannot be written keeps its order
            os.utime(file.fileno())
        found = os.fstat(file.fileno())
        return OpenFile(
            file=file, size_bytes=found.st_size, mtime_ns=found.st_mtime_ns, inode=found.st_ino
        )

    def tidy(self) -> None:
        """Remove what no longer fits, and what processes that are gone left unfinished.

        Whoever reads a file that is removed reads it to its end.
        """
        with self._tidying:
            found = sorted(self._files(), key=lambda entry: entry[0])
            total_bytes = sum(size for _, size, _ in found)
            abandoned_before_s = self._wall_clock_s() - ABANDONED_S
            for used_s, size_bytes, path in found:
                is_unfinished = path.name.endswith(UNFINISHED)
                if is_unfinished and used_s >= abandoned_before_s:
                    continue
                if is_unfinished or total_bytes > self.most_bytes:
                    with contextlib.suppress(OSError):
                        path.unlink()
                        total_bytes -= size_bytes

    def _files(self) -> Iterator[tuple[float, int, Path]]:
        with contextlib.suppress(OSError), os.scandir(self._folder) as entries:
            for entry in entries:
                with contextlib.suppress(OSError):
                    found = entry.stat(follow_symlinks=False)
                    yield found.st_mtime, found.st_size, Path(entry.path)
