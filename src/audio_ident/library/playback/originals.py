"""Opens files of the library for others: only regular ones, only inside their imported folder."""

import errno
import os
import stat
from pathlib import Path

from audio_ident.model.playback import OpenFile
from audio_ident.refusals import FileMissing

_OPEN_FLAGS = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC
"""Never waits for the writer of a pipe, nor follows a link that was put there meanwhile."""

_GONE = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ESTALE, errno.ENODEV, errno.ENXIO})


def open_original(path: str, root: str) -> OpenFile:
    """Open a file that lies, with all links resolved, inside its imported folder.

    Raises
    ------
    FileMissing
        It is gone, cannot be read, is no regular file, or leads out of that folder.
    """
    try:
        resolved = Path(path).resolve(strict=True)
        if not _is_inside(resolved, root):
            raise FileMissing("the file lies outside its imported folder")
        descriptor = os.open(resolved, _OPEN_FLAGS)
    except OSError as error:
        reason = "is not there" if error.errno in _GONE else "cannot be read"
        raise FileMissing(f"the file of the track {reason}") from error
    except (RuntimeError, ValueError) as error:  # links in a circle; a name with a NUL
        raise FileMissing("the file of the track cannot be read") from error
    try:
        _check(descriptor, root)
    except BaseException:
        os.close(descriptor)
        raise
    found = os.fstat(descriptor)
    return OpenFile(
        # whoever asks closes it
        file=open(descriptor, "rb", buffering=0),  # noqa: PTH123
        size_bytes=found.st_size,
        mtime_ns=found.st_mtime_ns,
        inode=found.st_ino,
    )


def _check(descriptor: int, root: str) -> None:
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        raise FileMissing("the file of the track is no regular file")
    opened = _path_of(descriptor)
    if opened is not None and not _is_inside(opened, root):
        raise FileMissing("the file lies outside its imported folder")


def _path_of(descriptor: int) -> Path | None:
    """Where an open file really lies, which a folder swapped for a link cannot hide."""
    try:
        return Path(f"/proc/self/fd/{descriptor}").readlink()
    except OSError:  # only Linux tells
        return None


def _is_inside(path: Path, root: str) -> bool:
    return path.is_relative_to(Path(root).resolve())
