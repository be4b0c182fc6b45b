"""Follows the manifest of an index that another process writes: no locks, no waiting."""

import os
from collections.abc import Callable
from io import BufferedReader
from pathlib import Path

from audio_ident.errors import StoreProblem


class NewestManifest:
    """Tells its owner what the newest manifest says, once for each.

    The manifest that was read last is kept open: as long as it is, no other file can have its
    inode, so that comparing inodes tells for certain whether there is a newer one. For one thread
    at a time.

    Parameters
    ----------
    take
        Switch to what the content of a manifest says. May raise `FileNotFoundError` for a file that
        it names: the writer removes files only after it has replaced the manifest.
    forget
        There is no manifest any more, or not yet.
    is_lost
        Whether a manifest that is not there should be.
    damaged
        What to raise when something is missing.
    """

    def __init__(
        self,
        path: Path,
        take: Callable[[bytes], None],
        forget: Callable[[], None],
        is_lost: Callable[[], bool],
        damaged: type[StoreProblem],
    ) -> None:
        self._path = path
        self._take_content = take
        self._forget = forget
        self._is_lost = is_lost
        self._damaged = damaged
        self._file: BufferedReader | None = None

    def follow(self) -> None:
        """Switch to the newest manifest; one `stat` when there is no newer one.

        Raises
        ------
        StoreProblem
            The manifest, or a file that it names, is missing.
        """
        if self._file is None or not self._is_current(self._file):
            while not self._reload():
                pass

    def close(self) -> None:
        """Release it; the next `follow` begins anew."""
        self._hold(None)
        self._forget()

    def _reload(self) -> bool:
        """Whether the newest manifest is followed now; False when it was replaced meanwhile."""
        try:
            file = self._path.open("rb")
        except (FileNotFoundError, NotADirectoryError):
            if self._is_lost():
                raise self._damaged(f"{self._path.parent}: the manifest is missing") from None
            self.close()
            return True
        return self._take(file)

    def _take(self, file: BufferedReader) -> bool:
        is_taken = False
        try:
            self._take_content(file.read())
            is_taken = True
        except FileNotFoundError as error:
            if self._is_current(file):
                raise self._damaged(f"{error.filename}: missing") from error
        finally:
            if is_taken:
                self._hold(file)
            else:
                file.close()
        return is_taken

    def _is_current(self, file: BufferedReader) -> bool:
        try:
            return os.path.samestat(self._path.stat(), os.fstat(file.fileno()))
        except FileNotFoundError:
            return False

    def _hold(self, file: BufferedReader | None) -> None:
        if self._file is not None:
            self._file.close()
        self._file = file
