"""Waits until changed files have stopped changing, and says which folders to import then."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeAlias

Look: TypeAlias = tuple[int, int] | None
"""Size and time of a file, None when it is not there."""


class Stability:
    """The changed paths of watched folders, each with what was seen of it last, and since when."""

    def __init__(
        self, folders: Iterable[Path], settle_s: float, monotonic_s: Callable[[], float]
    ) -> None:
        self._folders = tuple(folders)
        self._settle_s = settle_s
        self._monotonic_s = monotonic_s
        self._seen: dict[Path, tuple[Look, float]] = {}

    def note(self, paths: Iterable[Path]) -> None:
        """Take in changes: these paths have to be stable anew."""
        now_s = self._monotonic_s()
        for path in paths:
            self._seen[path] = (_look(path), now_s)

    def take_due(self) -> list[Path]:
        """Folders in which something changed and everything is stable now; each is told once."""
        now_s = self._monotonic_s()
        unstable: set[Path] = set()
        by_folder: dict[Path, list[Path]] = {}
        for path, (before, since_s) in self._seen.items():
            look = _look(path)
            folder = self._folder_of(path)
            by_folder.setdefault(folder, []).append(path)
            if look != before:
                self._seen[path] = (look, now_s)
                unstable.add(folder)
            elif now_s - since_s < self._settle_s:
                unstable.add(folder)
        due = [
            folder for folder in by_folder if not any(_is_near(folder, other) for other in unstable)
        ]
        for folder in due:
            for path in by_folder[folder]:
                del self._seen[path]
        return _without_covered(due)

    def _folder_of(self, path: Path) -> Path:
        """The nearest folder that is still there; no folder above a watched one is looked at."""
        if path.is_dir():
            return path
        for folder in path.parents:
            if folder in self._folders or folder.is_dir():
                return folder
        return path.parent


def _look(path: Path) -> Look:
    try:
        status = path.stat()
    except OSError:
        return None
    return (status.st_size, status.st_mtime_ns)


def _is_near(folder: Path, other: Path) -> bool:
    """Whether importing a folder would touch what lies in the other."""
    return folder == other or folder in other.parents


def _without_covered(folders: Iterable[Path]) -> list[Path]:
    kept: list[Path] = []
    for folder in sorted(folders):
        if not any(_is_near(other, folder) for other in kept):
            kept.append(folder)
    return kept
