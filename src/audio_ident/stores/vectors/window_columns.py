"""The windows of recordings as columns: codes to scan, vectors to compare, times."""

from collections.abc import Callable, Sequence

import numpy as np

from audio_ident.core.vector_kernels import Coded, coded, stride_of
from audio_ident.model.vectors import WindowVectors
from audio_ident.stores.vectors.passage_columns import NewGroups
from audio_ident.stores.vectors.recording_file import Column, NewColumn

WINDOWS = "windows"

STORED_VECTORS = np.dtype(np.float16)
"""Half the bytes of what is put in; cosines are right to 0.0001."""


def window_groups(windows: Sequence[WindowVectors], dimension: int) -> NewGroups:
    """The group of a new file, of the windows of each recording."""
    counts = [len(own.vectors) for own in windows]
    begins = np.append(0, np.cumsum(counts, dtype=np.int64))

    def column(
        dtype: type, width: tuple[int, ...], of: Callable[[WindowVectors], Column]
    ) -> NewColumn:
        return NewColumn(dtype=np.dtype(dtype), row_shape=width, pieces=map(of, windows))

    return {
        WINDOWS: (
            begins,
            {
                "codes": column(np.int8, (stride_of(dimension),), lambda own: _coded(own).codes),
                "scales": column(np.float32, (), lambda own: _coded(own).scales),
                "vectors": column(np.float16, (dimension,), lambda own: own.vectors),
                "start_ms": column(np.uint32, (), lambda own: own.start_ms),
                "end_ms": column(np.uint32, (), lambda own: own.end_ms),
            },
        )
    }


def _coded(windows: WindowVectors) -> Coded:
    return coded(windows.vectors.astype(np.float32))
