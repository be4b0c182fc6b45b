"""Segments as files: written once, checked by checksums, read through a memory map.

    header      64 bytes: magic, version, where the directory lies, checksums
    arrays      each from a page boundary, little-endian, as the maker of the segment laid it out
    recordings  digest and number of landmarks of each recording
    directory   JSON: place, type, shape and checksum of everything between, and the parameters

Header, directory and recordings are checked whenever a file is opened, which takes no time that
grows with the arrays; the arrays themselves only by `check_segment`.
"""

import dataclasses
import functools
import json
import mmap
import os
import struct
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from audio_ident.errors import IndexCorrupt
from audio_ident.model.analysis import AudioDigest
from audio_ident.model.segment import Allocate, Segment, keep_pages
from audio_ident.stores.disk import disk_errors_named, sync_directory

MAGIC = b"AIDSEGMT"
"""First bytes of every segment file."""

FORMAT_VERSION = 1
"""Of the file itself; how the arrays are laid out is told by the parameters of the segment."""

_HEADER = struct.Struct("<8sIIQQI")
_HEADER_BYTES = 64
_RECORDING = np.dtype([("digest", "V16"), ("landmarks", "<u4")])
_ZEROS = bytes(1 << 20)

RELEASE_FROM_BYTES = 16 << 20
"""Smaller files stay resident once they are read: at most `fan_in - 1` of each size, 64 MB in all.
Of larger ones a query reads little, and reading that anew costs it about a millisecond."""

