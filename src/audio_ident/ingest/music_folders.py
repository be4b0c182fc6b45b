"""Which folders may be imported on the word of a request, and what lies in them.

Every path is resolved first, links and `..` included, and must then be an allowed folder or lie
in one. What a link leads out of them is neither listed nor imported.
"""

import contextlib
import dataclasses
import datetime
import itertools
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from audio_ident.errors import BadInput, NotFound, StoreReadOnly
from audio_ident.ingest.places import check_folder, is_inside
from audio_ident.ingest.scanner import is_skipped, sort_of
from audio_ident.library.path_text import path_from_shown
from audio_ident.model.files import FileSort
from audio_ident.model.library import FileState
from audio_ident.refusals import Conflict, FolderNotAllowed
from audio_ident.stores.sql.roots import Root, RootKind
from audio_ident.stores.sql.unit_of_work import Catalogue

MOST_ENTRIES = 100_000
"""Entries of a folder that are looked at when it is listed; what comes behind is left out."""

MOST_COUNTED = 2000
"""Entries of a folder that are looked at to say how much lies in it."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class RootView:
    """A root as it is at this moment."""

    root: Root
    is_there: bool
    is_allowed: bool
    """Whether requests may import it."""
    files_present: int
    files_missing: int


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class FolderView:
    """A folder inside a root."""

    name: str
    audio_files: int
    """Those that lie in it directly, by their names; it stops counting at `MOST_COUNTED`."""
    has_folders: bool


class MusicFolders:
    """The folders that requests may name.

    Parameters
    ----------
    allowed
        Folders of the settings; empty allows the roots of the library, whatever they are.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        allowed: Sequence[Path],
        now: Callable[[], datetime.datetime],
    ) -> None:
        self._catalogue = catalogue
        self._configured = [os.path.realpath(path) for path in allowed]
        self._now = now

    def make_roots(self) -> None:
        """Remember the folders of the settings as roots, so that they can be chosen."""
        with self._catalogue.reading() as rows:
            known = rows.roots.all()
        strange = [
            path
            for path in self._configured
            if os.path.isdir(path)  # noqa: PTH112 -- odd bytes
            and not any(is_inside(path, root.path) for root in known)
        ]
        # a library that cannot be written imports nothing anyway, and is served all the same
        with contextlib.suppress(StoreReadOnly):
            for path in strange:
                with self._catalogue.writing() as rows:
                    if not any(is_inside(path, root.path) for root in rows.roots.all()):
                        rows.roots.add(path, self._now())

    def roots(self) -> list[RootView]:
        """Every root, by path."""
        with self._catalogue.reading() as rows:
            roots, counts = rows.roots.all(), rows.roots.count_files()
        allowed = self._allowed(roots)
        return [
            RootView(
                root=root,
                is_there=os.path.isdir(root.path),  # noqa: PTH112 -- odd bytes
                is_allowed=_is_inside_any(root.path, allowed),
                files_present=counts.get(root.id, {}).get(FileState.PRESENT, 0),
                files_missing=counts.get(root.id, {}).get(FileState.MISSING, 0),
            )
            for root in roots
        ]

    def add_root(self, path: str) -> RootView:
        """Make a folder a root that requests may import.

        Raises
        ------
        BadInput
            It is no absolute path, no folder, or belongs to the system.
        FolderNotAllowed
            The settings name the folders that are allowed, and it lies in none of them.
        Conflict
            It lies in a root already.
        """
        real = _resolved(path)
        if self._configured and not _is_inside_any(real, self._configured):
            raise FolderNotAllowed("the setting `music_roots` does not include that folder")
        check_folder(real)
        with self._catalogue.writing() as rows:
            for root in rows.roots.all():
                if is_inside(real, root.path):
                    raise Conflict("that folder is a root, or in one", details={"root_id": root.id})
            added = rows.roots.add(real, self._now())
        return next(view for view in self.roots() if view.root.id == added.id)

    def admit(self, path: str) -> str:
        """The resolved form of an absolute path that may be imported.

        Raises
        ------
        BadInput
            It is no absolute path, or no folder.
        FolderNotAllowed
            It lies outside the allowed folders, whether it exists or not.
        """
        real = _resolved(path)
        with self._catalogue.reading() as rows:
            roots = rows.roots.all()
        if not _is_inside_any(real, self._allowed(roots)):
            raise FolderNotAllowed("that folder may not be imported")
        check_folder(real)
        return real

    def resolve(self, root_id: int, shown: str) -> str:
        """The resolved path of a folder below a root; raises as `admit` does, and `NotFound`."""
        with self._catalogue.reading() as rows:
            root = next((root for root in rows.roots.all() if root.id == root_id), None)
        if root is None:
            raise NotFound(f"no root has the id {root_id}")
        return self.admit(os.path.join(root.path, path_from_shown(shown).lstrip("/")))  # noqa: PTH118

    def folders(self, root_id: int, shown: str, behind: str = "") -> Iterator[FolderView]:
        """The folders that lie in a folder, by name, from behind one; raises as `resolve` does."""
        path = self.resolve(root_id, shown)
        with self._catalogue.reading() as rows:
            allowed = self._allowed(rows.roots.all())
        return (_view(name, target) for name, target in _subfolders(path, allowed) if name > behind)

    def _allowed(self, roots: Sequence[Root]) -> list[str]:
        return self._configured or [root.path for root in roots if root.kind is RootKind.FOLDER]


def _resolved(path: str) -> str:
    if "\0" in path or not path.startswith(os.sep):
        raise BadInput("a folder is named by its absolute path")
    try:
        return os.path.realpath(path)
    except (OSError, UnicodeError):
        raise BadInput("that is no path") from None


def _is_inside_any(path: str, folders: Sequence[str]) -> bool:
    return any(is_inside(path, folder) for folder in folders)


def _subfolders(path: str, allowed: Sequence[str]) -> list[tuple[str, str]]:
    """Name and resolved path of the folders in a folder, in order."""
    found = []
    try:
        with os.scandir(path) as entries:
            for entry in itertools.islice(entries, MOST_ENTRIES):
                if is_skipped(entry.name) or not entry.is_dir():
                    continue
                target = os.path.realpath(entry.path) if entry.is_symlink() else entry.path
                if _is_inside_any(target, allowed):
                    found.append((entry.name, target))
    except OSError as error:
        raise BadInput(f"that folder cannot be read: {error.strerror}") from error
    return sorted(found)


def _view(name: str, path: str) -> FolderView:
    audio_files, has_folders = 0, False
    try:
        with os.scandir(path) as entries:
            for entry in itertools.islice(entries, MOST_COUNTED):
                if is_skipped(entry.name):
                    continue
                if entry.is_dir(follow_symlinks=False):
                    has_folders = True
                elif sort_of(entry.name) is FileSort.AUDIO:
                    audio_files += 1
    except OSError:  # it is listed all the same; opening it tells why it cannot be read
        return FolderView(name=name, audio_files=0, has_folders=False)
    return FolderView(name=name, audio_files=audio_files, has_folders=has_folders)
