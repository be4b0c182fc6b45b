"""Makes one file of recordings of several, a little at a time."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from audio_ident.stores.vectors.recording_file import (
    Column,
    Group,
    NewColumn,
    RecordingFile,
    check_recordings,
    write_recordings,
)

PIECE_BYTES = 4 << 20
"""A column is copied in pieces of about so much."""

Alive: TypeAlias = npt.NDArray[np.bool_]
"""Which recordings of a file count, shape `(recordings,)`."""


def merge_into(
    path: Path, sources: Sequence[RecordingFile], alive: Sequence[Alive]
) -> RecordingFile:
    """Write the living recordings of some files, each in one of them only, into a new one.

    Raises
    ------
    VectorsCorrupt
        A source fails its checksum: damage must not be sealed with a new one.
    DiskFull, StoreInaccessible
        The sources are as they were.
    """
    for source in sources:
        check_recordings(source)
    rows = [np.flatnonzero(living) for living in alive]
    digests = np.concatenate([s.digests[r] for s, r in zip(sources, rows, strict=True)])
    origin = np.repeat(np.arange(len(sources)), [len(r) for r in rows])
    order = np.argsort(digests, kind="stable")
    origin, row = origin[order], np.concatenate(rows)[order]
    groups = {}
    for name in sources[0].groups:
        parts = [source.groups[name] for source in sources]
        groups[name] = _merged(parts, origin, row)
    return write_recordings(path, digests[order], groups)


def _merged(
    parts: Sequence[Group], origin: npt.NDArray[np.int64], row: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], dict[str, NewColumn]]:
    firsts, ends = np.empty((2, len(row)), np.int64)
    for number, part in enumerate(parts):
        own = origin == number
        firsts[own], ends[own] = part.begins[row[own]], part.begins[row[own] + 1]
    begins = np.append(0, np.cumsum(ends - firsts))
    places = list(zip(origin.tolist(), firsts.tolist(), ends.tolist(), strict=True))
    columns = {}
    for name, first in parts[0].columns.items():
        sources = [part.columns[name] for part in parts]
        columns[name] = NewColumn(
            dtype=first.dtype, row_shape=first.shape[1:], pieces=_pieces(sources, places)
        )
    return begins, columns


def _pieces(sources: Sequence[Column], places: Sequence[tuple[int, int, int]]) -> Iterator[Column]:
    piece: list[Column] = []
    size = 0
    for number, first, end in places:
        piece.append(sources[number][first:end])
        size += piece[-1].nbytes
        if size >= PIECE_BYTES:
            yield np.concatenate(piece)
            piece, size = [], 0
    if piece:
        yield np.concatenate(piece)
