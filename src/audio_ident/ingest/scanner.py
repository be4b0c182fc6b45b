"""Finds the files of a folder and sorts them by their names, without opening any of them.

Real entries are visited first and links last, so that a file is known by its own name and not by
that of a link to it; no inode is reported twice, so that loops of links end. A link is followed
only where it stays inside the root: what lies in another root is found there.
"""

import dataclasses
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from audio_ident.model.files import FileSort

EXTENSIONS = frozenset(
    {
        *("mp3", "mp2", "mp1", "mpga", "aac", "adts", "flac", "ogg", "oga", "opus", "spx"),
        *("m4a", "m4b", "m4r", "f4a", "mp4", "webm", "weba", "mka", "wma", "asf", "caf"),
        *("wav", "wave", "bwf", "rf64", "bw64", "w64", "aif", "aiff", "aifc", "au", "snd"),
        *("ape", "wv", "mpc", "mp+", "mpp", "tta", "tak", "dsf", "dff", "ac3", "amr"),
    }
)
"""Endings of the containers that are listened to, lower case."""

IMAGE_EXTENSIONS = frozenset(
    {
        *("jpg", "jpeg", "jpe", "jxl", "png", "gif", "webp", "bmp", "tif", "tiff"),
        *("heic", "heif", "avif", "svg", "ico"),
    }
)
"""Endings of pictures, lower case."""

SKIPPED_NAMES = frozenset(
    name.casefold()
    for name in (
        *("@eaDir", "#recycle", "#snapshot", "$RECYCLE.BIN", "RECYCLER", "lost+found"),
        *("System Volume Information", "node_modules", "Thumbs.db", "desktop.ini", "__MACOSX"),
    )
)
"""Folders and files that systems leave behind; whole names. Names that start with a dot, which
includes `._*`, `.DS_Store`, `.git`, `.svn` and `.Trash*`, are skipped as well."""

DEEPEST = 4096
"""No path has more folders: systems take no longer ones."""

_HIDDEN_OR_SYSTEM = stat.FILE_ATTRIBUTE_HIDDEN | stat.FILE_ATTRIBUTE_SYSTEM


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class FoundFile:
    """A file, as its folder entry tells."""

    relative_path: str
    """Below the root, `/` between folders; bytes that are no UTF-8 are surrogate escapes."""
    size: int
    mtime_ns: int
    inode: int | None
    sort: FileSort = FileSort.AUDIO
    """What its name ends like."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Unscannable:
    """An entry that could not be looked at; everything below it is unknown, not gone."""

    relative_path: str
    fact: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ScanPlan:
    """What to walk."""

    root: Path
    below: str = ""
    """Only this folder of the root, relative; empty for all of it."""
    excluded: frozenset[str] = frozenset()
    """Relative folders to leave out, because they are roots of their own."""
    depth: int = DEEPEST
    """How many folders deep to look, the root being the first."""


def scan(plan: ScanPlan) -> Iterator[FoundFile | Unscannable]:
    """Every file below a root once, in an order that depends on nothing but the names."""
    return _Walk(plan).run()


class _Walk:
    def __init__(self, plan: ScanPlan) -> None:
        self._plan = plan
        self._real_root = os.path.realpath(plan.root)
        self._seen: set[tuple[int, int]] = set()
        self._links: list[tuple[str, str]] = []

    def run(self) -> Iterator[FoundFile | Unscannable]:
        yield from self._tree(self._plan.below)
        while self._links:
            links, self._links = sorted(self._links), []
            for relative, target in links:
                yield from self._link(relative, target)

    def _tree(self, top: str) -> Iterator[FoundFile | Unscannable]:
        """A folder, its files first, then its folders; a stack, because trees can be deep."""
        waiting = [top]
        while waiting:
            relative = waiting.pop()
            folders: list[str] = []
            try:
                entries = self._entries(relative)
            except OSError as error:
                yield Unscannable(relative_path=relative, fact=error.strerror or str(error))
                continue
            for entry in entries:
                below = f"{relative}/{entry.name}" if relative else entry.name
                try:
                    yield from self._entry(below, entry, folders)
                except OSError as error:
                    yield Unscannable(relative_path=below, fact=error.strerror or str(error))
            if relative.count("/") + bool(relative) + 1 < self._plan.depth:
                waiting.extend(reversed(folders))

    def _entries(self, relative: str) -> list[os.DirEntry[str]]:
        folder = os.path.join(self._plan.root, relative)  # noqa: PTH118 -- speed, odd bytes
        status = os.stat(folder)  # noqa: PTH116
        if not self._is_new(status) or (relative and _is_hidden(status)):
            return []
        with os.scandir(folder) as entries:
            kept = [entry for entry in entries if not is_skipped(entry.name)]
        return sorted(kept, key=lambda entry: os.fsencode(entry.name))

    def _entry(
        self, relative: str, entry: os.DirEntry[str], folders: list[str]
    ) -> Iterator[FoundFile]:
        if entry.is_symlink():
            self._links.append((relative, os.path.realpath(entry.path)))
        elif entry.is_dir(follow_symlinks=False):
            if relative not in self._plan.excluded:
                folders.append(relative)
        elif entry.is_file(follow_symlinks=False):
            yield from self._file(relative, entry.stat(follow_symlinks=False))

    def _file(self, relative: str, status: os.stat_result) -> Iterator[FoundFile]:
        if not _is_hidden(status) and stat.S_ISREG(status.st_mode) and self._is_new(status):
            yield FoundFile(
                relative_path=relative,
                size=status.st_size,
                mtime_ns=status.st_mtime_ns,
                inode=status.st_ino or None,
                sort=sort_of(relative),
            )

    def _link(self, relative: str, target: str) -> Iterator[FoundFile | Unscannable]:
        if not _is_inside(target, self._real_root):
            return
        try:
            status = os.stat(target)  # noqa: PTH116 -- odd bytes
        except OSError as error:
            yield Unscannable(relative_path=relative, fact=error.strerror or str(error))
            return
        if stat.S_ISDIR(status.st_mode):
            yield from self._tree(relative)
        else:
            yield from self._file(relative, status)

    def _is_new(self, status: os.stat_result) -> bool:
        if not status.st_ino:
            return True  # a file system without inode numbers
        key = (status.st_dev, status.st_ino)
        if key in self._seen:
            return False
        self._seen.add(key)
        return True


def sort_of(name: str) -> FileSort:
    """What a file name ends like."""
    _, dot, extension = name.rpartition(".")
    extension = extension.lower() if dot else ""
    if extension in EXTENSIONS:
        return FileSort.AUDIO
    return FileSort.IMAGE if extension in IMAGE_EXTENSIONS else FileSort.OTHER


def is_skipped(name: str) -> bool:
    """Whether a file or folder is hidden or belongs to a system, by its whole name."""
    return name.startswith(".") or name.casefold() in SKIPPED_NAMES


def _is_hidden(status: os.stat_result) -> bool:
    return bool(getattr(status, "st_file_attributes", 0) & _HIDDEN_OR_SYSTEM)


def _is_inside(path: str, root: str) -> bool:
    return path == root or path.startswith(root.rstrip(os.sep) + os.sep)
