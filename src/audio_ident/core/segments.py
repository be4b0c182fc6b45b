"""Builds and merges segments of the fingerprint index."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from audio_ident.model.analysis import AudioDigest
from audio_ident.model.landmarks import Landmarks
from audio_ident.model.segment import Allocate, Segment


def allocate_in_memory(
    name: str, shape: tuple[int, ...], dtype: np.dtype[np.generic]
) -> npt.NDArray[np.generic]:
    """An `Allocate` that takes memory."""
    del name
    return np.zeros(shape, dtype)


def build_segment(
    recordings: Sequence[tuple[AudioDigest, Landmarks]], allocate: Allocate = allocate_in_memory
) -> Segment:
    """Index of some recordings, each digest at most once."""
    counts = [len(landmarks.frame) for _, landmarks in recordings]
    arrays = {
        "peak_frame": allocate("peak_frame", (sum(counts),), np.dtype(np.uint32)),
        "peak_count": allocate("peak_count", (len(counts),), np.dtype(np.uint32)),
    }
    if recordings:
        arrays["peak_frame"][:] = np.concatenate([m.frame for _, m in recordings])
        arrays["peak_count"][:] = counts
    return Segment(
        digests=tuple(digest for digest, _ in recordings), arrays=arrays, parameters={"layout": 0}
    )


def merge_segments(
    segments: Sequence[Segment],
    alive: Sequence[npt.NDArray[np.bool_]],
    allocate: Allocate = allocate_in_memory,
) -> Segment:
    """One segment with the living recordings of several, in order."""
    raise NotImplementedError
