"""Passages as columns of numbers, so that a wish is looked at for all of them at once."""

import functools
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from audio_ident.model.vectors import Passage, Where
from audio_ident.stores.vectors.recording_file import NewColumn, RecordingFile

PASSAGES = "passages"
NAMES = ("track_ids", "artists", "genres")

NewGroups: TypeAlias = dict[str, tuple[npt.NDArray[np.int64], dict[str, NewColumn]]]

_NO_YEAR = -(2**63)
_NO_KEY = 0

_ROW = np.dtype(
    [
        ("start_ms", "<i8"),
        ("end_ms", "<i8"),
        ("year", "<i8"),
        ("tempo_bpm", "<f8"),
        ("key", "<u8"),
    ]
)
_NAME_ROW = np.dtype([("passage", "<u4"), ("name", "<u8")])


@functools.lru_cache(maxsize=4096)
def hash_of(name: str) -> int:
    """A number for a name, of 64 bits: two names of one library hardly ever share it."""
    return int.from_bytes(blake2b(name.encode(errors="surrogatepass"), digest_size=8).digest())


def passage_groups(described: Sequence[tuple[Passage, ...]]) -> NewGroups:
    """The groups of a new file, of the passages of each recording."""
    groups = {PASSAGES: _group([len(passages) for passages in described], _rows(described))}
    for kind in NAMES:
        rows = [
            [(at, hash_of(name)) for at, p in enumerate(passages) for name in getattr(p, kind)]
            for passages in described
        ]
        table = np.array([row for own in rows for row in own], _NAME_ROW)
        groups[kind] = _group([len(own) for own in rows], table)
    return groups


def _group(
    counts: Iterable[int], table: npt.NDArray[np.void]
) -> tuple[npt.NDArray[np.int64], dict[str, NewColumn]]:
    names = table.dtype.names or ()
    columns = {
        name: NewColumn(dtype=table.dtype[name], row_shape=(), pieces=(table[name],))
        for name in names
    }
    return np.append(0, np.cumsum(list(counts), dtype=np.int64)), columns


def _rows(described: Sequence[tuple[Passage, ...]]) -> npt.NDArray[np.void]:
    rows = [
        (
            passage.start_ms,
            passage.end_ms,
            _NO_YEAR if passage.year is None else passage.year,
            np.nan if passage.tempo_bpm is None else passage.tempo_bpm,
            _NO_KEY if passage.key is None else hash_of(passage.key),
        )
        for passages in described
        for passage in passages
    ]
    return np.array(rows, _ROW)


def fitting(file: RecordingFile, where: Where) -> npt.NDArray[np.bool_]:
    """Which passages of a file are looked at; `without_recordings` is not its business."""
    columns = file.groups[PASSAGES].columns
    fits = np.ones(len(columns["year"]), np.bool_)
    if where.keys:
        fits &= np.isin(columns["key"], _hashes(where.keys))
    if where.years is not None:
        years = columns["year"]
        fits &= (years != _NO_YEAR) & (years >= where.years[0]) & (years <= where.years[1])
    if where.tempi_bpm is not None:
        tempi = columns["tempo_bpm"]
        fits &= (tempi >= where.tempi_bpm[0]) & (tempi <= where.tempi_bpm[1])
    for kind, names in (("artists", where.artists), ("genres", where.genres)):
        if names:
            fits &= _counts(file, kind, names) > 0
    if where.without_tracks:
        tracks = _counts(file, "track_ids", None)
        fits &= (tracks == 0) | (_counts(file, "track_ids", where.without_tracks) < tracks)
    return fits


def _counts(file: RecordingFile, kind: str, names: frozenset[str] | None) -> npt.NDArray[np.int64]:
    """How many names each passage has: all, or of some."""
    group, passages = file.groups[kind], file.groups[PASSAGES]
    owner = np.repeat(passages.begins[:-1], np.diff(group.begins)) + group.columns["passage"]
    if names is not None:
        owner = owner[np.isin(group.columns["name"], _hashes(names))]
    return np.bincount(owner, minlength=int(passages.begins[-1]))


def _hashes(names: Iterable[str]) -> npt.NDArray[np.uint64]:
    return np.array([hash_of(name) for name in names], np.uint64)
