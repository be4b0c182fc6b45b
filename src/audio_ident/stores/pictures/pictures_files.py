"""Pictures as files: `<root>/<2 hex digits>/<sha256>-<size>.jpg`.

Workers of the pool write here too, several at once. That is safe because a picture is named by
its content: whoever comes second replaces a file with the same bytes.
"""

import os
import re
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

from audio_ident.errors import BadInput
from audio_ident.model.pictures import THUMBNAIL_SIZES
from audio_ident.stores.disk import disk_errors_named, make_directory, sync_directory

_SHA256 = re.compile(r"[0-9a-f]{64}")
_NAME = re.compile(r"([0-9a-f]{64})-\d+\.jpg")


class FilePictureStore:
    """The `PictureStore` in a directory; any number of processes write and read."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, sha256: str, jpegs: Mapping[int, bytes]) -> None:
        """Keep every size of `THUMBNAIL_SIZES`.

        Raises
        ------
        DiskFull, StoreInaccessible
            The picture then counts as not there.
        """
        folder = self._path(sha256, 0).parent
        with disk_errors_named(folder):
            make_directory(folder)
            for size, content in jpegs.items():
                _replace(self._path(sha256, size), content)
            sync_directory(folder)

    def has(self, sha256: str) -> bool:
        """Whether every size is there."""
        return all(self._path(sha256, size).is_file() for size in THUMBNAIL_SIZES)

    def find(self, sha256: str, size: int) -> bytes | None:
        """One size as JPEG, None when it is not there."""
        path = self._path(sha256, size)
        with disk_errors_named(path):
            try:
                return path.read_bytes()
            except FileNotFoundError:
                return None

    def delete(self, sha256: str) -> None:
        """Forget every size; no error when there is none."""
        for size in THUMBNAIL_SIZES:
            path = self._path(sha256, size)
            with disk_errors_named(path):
                path.unlink(missing_ok=True)

    def hashes(self) -> Iterator[str]:
        """Hashes of which any size is there, in order."""
        names = (_NAME.fullmatch(path.name) for path in self._root.glob("??/*.jpg"))
        yield from sorted({match[1] for match in names if match})

    def delete_unfinished(self) -> None:
        """Remove what killed processes left; only while nobody writes."""
        with disk_errors_named(self._root):
            for path in self._root.glob("??/*.tmp"):
                path.unlink(missing_ok=True)

    def _path(self, sha256: str, size: int) -> Path:
        if not _SHA256.fullmatch(sha256):
            raise BadInput(f"{sha256!r} is no hash of 64 hex digits")
        return self._root / sha256[:2] / f"{sha256}-{size}.jpg"


def _replace(path: Path, content: bytes) -> None:
    writer = f"{os.getpid()}-{threading.get_ident()}"  # each has a file of its own
    unfinished = path.with_name(f"{path.name}.{writer}.tmp")
    try:
        with unfinished.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except OSError:
        unfinished.unlink(missing_ok=True)
        raise
