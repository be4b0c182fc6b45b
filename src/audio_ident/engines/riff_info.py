"""The INFO chunks of WAV files, which mutagen leaves alone."""

from typing import BinaryIO

MAX_INFO_BYTES = 1 << 20
"""More is not read."""

MAX_CHUNKS = 1000
"""Chunks that are looked at before giving up."""


def read_riff_info(file: BinaryIO) -> dict[str, str]:
    """Texts of the INFO chunks by name in lower case, empty when there is none.

    The chunk declares no encoding: text that is no UTF-8 is taken for CP1252, as Windows writes.
    """
    file.seek(0)
    head = file.read(12)
    if head[:4] not in {b"RIFF", b"RF64"} or head[8:] != b"WAVE":
        return {}
    found: dict[str, str] = {}
    left_bytes = MAX_INFO_BYTES
    for _ in range(MAX_CHUNKS):
        head = file.read(8)
        size = int.from_bytes(head[4:], "little")
        if len(head) < 8:
            break
        end = file.tell() + size + (size & 1)
        if head[:4] == b"LIST" and 4 <= size <= left_bytes:
            left_bytes -= size
            content = file.read(size)
            if content[:4] == b"INFO":
                _take(content[4:], found)
        file.seek(end)
    return found


def _take(content: bytes, found: dict[str, str]) -> None:
    at = 0
    while at + 8 <= len(content):
        name = content[at : at + 4].decode("latin-1").lower()
        size = int.from_bytes(content[at + 4 : at + 8], "little")
        text = content[at + 8 : at + 8 + size].rstrip(b"\0")
        found.setdefault(name, _decoded(text))
        at += 8 + size + (size & 1)


def _decoded(text: bytes) -> str:
    try:
        return text.decode("utf-8")
    except UnicodeDecodeError:
        return text.decode("cp1252", "replace")
