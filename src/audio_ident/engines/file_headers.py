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

MAGIC = (
    (0, b"fLaC"),
    (0, b"OggS"),
    (0, b"RIFF"),
    (0, b"RF64"),
    (0, b"FORM"),
    (0, b"wvpk"),
    (0, b"\x1aE\xdf\xa3"),
    (0, b"0&\xb2u\x8ef\xcf\x11"),
    (4, b"ftyp"),
)
"""Where the containers we know carry which bytes: tells a damaged file from a foreign one."""

HEAD_BYTES = 16
"""Enough for every magic number above."""


def first_bytes(file: BinaryIO, count: int) -> bytes:
    """Start of a file; leaves the position as it was."""
    return _read_at(file, 0, count)


def id3_bytes(file: BinaryIO, start: int = 0) -> int:
    """Length of the ID3v2 tag at a place of a file, by default its start; 0 when there is none."""
    head = _read_at(file, start, 10)
    if head[:3] != b"ID3" or len(head) < 10:
        return 0
    size = 0
    for byte in head[6:]:
        size = size << 7 | byte & 0x7F
    return 10 + size


def has_magic(head: bytes) -> bool:
    """Whether a container that we know begins like this."""
    return any(head[start:].startswith(magic) for start, magic in MAGIC)


def foreign_tag_bytes(file: BinaryIO) -> int:
    """Length of the ID3v2 tags before a container with a magic number; 0 without them.

    FFmpeg skips them before MP3, AAC and FLAC only, but programs write them before anything.
    """
    start = 0
    while length := id3_bytes(file, start):
        start += length
    return start if has_magic(_read_at(file, start, HEAD_BYTES)) else 0


def has_length_tag(file: BinaryIO) -> bool:
    """Whether an MPEG audio file says how many frames it has."""
    frame = _read_at(file, id3_bytes(file), FIRST_FRAME_BYTES)
    return any(tag in frame for tag in LENGTH_TAGS)


def missing_riff_bytes(file: BinaryIO) -> int:
    """How many bytes a RIFF file is shorter than it says; 0 when it does not say."""
    start = foreign_tag_bytes(file)
    head = _read_at(file, start, 8)
    declared_bytes = int.from_bytes(head[4:8], "little")
    if head[:4] != b"RIFF" or declared_bytes >= UNKNOWN_RIFF_BYTES:
        return 0
    return max(0, start + declared_bytes + 8 - file_bytes(file))


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