MakeSegment: TypeAlias = Callable[[Allocate], Segment]
"""Makes a segment in the arrays that it is given."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StoredSegment:
    """A segment that lies in a file."""

    path: Path
    segment: Segment
    landmark_counts: npt.NDArray[np.uint32]
    """Landmarks of each recording, shape `(n,)`."""
    checksums: Mapping[str, int]
    """CRC-32 of each array, as it was when it was written."""
    file_bytes: int


class _ArrayFile:
    """A new file in which arrays are allocated one after the other."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("w+b")
        self._end = _HEADER_BYTES
        self._places: dict[int, int] = {}
        self._arrays: list[npt.NDArray[np.generic]] = []

    def allocate(
        self, name: str, shape: tuple[int, ...], dtype: np.dtype[np.generic]
    ) -> npt.NDArray[np.generic]:
        """A writable array mapped from the next free pages; an `Allocate`."""
        del name
        stored = dtype.newbyteorder("<")
        count = int(np.prod(shape, dtype=np.int64))
        if count == 0:
            return np.zeros(shape, stored)
        offset = -(-self._end // mmap.ALLOCATIONGRANULARITY) * mmap.ALLOCATIONGRANULARITY
        size = count * stored.itemsize
        self._reserve(offset, size)
        mapping = mmap.mmap(self._file.fileno(), size, offset=offset)
        array = np.frombuffer(mapping, stored, count).reshape(shape)
        self._places[array.ctypes.data] = offset
        self._arrays.append(array)  # while it lives, no other array can have its address
        self._end = offset + size
        return array

    def _reserve(self, offset: int, size: int) -> None:
        # A map of a sparse file would end the process with SIGBUS where the disk is full.
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(self._file.fileno(), offset, size)
            return
        self._file.seek(offset)
        for start in range(0, size, len(_ZEROS)):
            self._file.write(_ZEROS[: size - start])
        self._file.flush()

    def place(self, name: str, array: npt.NDArray[np.generic]) -> dict[str, Any]:
        """Directory entry of an array, which is copied into the file if it is not there yet.

        An array that was cut shorter after it was allocated is in the file already.
        """
        known = self._places.get(array.ctypes.data)
        if (known is None and array.size) or not array.flags.c_contiguous:
            copy = self.allocate(name, array.shape, array.dtype)
            copy[...] = array
            array, known = copy, self._places[copy.ctypes.data]
        return {
            "offset": known or 0,
            "dtype": array.dtype.newbyteorder("<").str,
            "shape": list(array.shape),
            "crc32": _checksum(array),
        }

    def finish(self, directory: Mapping[str, Any], table: bytes) -> None:
        """Write recordings, directory and header; make all of it durable."""
        recordings_offset = self._end
        described = {
            **directory,
            "recordings": {"offset": recordings_offset, "crc32": zlib.crc32(table)},
        }
        encoded = json.dumps(described, sort_keys=True).encode()
        self._file.seek(recordings_offset)
        self._file.write(table + encoded)
        head = _HEADER.pack(
            MAGIC,
            FORMAT_VERSION,
            zlib.crc32(encoded),
            recordings_offset + len(table),
            len(encoded),
            len(table) // _RECORDING.itemsize,
        )
        self._file.seek(0)
        self._file.write(
            (head + zlib.crc32(head).to_bytes(4, "little")).ljust(_HEADER_BYTES, b"\0")
        )
        self._file.flush()
        os.fsync(self._file.fileno())

    def close(self) -> None:
        """Close the file; its maps live as long as their arrays."""
        self._file.close()


def _checksum(array: npt.NDArray[np.generic]) -> int:
    return zlib.crc32(array.reshape(-1).view(np.uint8).data) if array.size else 0


def write_segment(
    path: Path, make: MakeSegment, landmark_counts: Mapping[AudioDigest, int]
) -> StoredSegment:
    """Write a new segment file, durably and all at once, and open it.

    Parameters
    ----------
    path
        Nothing is to be seen under this name until the file is complete.
    make
        Fills arrays that lie in the file already, so that little memory is needed.
    landmark_counts
        Landmarks of each recording that `make` may put in.

    Raises
    ------
    DiskFull, StoreInaccessible
        No file is left behind.
    """
    unfinished = path.with_name(path.name + ".tmp")
    with disk_errors_named(path):
        file = _ArrayFile(unfinished)
        try:
            segment = make(file.allocate)
            directory = {
                "arrays": {name: file.place(name, array) for name, array in segment.arrays.items()},
                "parameters": dict(segment.parameters),
            }
            file.finish(directory, _recording_table(segment.digests, landmark_counts))
            unfinished.replace(path)
        finally:
            file.close()
            unfinished.unlink(missing_ok=True)
        sync_directory(path.parent)
        return open_segment(path)


def _recording_table(
    digests: tuple[AudioDigest, ...], landmark_counts: Mapping[AudioDigest, int]
) -> bytes:
    table = np.zeros(len(digests), _RECORDING)
    table["digest"] = np.frombuffer(bytes.fromhex("".join(digests)), "V16")
    table["landmarks"] = [landmark_counts[digest] for digest in digests]
    return table.tobytes()


def open_segment(path: Path) -> StoredSegment:
    """Map a segment file; its arrays are read when they are used.

    The map lives as long as one of the arrays does, even when the file is removed meanwhile.

    Raises
    ------
    IndexCorrupt
        Header, directory or list of recordings fail their checksum.
    FileNotFoundError
        There is no such file; for a reader that means: look for a newer generation.
    """
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        if size < _HEADER_BYTES:
            raise IndexCorrupt(f"{path}: only {size} bytes")
        mapping = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    directory, recordings = _read_directory(path, mapping)
    arrays = {name: _mapped(mapping, entry) for name, entry in directory["arrays"].items()}
    return StoredSegment(
        path=path,
        segment=Segment(
            digests=tuple(AudioDigest(bytes(raw).hex()) for raw in recordings["digest"]),
            arrays=arrays,
            parameters=directory["parameters"],
            release=_releasing(mapping, size),
        ),
        landmark_counts=recordings["landmarks"],
        checksums={name: entry["crc32"] for name, entry in directory["arrays"].items()},
        file_bytes=size,
    )


def _releasing(mapping: mmap.mmap, size: int) -> Callable[[], None]:
    """What gives back the resident pages of a map; the file keeps what is in them."""
    if size < RELEASE_FROM_BYTES or not hasattr(mmap, "MADV_DONTNEED"):
        return keep_pages
    return functools.partial(mapping.madvise, mmap.MADV_DONTNEED)


def _read_directory(path: Path, mapping: mmap.mmap) -> tuple[dict[str, Any], npt.NDArray[np.void]]:
    head = mapping[: _HEADER.size]
    magic, version, checksum, offset, length, count = _HEADER.unpack(head)
    if magic != MAGIC or mapping[_HEADER.size : _HEADER.size + 4] != zlib.crc32(head).to_bytes(
        4, "little"
    ):
        raise IndexCorrupt(f"{path}: not a segment, or its header is damaged")
    if version != FORMAT_VERSION:
        raise IndexCorrupt(f"{path}: format version {version} is not known")
    encoded = mapping[offset : offset + length]
    if len(encoded) != length or zlib.crc32(encoded) != checksum:
        raise IndexCorrupt(f"{path}: its directory is damaged")
    directory: dict[str, Any] = json.loads(encoded)
    place = directory["recordings"]
    table = mapping[place["offset"] : place["offset"] + count * _RECORDING.itemsize]
    if zlib.crc32(table) != place["crc32"]:
        raise IndexCorrupt(f"{path}: its list of recordings is damaged")
    return directory, np.frombuffer(table, _RECORDING)


def _mapped(mapping: mmap.mmap, entry: Mapping[str, Any]) -> npt.NDArray[np.generic]:
    shape, dtype = tuple(entry["shape"]), np.dtype(entry["dtype"])
    count = int(np.prod(shape, dtype=np.int64))
    if count == 0:
        empty = np.zeros(shape, dtype)
        empty.flags.writeable = False
        return empty
    return np.frombuffer(mapping, dtype, count, entry["offset"]).reshape(shape)


def check_segment(path: Path) -> StoredSegment:
    """Open a segment file and read all of it.

    Raises
    ------
    IndexCorrupt
        Some part fails its checksum.
    """
    stored = open_segment(path)
    check_arrays(stored)
    return stored


def check_arrays(stored: StoredSegment) -> None:
    """Read all arrays of an open segment; its file may be gone already.

    Raises
    ------
    IndexCorrupt
        An array fails its checksum.
    """
    for name, checksum in stored.checksums.items():
        if _checksum(stored.segment.arrays[name]) != checksum:
            raise IndexCorrupt(f"{stored.path}: array {name} fails its checksum")


def rename_segment(stored: StoredSegment, path: Path) -> StoredSegment:
    """The same segment under its final name, durably."""
    with disk_errors_named(path):
        stored.path.replace(path)
        sync_directory(path.parent)
    return dataclasses.replace(stored, path=path)
