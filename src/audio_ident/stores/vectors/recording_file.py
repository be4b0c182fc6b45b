"""Files that hold something of many recordings, as columns: written once, read through a map.

    header      64 bytes: magic, version, place, length and checksum of the directory
    columns     each from a page boundary, little-endian
    directory   JSON: place, type, shape and checksum of each column; the last bytes of the file

The columns form *groups*: one row or more for each recording, in the order of the digests. Header,
directory, digests and the places of the rows are checked whenever a file is opened, so that a
damaged file leads nobody out of its columns; the columns themselves by `check_recordings`.
"""

import dataclasses
import json
import mmap
import os
import struct
import zlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO, TypeAlias

import numpy as np
import numpy.typing as npt

from audio_ident.stores.disk import open_atomically
from audio_ident.vibe_errors import VectorsCorrupt

FORMAT_VERSION = 1
"""Of the file; which groups and columns are in it is the business of whoever writes it."""

Digests: TypeAlias = npt.NDArray[np.bytes_]
"""Digests of 16 bytes, `S16`, in order; shape `(recordings,)`."""

Column: TypeAlias = npt.NDArray[Any]

_MAGIC = b"AIDVECTR"
_HEADER = struct.Struct("<8sIIQQ")
_HEADER_BYTES = 64
_DIGESTS = "digests"
_BEGINS = "begins."
_CHECK_BYTES = 1 << 24


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NewColumn:
    """A column that is to be written, in pieces so that it never lies in memory as a whole."""

    dtype: np.dtype[Any]
    row_shape: tuple[int, ...]
    pieces: Iterable[Column]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Group:
    """Columns that have the same rows."""

    begins: npt.NDArray[np.int64]
    """First row of each recording, and the end of the last; shape `(recordings + 1,)`."""
    columns: Mapping[str, Column]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RecordingFile:
    """An open file; its columns are read when they are used."""

    path: Path
    inode: int
    """Of the file: no other one can have it as long as the columns are mapped."""
    digests: Digests
    groups: Mapping[str, Group]
    checksums: Mapping[str, int]
    """CRC-32 of each column, by its name in the directory."""

    def find(self, digests: Digests) -> npt.NDArray[np.int64]:
        """Place of each of some digests in this file, -1 where it is not in it."""
        if not len(self.digests):
            return np.full(len(digests), -1)
        places = np.minimum(np.searchsorted(self.digests, digests), len(self.digests) - 1)
        found: npt.NDArray[np.int64] = np.where(self.digests[places] == digests, places, -1)
        return found


def digests_of(names: Iterable[str]) -> Digests:
    """Digests as bytes, in the order they are given."""
    return np.frombuffer(bytes.fromhex("".join(names)), "S16")


def name_of(digests: Digests, place: int) -> str:
    """The digest at some place as hex digits."""
    return digests[place : place + 1].tobytes().hex()


def write_recordings(
    path: Path,
    digests: Digests,
    groups: Mapping[str, tuple[npt.NDArray[np.int64], Mapping[str, NewColumn]]],
) -> RecordingFile:
    """Write a new file, durably and all at once, and open it.

    Parameters
    ----------
    groups
        By name: places of the rows as `Group.begins`, and the columns.

    Raises
    ------
    DiskFull, StoreInaccessible
        No file is left behind.
    """
    with open_atomically(path) as file:
        file.write(bytes(_HEADER_BYTES))
        entries = {_DIGESTS: _write_column(file, _whole(digests))}
        for group, (begins, columns) in groups.items():
            entries[_BEGINS + group] = _write_column(file, _whole(begins.astype("<i8")))
            for name, column in columns.items():
                entries[f"{group}.{name}"] = _write_column(file, column)
        encoded = json.dumps(entries, sort_keys=True).encode()
        head = _HEADER.pack(_MAGIC, FORMAT_VERSION, zlib.crc32(encoded), file.tell(), len(encoded))
        file.write(encoded)
        file.seek(0)
        file.write(head + zlib.crc32(head).to_bytes(4, "little"))
    return open_recordings(path)


def _whole(array: Column) -> NewColumn:
    return NewColumn(dtype=array.dtype, row_shape=array.shape[1:], pieces=(array,))


