"""An `Analysis` as bytes, and back.

Layout, little-endian::

    8 bytes   magic: "AIDENT" and the format version, 16 bits
    4 bytes   length of the header
    header    JSON, compressed: everything but the arrays, and where each array lies
    arrays    one after the other, each compressed
    16 bytes  BLAKE2b of all that comes before

Sorted integers, such as the frames of landmarks, are stored as differences, and the bytes of
wider numbers apart (all lowest bytes first): both make what follows compress well.

Header and arrays carry the check value of zlib each, so one section can be read on its own.
"""

import dataclasses
import hashlib
import json
import struct
import zlib
from collections.abc import Callable
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from audio_ident.errors import ArtefactCorrupt, BadInput
from audio_ident.model.analysis import Analysis, AudioDigest, Field, Section
from audio_ident.model.audio import AudioFacts, AudioWarning

FORMAT_VERSION = 1
"""Raised whenever older programs could not read what is written."""

MAGIC = b"AIDENT"
PREFIX = struct.Struct("<6sHI")
CHECKSUM_BYTES = 16

COMPRESSION_LEVEL = 6
"""zlib's usual; on landmarks 9 is 0.8 % smaller at four times the time, 3 is 2.6 % larger."""

STORED_KINDS = "biuf"
"""Kinds of numpy types that can be stored: booleans, integers, unsigned integers, floats."""


def encode_analysis(analysis: Analysis) -> bytes:
    """Bytes that `decode_analysis` turns back into an equal analysis.

    Raises
    ------
    BadInput
        A field is of a type that cannot be stored.
    """
    chunks: list[bytes] = []
    header = {
        "digest": analysis.digest,
        "facts": dataclasses.asdict(analysis.facts),
        "warnings": [dataclasses.asdict(warning) for warning in analysis.warnings],
        "sections": {
            name: {
                "version": section.version,
                "fields": {
                    key: _encode_field(section.fields[key], chunks) for key in section.fields
                },
            }
            for name, section in analysis.sections.items()
        },
    }
    header_bytes = zlib.compress(json.dumps(header, separators=(",", ":")).encode())
    body = PREFIX.pack(MAGIC, FORMAT_VERSION, len(header_bytes)) + header_bytes + b"".join(chunks)
    return body + _checksum(body)


def decode_analysis(stored: bytes) -> Analysis:
    """Analysis from the bytes of `encode_analysis`; its arrays are read-only.

    Raises
    ------
    ArtefactCorrupt
        The bytes are damaged, or of a format that this version does not know.
    """
    if _checksum(stored[:-CHECKSUM_BYTES]) != stored[-CHECKSUM_BYTES:]:
        raise ArtefactCorrupt("the checksum differs")
    header, arrays = _opened(stored)
    return Analysis(
        digest=AudioDigest(header["digest"]),
        facts=AudioFacts(**header["facts"]),
        warnings=tuple(AudioWarning(**warning) for warning in header["warnings"]),
        sections={
            name: _decode_section(section, arrays) for name, section in header["sections"].items()
        },
    )


def decode_section(stored: bytes, name: str) -> Section | None:
    """One section, None if there is none of that name; what else is stored stays packed.

    Raises
    ------
    ArtefactCorrupt
        What was looked at is damaged, or of a format that this version does not know.
    """
    header, arrays = _opened(stored)
    section = header["sections"].get(name)
    return None if section is None else _decode_section(section, arrays)


def read_fields(file: BinaryIO, name: str, is_wanted: Callable[[str], bool]) -> Section | None:
    """Some fields of one section, None if there is none of that name; only they are read.

    Raises
    ------
    ArtefactCorrupt
        What was looked at is damaged, or of a format that this version does not know.
    """
    start = PREFIX.size + _header_length(file.read(PREFIX.size + CHECKSUM_BYTES))
    file.seek(0)
    header = _header(file.read(start), start)
    section = header["sections"].get(name)
    if section is None:
        return None
    fields: dict[str, Field] = {}
    for key, value in section["fields"].items():
        if is_wanted(key):
            fields[key] = _read_field(value, file, start)
    return Section(version=section["version"], fields=fields)


