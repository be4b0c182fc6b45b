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
    arrays = _allocated(sum(counts), len(counts), allocate)
    end = 0
    for row, (_, landmarks) in enumerate(recordings):
        start, end = end, end + counts[row]
        arrays["peak_frame"][start:end] = landmarks.frame
        arrays["peak_bin"][start:end] = landmarks.bin
        arrays["peak_strength"][start:end] = landmarks.strength
        arrays["peak_count"][row] = counts[row]
        arrays["frame_count"][row] = landmarks.frame_count
    return Segment(
        digests=tuple(digest for digest, _ in recordings), arrays=arrays, parameters={"layout": 0}
    )


def merge_segments(
    segments: Sequence[Segment],
    alive: Sequence[npt.NDArray[np.bool_]],
    allocate: Allocate = allocate_in_memory,
) -> Segment:
    """One segment with the living recordings of several, in order."""
    peaks_alive = [
        np.repeat(rows, segment.arrays["peak_count"].astype(np.int64))
        for segment, rows in zip(segments, alive, strict=True)
    ]
    peak_count = sum(int(mask.sum()) for mask in peaks_alive)
    recording_count = sum(int(rows.sum()) for rows in alive)
    arrays = _allocated(peak_count, recording_count, allocate)
    for name, target in arrays.items():
        masks = peaks_alive if name.startswith("peak_") and name != "peak_count" else alive
        end = 0
        for segment, mask in zip(segments, masks, strict=True):
            start, end = end, end + int(mask.sum())
            target[start:end] = segment.arrays[name][mask]
    digests = [
        segment.digests[row]
        for segment, rows in zip(segments, alive, strict=True)
        for row in np.flatnonzero(rows)
    ]
    return Segment(digests=tuple(digests), arrays=arrays, parameters={"layout": 0})


def _allocated(
    peak_count: int, recording_count: int, allocate: Allocate
) -> dict[str, npt.NDArray[np.generic]]:
    peaks = {"peak_frame": np.uint32, "peak_bin": np.uint16, "peak_strength": np.uint8}
    recordings = {"peak_count": np.uint32, "frame_count": np.uint64}
    return {
        **{name: allocate(name, (peak_count,), np.dtype(kind)) for name, kind in peaks.items()},
        **{
            name: allocate(name, (recording_count,), np.dtype(kind))
            for name, kind in recordings.items()
        },
    }
