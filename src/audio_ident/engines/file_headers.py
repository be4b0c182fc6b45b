"""The few facts of file headers that FFmpeg does not pass on."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from audio_ident.errors import FileUnreadable

FIRST_FRAME_BYTES = 2048
"""More than the longest MPEG audio frame; the tag with the length lies in the first one."""

LENGTH_TAGS = (b"Xing", b"Info", b"VBRI")
"""How MPEG audio marks a first frame that counts the others."""

UNKNOWN_RIFF_BYTES = 0x7FFF_FFFF
"""Programs that write to a pipe put this or more, not knowing the size yet."""


def first_bytes(file: BinaryIO, count: int) -> bytes:
    """Start of a file; leaves the position as it was."""
    return _read_at(file, 0, count)


def id3_bytes(file: BinaryIO) -> int:
    """Length of the ID3v2 tag at the start of a file; 0 when there is none."""
    head = _read_at(file, 0, 10)
    if head[:3] != b"ID3" or len(head) < 10:
        return 0
    size = 0
    for byte in head[6:]:
        size = size << 7 | byte & 0x7F
    return 10 + size


def has_length_tag(file: BinaryIO) -> bool:
    """Whether an MPEG audio file says how many frames it has."""
    frame = _read_at(file, id3_bytes(file), FIRST_FRAME_BYTES)
    return any(tag in frame for tag in LENGTH_TAGS)


def missing_riff_bytes(file: BinaryIO) -> int:
    """How many bytes a RIFF file is shorter than it says; 0 when it does not say."""
    head = _read_at(file, 0, 8)
    declared_bytes = int.from_bytes(head[4:8], "little")
    if head[:4] != b"RIFF" or declared_bytes >= UNKNOWN_RIFF_BYTES:
        return 0
    return max(0, declared_bytes + 8 - file_bytes(file))


def file_bytes(file: BinaryIO) -> int:
    """Length of a file; leaves the position as it was."""
    with _reading():
        position = file.tell()
        size_bytes = file.seek(0, 2)
        file.seek(position)
        return size_bytes


def _read_at(file: BinaryIO, start: int, count: int) -> bytes:
    with _reading():
        position = file.tell()
        file.seek(start)
        found = file.read(count)
        file.seek(position)
        return found


@contextmanager
def _reading() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise FileUnreadable(f"cannot be read: {error.strerror or error}") from error