def _read_field(value: Any, file: BinaryIO, start: int) -> Field:  # noqa: ANN401 -- a JSON value
    if not isinstance(value, dict):
        return _decode_field(value, memoryview(b""))
    length = value["end"] - value["start"]
    file.seek(start + value["start"])
    array = memoryview(file.read(length))
    return _decode_field(value | {"start": 0, "end": length}, array)


def _opened(stored: bytes) -> tuple[dict[str, Any], memoryview]:
    """The header, and where the arrays lie."""
    start = PREFIX.size + _header_length(stored)
    return _header(stored, start), memoryview(stored)[start:-CHECKSUM_BYTES]


def _header(stored: bytes, end: int) -> dict[str, Any]:
    try:
        header: dict[str, Any] = json.loads(zlib.decompress(stored[PREFIX.size : end]))
    except zlib.error as error:
        raise ArtefactCorrupt(f"the header cannot be unpacked: {error}") from error
    return header


def _header_length(stored: bytes) -> int:
    if len(stored) < PREFIX.size + CHECKSUM_BYTES:
        raise ArtefactCorrupt(f"only {len(stored)} bytes")
    magic, version, header_length = PREFIX.unpack_from(stored)
    if magic != MAGIC:
        raise ArtefactCorrupt("the bytes are no artefact")
    if version != FORMAT_VERSION:
        raise ArtefactCorrupt(f"format {version}; this program knows {FORMAT_VERSION}")
    return int(header_length)


def _checksum(body: bytes) -> bytes:
    return hashlib.blake2b(body, digest_size=CHECKSUM_BYTES).digest()


def _encode_field(field: Field, chunks: list[bytes]) -> Any:  # noqa: ANN401 -- a JSON value
    if not isinstance(field, np.ndarray):
        if not isinstance(field, int | float | str):
            raise BadInput(f"a field of type {type(field).__name__} cannot be stored")
        return field
    if field.dtype.kind not in STORED_KINDS:
        raise BadInput(f"an array of {field.dtype} cannot be stored")
    values = np.ascontiguousarray(field, field.dtype.newbyteorder("<")).reshape(-1)
    is_delta = _is_sorted_integers(values)
    if is_delta:
        values = np.diff(values, prepend=values[:1] * 0)
    offset = sum(map(len, chunks))
    planes = values.view(np.uint8).reshape(-1, values.itemsize).T
    chunks.append(zlib.compress(planes.tobytes(), COMPRESSION_LEVEL))
    return {
        "type": field.dtype.newbyteorder("<").str,
        "shape": list(field.shape),
        "is_delta": is_delta,
        "start": offset,
        "end": offset + len(chunks[-1]),
    }


def _decode_section(section: Any, arrays: memoryview) -> Section:  # noqa: ANN401 -- JSON
    fields = {key: _decode_field(value, arrays) for key, value in section["fields"].items()}
    return Section(version=section["version"], fields=fields)


def _decode_field(value: Any, arrays: memoryview) -> Field:  # noqa: ANN401 -- a JSON value
    if not isinstance(value, dict):
        field: Field = value
        return field
    dtype = np.dtype(value["type"])
    try:
        planes = np.frombuffer(zlib.decompress(arrays[value["start"] : value["end"]]), np.uint8)
    except zlib.error as error:
        raise ArtefactCorrupt(f"an array cannot be unpacked: {error}") from error
    values = np.ascontiguousarray(planes.reshape(dtype.itemsize, -1).T).reshape(-1).view(dtype)
    if value["is_delta"]:
        values = np.cumsum(values, dtype=dtype)
    values = values.reshape(value["shape"])
    values.flags.writeable = False
    return values


def _is_sorted_integers(values: npt.NDArray[np.generic]) -> bool:
    if values.dtype.kind not in "iu" or len(values) < 2:
        return False
    return bool(np.greater_equal(values[1:], values[:-1]).all())
