"""The log of the memory segment: what was added and deleted since the last segment file.

    file    magic, then records
    record  header (mark, length, checksum of the payload, checksum of the header), payload
    payload kind, digest, and for an added recording its landmarks

A record is done when it is synchronised. The process may die before, so an incomplete record at
the very end is dropped; a damaged one with sound ones after it is an error.
"""

import os
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import TypeAlias

import numpy as np

from audio_ident.errors import IndexCorrupt
from audio_ident.model.analysis import AudioDigest
from audio_ident.model.landmarks import Landmarks
from audio_ident.stores.disk import disk_errors_named, sync_directory

MAGIC = b"AIDLOG01"
"""First bytes of every log; the digits are the version of the format."""

Change: TypeAlias = tuple[AudioDigest, Landmarks | None]
"""A recording that was added, or with None deleted."""

_MARK = b"\xa1REC"
_HEADER = struct.Struct("<4sII")
_CHANGE = struct.Struct("<c16sIQ")


class ChangeLog:
    """Appends changes to a log file; each is durable when the call returns."""

    def __init__(self, path: Path, end: int) -> None:
        self.path = path
        self._end = end
        with disk_errors_named(path):
            self._file = path.open("r+b", buffering=0)
            # Leftovers of a record that was never finished must not follow a sound one.
            self._file.truncate(end)

    def append(self, change: Change) -> None:
        """Write one change.

        Raises
        ------
        DiskFull, StoreInaccessible
            The log then ends where it ended before.
        """
        record = _encode(change)
        with disk_errors_named(self.path):
            try:
                self._write(record)
                os.fsync(self._file.fileno())
            except OSError:
                self._file.truncate(self._end)
                raise
        self._end += len(record)

    def _write(self, record: bytes) -> None:
        self._file.seek(self._end)
        rest = memoryview(record)
        while rest:
            rest = rest[self._file.write(rest) :]

    def close(self) -> None:
        """Release the file."""
        self._file.close()


def create_log(path: Path) -> ChangeLog:
    """A new, empty, durable log."""
    with disk_errors_named(path):
        with path.open("wb") as file:
            file.write(MAGIC)
            file.flush()
            os.fsync(file.fileno())
        sync_directory(path.parent)
    return ChangeLog(path, len(MAGIC))


def reopen_log(path: Path) -> tuple[ChangeLog, list[Change]]:
    """The log to append to, and the changes that are in it.

    Raises
    ------
    IndexCorrupt
        It is missing, not a log, or damaged before its end.
    """
    changes, end = read_log(path)
    return ChangeLog(path, end), changes


def read_log(path: Path) -> tuple[list[Change], int]:
    """All finished changes of a log, and where the last of them ends."""
    with disk_errors_named(path):
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            raise IndexCorrupt(f"{path}: the log is missing") from None
    if not content.startswith(MAGIC):
        raise IndexCorrupt(f"{path}: not a log, or its first bytes are damaged")
    changes, end = [], len(MAGIC)
    for payload, after in _sound_records(content, end):
        changes.append(_decode(payload))
        end = after
    if _has_sound_record_after(content, end):
        raise IndexCorrupt(f"{path}: the record at byte {end} is damaged")
    return changes, end


def _sound_records(content: bytes, start: int) -> Iterator[tuple[bytes, int]]:
    while (payload := _payload_at(content, start)) is not None:
        start += _HEADER.size + 4 + len(payload)
        yield payload, start


def _payload_at(content: bytes, start: int) -> bytes | None:
    header = content[start : start + _HEADER.size]
    begin = start + _HEADER.size + 4
    if len(header) < _HEADER.size or content[begin - 4 : begin] != _checksum_bytes(header):
        return None
    mark, length, checksum = _HEADER.unpack(header)
    payload = content[begin : begin + length]
    is_sound = mark == _MARK and len(payload) == length and zlib.crc32(payload) == checksum
    return payload if is_sound else None


def _has_sound_record_after(content: bytes, start: int) -> bool:
    candidate = content.find(_MARK, start + 1)
    while candidate >= 0:
        if _payload_at(content, candidate) is not None:
            return True
        candidate = content.find(_MARK, candidate + 1)
    return False


def _checksum_bytes(header: bytes) -> bytes:
    return zlib.crc32(header).to_bytes(4, "little")


def _encode(change: Change) -> bytes:
    digest, landmarks = change
    if landmarks is None:
        payload = _CHANGE.pack(b"D", bytes.fromhex(digest), 0, 0)
    else:
        head = _CHANGE.pack(
            b"A", bytes.fromhex(digest), len(landmarks.frame), landmarks.frame_count
        )
        payload = b"".join(
            (
                head,
                landmarks.frame.astype("<u4").tobytes(),
                landmarks.bin.astype("<u2").tobytes(),
                landmarks.strength.astype("u1").tobytes(),
            )
        )
    header = _HEADER.pack(_MARK, len(payload), zlib.crc32(payload))
    return header + _checksum_bytes(header) + payload


def _decode(payload: bytes) -> Change:
    kind, raw_digest, count, frame_count = _CHANGE.unpack_from(payload)
    digest = AudioDigest(raw_digest.hex())
    if kind == b"D":
        return digest, None
    start = _CHANGE.size
    return digest, Landmarks(
        frame=np.frombuffer(payload, "<u4", count, start),
        bin=np.frombuffer(payload, "<u2", count, start + 4 * count),
        strength=np.frombuffer(payload, "u1", count, start + 6 * count),
        frame_count=frame_count,
    )
