"""Wrapper of vector_kernels.c: which windows are near, found from codes of one byte a number."""

import ctypes
import dataclasses
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from audio_ident.core.kernels import _address, _called, _int, _library
from audio_ident.model.vectors import Vectors

Codes: TypeAlias = npt.NDArray[np.int8]
"""Vectors in whole numbers, -127 to 127, shape `(n, stride)`, zeros behind the last dimension."""

Scales: TypeAlias = npt.NDArray[np.float32]
"""What a code of 1 stands for, shape `(n,)`."""

STRIDE_STEP = 64
"""Rows of codes are as long as a multiple of this: a register of the widest processors."""

_MOST = 127

_BLOCK = 4
"""As in vector_kernels.c."""


class _Scan(ctypes.Structure):
    _fields_ = (
        ("codes", ctypes.c_void_p),
        ("scales", ctypes.c_void_p),
        ("stride", _int),
        ("begins", ctypes.c_void_p),
        ("is_wanted", ctypes.c_void_p),
        ("is_row_wanted", ctypes.c_void_p),
        ("recordings", _int),
        ("queries", ctypes.c_void_p),
        ("query_scales", ctypes.c_void_p),
        ("query_sums", ctypes.c_void_p),
        ("query_count", _int),
    )


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Coded:
    """Vectors as codes."""

    codes: Codes
    scales: Scales


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Wanted:
    """What of some coded windows is looked at."""

    begins: npt.NDArray[np.int64]
    """First window of each recording, and the end of the last; shape `(recordings + 1,)`."""
    recordings: npt.NDArray[np.bool_]
    windows: npt.NDArray[np.bool_] | None
    """None for all windows of those recordings."""


def stride_of(dimension: int) -> int:
    """Length of a row of codes."""
    return -(-dimension // STRIDE_STEP) * STRIDE_STEP


def coded(vectors: Vectors) -> Coded:
    """Codes of vectors; each row has a scale of its own, so that small numbers keep their ratio."""
    scales = np.abs(vectors).max(axis=1, initial=0) / np.float32(_MOST)
    steps = np.where(scales > 0, scales, 1)[:, None]
    codes = np.zeros((len(vectors), stride_of(vectors.shape[1])), np.int8)
    codes[:, : vectors.shape[1]] = np.clip(np.rint(vectors / steps), -_MOST, _MOST)
    return Coded(codes=codes, scales=scales.astype(np.float32))


def widest_variant() -> int:
    """How wide this processor scans: 0 plainly, 1 with AVX2, 2 with AVX-512 and VNNI."""
    return _called("widest_scan")


def scan_windows(
    windows: Coded, queries: Coded, wanted: Wanted, *, variant: int | None = None
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Likeness of windows to the nearest of some queries, as near as codes tell.

    Parameters
    ----------
    variant
        As `widest_variant` gives it; every one finds the same.

    Returns
    -------
    tuple
        Likeness of each window, undefined in recordings that are not wanted; and of the best wanted
        window of each recording. Minus infinity for what is not wanted.
    """
    count, stride = windows.codes.shape
    begins = np.ascontiguousarray(wanted.begins, np.int64)
    is_wanted = np.ascontiguousarray(wanted.recordings, np.bool_)
    fits = begins[0] == 0 and begins[-1] == count and not (np.diff(begins) < 0).any()
    if not fits or len(begins) != len(is_wanted) + 1 or len(windows.scales) != count:
        raise ValueError("these are not the recordings of these windows")
    if stride % STRIDE_STEP or queries.codes.shape[1] != stride:
        raise ValueError("queries and windows are of different spaces")
    if wanted.windows is not None and wanted.windows.shape != (count,):
        raise ValueError("a mask of other windows")
    asked = _in_blocks(queries)
    sums = asked.codes.sum(axis=1, dtype=np.int32)
    likeness = np.empty(count, np.float32)
    best = np.empty(len(is_wanted), np.float32)
    scan = _Scan(
        _address(windows.codes),
        _address(windows.scales),
        stride,
        _address(begins),
        _address(is_wanted),
        None if wanted.windows is None else _address(wanted.windows),
        len(is_wanted),
        _address(asked.codes),
        _address(asked.scales),
        _address(sums),
        len(sums),
    )
    chosen = widest_variant() if variant is None else min(variant, widest_variant())
    outputs = (_address(likeness), _address(best))
    _library.scan_windows(ctypes.byref(scan), _int(chosen), *outputs)
    return likeness, best


def _in_blocks(queries: Coded) -> Coded:
    """As many queries as the kernel takes at a time; the last one again changes nothing."""
    count = len(queries.codes)
    if count == 1:
        return queries
    places = np.minimum(np.arange(-(-count // _BLOCK) * _BLOCK), count - 1)
    return Coded(codes=queries.codes[places], scales=queries.scales[places])