def _write_column(file: BinaryIO, column: NewColumn) -> dict[str, Any]:
    dtype = column.dtype.newbyteorder("<")
    offset = -(-file.tell() // mmap.PAGESIZE) * mmap.PAGESIZE
    file.seek(offset)
    rows, checksum = 0, 0
    for piece in column.pieces:
        content = np.ascontiguousarray(piece, dtype)
        raw = content.reshape(-1).view(np.uint8).data
        file.write(raw)
        checksum = zlib.crc32(raw, checksum)
        rows += len(content)
    shape = [rows, *column.row_shape]
    return {"offset": offset, "dtype": dtype.str, "shape": shape, "crc32": checksum}


def open_recordings(path: Path) -> RecordingFile:
    """Map a file. The map lives as long as one of the columns, even if the file is removed.

    Raises
    ------
    VectorsCorrupt
        It is damaged, cut short, or of a version that is not known.
    FileNotFoundError
        There is no such file; for a reader that means: look for a newer manifest.
    """
    with path.open("rb") as file:
        status = os.fstat(file.fileno())
        if status.st_size < _HEADER_BYTES:
            raise VectorsCorrupt(f"{path}: shorter than its header")
        mapping = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    entries = _read_directory(path, mapping)
    columns = {name: _mapped(path, mapping, entry) for name, entry in entries.items()}
    opened = RecordingFile(
        path=path,
        inode=status.st_ino,
        digests=columns[_DIGESTS].view("S16").reshape(-1),
        groups=dict(_groups(columns)),
        checksums={name: entry["crc32"] for name, entry in entries.items()},
    )
    for name in columns:
        if name == _DIGESTS or name.startswith(_BEGINS):
            _check(opened, name, columns[name])
    return opened


def _read_directory(path: Path, mapping: mmap.mmap) -> dict[str, Any]:
    head = mapping[: _HEADER.size]
    magic, version, checksum, offset, length = _HEADER.unpack(head)
    sealed = mapping[_HEADER.size : _HEADER.size + 4]
    if magic != _MAGIC or sealed != zlib.crc32(head).to_bytes(4, "little"):
        raise VectorsCorrupt(f"{path}: no file of vectors, or its header is damaged")
    if version != FORMAT_VERSION:
        raise VectorsCorrupt(f"{path}: format version {version} is not known")
    if offset + length != len(mapping):
        raise VectorsCorrupt(f"{path}: {len(mapping)} bytes instead of {offset + length}")
    encoded = mapping[offset:]
    if zlib.crc32(encoded) != checksum:
        raise VectorsCorrupt(f"{path}: its directory is damaged")
    entries: dict[str, Any] = json.loads(encoded)
    return entries


def _mapped(path: Path, mapping: mmap.mmap, entry: Mapping[str, Any]) -> Column:
    shape, dtype = tuple(entry["shape"]), np.dtype(entry["dtype"])
    count = int(np.prod(shape, dtype=np.int64))
    if entry["offset"] + count * dtype.itemsize > len(mapping):
        raise VectorsCorrupt(f"{path}: a column lies behind its end")
    if count == 0:
        empty = np.zeros(shape, dtype)
        empty.flags.writeable = False
        return empty
    return np.frombuffer(mapping, dtype, count, entry["offset"]).reshape(shape)


def _groups(columns: Mapping[str, Column]) -> Iterator[tuple[str, Group]]:
    for key, begins in columns.items():
        if key.startswith(_BEGINS):
            group = key.removeprefix(_BEGINS)
            own = {
                name.removeprefix(f"{group}."): column
                for name, column in columns.items()
                if name.startswith(f"{group}.")
            }
            yield group, Group(begins=begins, columns=own)


def check_recordings(opened: RecordingFile) -> None:
    """Read all columns of an open file; it may be removed already.

    Raises
    ------
    VectorsCorrupt
        A column fails its checksum.
    """
    for group, held in opened.groups.items():
        for name, column in held.columns.items():
            _check(opened, f"{group}.{name}", column)


def _check(opened: RecordingFile, name: str, column: Column) -> None:
    raw = column.reshape(-1).view(np.uint8).data if column.size else b""
    checksum = 0
    for start in range(0, len(raw), _CHECK_BYTES):
        checksum = zlib.crc32(raw[start : start + _CHECK_BYTES], checksum)
    if checksum != opened.checksums[name]:
        raise VectorsCorrupt(f"{opened.path}: {name} fails its checksum")
