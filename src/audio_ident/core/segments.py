"""Builds and merges segments of the fingerprint index, in the layout of `core.layout`."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from audio_ident.core import kernels
from audio_ident.core.hashes import postings_of_recording
from audio_ident.core.layout import (
    FRAMES_PER_BLOCK,
    GAP_FRAMES,
    HASH_BITS,
    LAYOUT,
    first_frames_of,
    frame_counts_of,
    peaks_of,
    postings_of,
)
from audio_ident.model.analysis import AudioDigest
from audio_ident.model.landmarks import Landmarks
from audio_ident.model.segment import Allocate, Segment

_POSTINGS_PER_BUCKET = 8
_POSTINGS_AT_ONCE = 1 << 21
"""Postings merged together: 50 MB of scratch, however large the segments are."""

_DROPPED = np.iinfo(np.int64).min
"""Stands for the move of a recording that is not kept."""

Keys = npt.NDArray[np.uint64]
"""Postings as sortable numbers: the hash in the upper, the frame in the lower 32 bits."""


def allocate_in_memory(
    name: str, shape: tuple[int, ...], dtype: np.dtype[np.generic]
) -> npt.NDArray[np.generic]:
    """An `Allocate` that takes memory."""
    del name
    return np.zeros(shape, dtype)


def build_segment(
    recordings: Sequence[tuple[AudioDigest, Landmarks]], allocate: Allocate = allocate_in_memory
) -> Segment:
    """Index of some recordings, each digest at most once.

    Parameters
    ----------
    recordings
        Digest and landmarks of each, in the order that the segment keeps.
    allocate
        Makes the arrays.
    """
    landmarks = [found for _, found in recordings]
    axis = _lay_out([found.frame_count for found in landmarks])
    postings = [postings_of_recording(found) for found in landmarks]
    keys = [
        (hashes.astype(np.uint64) << np.uint64(32)) | (frames + np.uint64(first))
        for (hashes, frames), first in zip(postings, axis[:-1], strict=True)
    ]
    counts = np.array([len(k) for k in keys], np.uint32)
    peaks = [
        (found.frame.astype(np.int64) + int(first), found.bin)
        for found, first in zip(landmarks, axis[:-1], strict=True)
    ]
    builder = _Builder(allocate, axis, int(counts.sum()), sum(len(f.frame) for f in landmarks))
    builder.write_recordings([found.frame_count for found in landmarks], counts)
    builder.write_peaks(peaks)
    builder.write_postings([np.sort(_joined(keys, np.uint64))])
    return builder.segment(tuple(digest for digest, _ in recordings))


def merge_segments(
    segments: Sequence[Segment],
    alive: Sequence[npt.NDArray[np.bool_]],
    allocate: Allocate = allocate_in_memory,
) -> Segment:
    """One segment with the living recordings of several, in order.

    Parameters
    ----------
    segments
        What to merge; the recordings that are alive must be distinct.
    alive
        For each segment, for each of its recordings, whether it is kept.
    allocate
        Makes the arrays.
    """
    lengths = _joined([frame_counts_of(s)[a] for s, a in zip(segments, alive, strict=True)])
    posting_counts = _joined(
        [_posting_counts(s)[a] for s, a in zip(segments, alive, strict=True)]
    ).astype(np.uint32)
    axis = _lay_out(lengths.tolist())
    moves = _moves(segments, alive, axis)
    peak_count = sum(
        int(_kept_peaks(s, move).sum()) for s, move in zip(segments, moves, strict=True)
    )
    builder = _Builder(allocate, axis, int(posting_counts.sum()), peak_count)
    builder.write_recordings(lengths.tolist(), posting_counts)
    builder.write_peaks(_moved_peaks(s, move) for s, move in zip(segments, moves, strict=True))
    builder.write_postings(_merged_keys(segments, moves))
    digests = (
        digest
        for segment, kept in zip(segments, alive, strict=True)
        for digest, is_kept in zip(segment.digests, kept.tolist(), strict=True)
        if is_kept
    )
    return builder.segment(tuple(digests))


class _Builder:
    """Fills the arrays of one new segment."""

    def __init__(
        self, allocate: Allocate, axis: npt.NDArray[np.int64], posting_count: int, peak_count: int
    ) -> None:
        self._axis = axis
        self._frame_bits = max(1, int(axis[-1]).bit_length())
        bucket_bits = (posting_count // _POSTINGS_PER_BUCKET).bit_length()
        self._low_bits = HASH_BITS - min(max(bucket_bits, 8), HASH_BITS)
        self._width = self._low_bits + self._frame_bits
        shapes: dict[str, tuple[int, Any]] = {
            "first_frame": (len(axis) - 1, np.uint32),
            "frame_count": (len(axis) - 1, np.uint32),
            "posting_count": (len(axis) - 1, np.uint32),
            "block_start": (int(axis[-1]) // FRAMES_PER_BLOCK + 2, np.uint32),
            "frame_in_block": (peak_count, np.uint8),
            "bin": (peak_count, np.uint16),
            "bucket_start": ((1 << (HASH_BITS - self._low_bits)) + 1, np.uint32),
            "packed": ((posting_count * self._width + 7) // 8 + 8, np.uint8),
        }
        self._arrays = {
            name: allocate(name, (size,), np.dtype(kind)) for name, (size, kind) in shapes.items()
        }

    def write_recordings(
        self, frame_counts: Sequence[int], posting_counts: npt.NDArray[np.uint32]
    ) -> None:
        self._arrays["first_frame"][:] = self._axis[:-1]
        self._arrays["frame_count"][:] = frame_counts
        self._arrays["posting_count"][:] = posting_counts

    def write_peaks(
        self, recordings: Iterable[tuple[npt.NDArray[np.int64], npt.NDArray[np.uint16]]]
    ) -> None:
        """Write frames (on the new axis) and bins, in order of frame."""
        starts = np.zeros(len(self._arrays["block_start"]), np.int64)
        done = 0
        for frames, bins in recordings:
            end = done + len(frames)
            self._arrays["frame_in_block"][done:end] = frames % FRAMES_PER_BLOCK
            self._arrays["bin"][done:end] = bins
            blocks, counts = np.unique(frames // FRAMES_PER_BLOCK, return_counts=True)
            starts[blocks + 1] += counts
            done = end
        self._arrays["block_start"][:] = np.cumsum(starts)

    def write_postings(self, chunks: Iterable[Keys]) -> None:
        """Write sorted keys that come in chunks of ascending hashes."""
        packed = self._arrays["packed"].view(np.uint8)
        sizes = np.zeros(len(self._arrays["bucket_start"]), np.int64)
        low_mask = np.uint64((1 << self._low_bits) - 1)
        done = 0
        for keys in chunks:
            hashes = keys >> np.uint64(32)
            frames = keys & np.uint64(0xFFFFFFFF)
            records = ((hashes & low_mask) << np.uint64(self._frame_bits)) | frames
            kernels.pack_records(records, self._width, done, packed)
            buckets = (hashes >> np.uint64(self._low_bits)).astype(np.int64)
            filled, counts = np.unique(buckets, return_counts=True)
            sizes[filled + 1] += counts
            done += len(keys)
        self._arrays["bucket_start"][:] = np.cumsum(sizes)

    def segment(self, digests: tuple[AudioDigest, ...]) -> Segment:
        parameters = {
            "layout": LAYOUT,
            "frame_bits": self._frame_bits,
            "low_bits": self._low_bits,
        }
        return Segment(digests=digests, arrays=self._arrays, parameters=parameters)


def _joined(arrays: Sequence[npt.NDArray[Any]], dtype: Any = np.int64) -> npt.NDArray[Any]:  # noqa: ANN401
    return np.concatenate([np.zeros(0, dtype), *arrays])


def _lay_out(frame_counts: Sequence[int]) -> npt.NDArray[np.int64]:
    """First frame of each recording, and the end of the axis; shape `(recordings + 1,)`."""
    spans = np.array([count + GAP_FRAMES for count in frame_counts], np.int64)
    blocks = -(-spans // FRAMES_PER_BLOCK)
    return GAP_FRAMES + FRAMES_PER_BLOCK * np.concatenate([[0], np.cumsum(blocks)])


def _posting_counts(segment: Segment) -> npt.NDArray[np.uint32]:
    return segment.arrays["posting_count"].view(np.uint32)


def _moves(
    segments: Sequence[Segment],
    alive: Sequence[npt.NDArray[np.bool_]],
    axis: npt.NDArray[np.int64],
) -> list[npt.NDArray[np.int64]]:
    """For each segment, for each block: how far its frames move, or the least int64 if dropped."""
    moves = []
    done = 0
    for segment, kept in zip(segments, alive, strict=True):
        starts = first_frames_of(segment).astype(np.int64)
        shift = np.full(len(starts), _DROPPED)
        count = int(kept.sum())
        shift[kept] = axis[done : done + count] - starts[kept]
        done += count
        blocks = np.arange(len(peaks_of(segment).block_start) - 1) * FRAMES_PER_BLOCK
        owner = np.searchsorted(starts, blocks, side="right") - 1
        moves.append(np.where(owner >= 0, shift[np.maximum(owner, 0)], 0) if len(shift) else blocks)
    return moves


def _peaks_per_block(segment: Segment) -> npt.NDArray[np.int64]:
    starts = peaks_of(segment).block_start.astype(np.int64)
    return starts[1:] - starts[:-1]


def _kept_peaks(segment: Segment, move: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    return np.repeat(move != _DROPPED, _peaks_per_block(segment))


def _moved_peaks(
    segment: Segment, move: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint16]]:
    """Frames on the new axis and bins of the peaks that are kept."""
    peaks = peaks_of(segment)
    blocks = np.repeat(np.arange(len(move)), _peaks_per_block(segment))
    kept = _kept_peaks(segment, move)
    blocks = blocks[kept]
    frames = blocks * FRAMES_PER_BLOCK + peaks.frame_in_block[kept] + move[blocks]
    return frames, peaks.bin[kept]


def _merged_keys(
    segments: Sequence[Segment], moves: Sequence[npt.NDArray[np.int64]]
) -> Iterable[Keys]:
    """Sorted keys of all segments, range of hashes by range of hashes."""
    total = sum(int(postings_of(segment).bucket_start[-1]) for segment in segments)
    ranges = 1 << max(0, (total // _POSTINGS_AT_ONCE).bit_length())
    # Coarser than the coarsest table of buckets, so that every range is whole buckets of each.
    fewest = min((len(postings_of(s).bucket_start) - 1 for s in segments), default=1)
    ranges = min(ranges, fewest)
    for number in range(ranges):
        parts = [
            _moved_keys(segment, move, number / ranges, (number + 1) / ranges)
            for segment, move in zip(segments, moves, strict=True)
        ]
        yield np.sort(_joined(parts, np.uint64))


def _moved_keys(segment: Segment, move: npt.NDArray[np.int64], low: float, high: float) -> Keys:
    """Keys on the new axis of the postings in a part, 0..1, of the range of hashes."""
    postings = postings_of(segment)
    bucket_count = len(postings.bucket_start) - 1
    first_bucket, end_bucket = int(low * bucket_count), int(high * bucket_count)
    starts = postings.bucket_start[first_bucket : end_bucket + 1].astype(np.int64)
    width = postings.low_bits + postings.frame_bits
    records = kernels.unpack_records(
        postings.packed, width, int(starts[0]), int(starts[-1] - starts[0])
    )
    buckets = np.repeat(np.arange(first_bucket, end_bucket, dtype=np.uint64), np.diff(starts))
    frames = records & np.uint64((1 << postings.frame_bits) - 1)
    shift = move[(frames // np.uint64(FRAMES_PER_BLOCK)).astype(np.int64)]
    kept = shift != _DROPPED
    hashes = (buckets << np.uint64(postings.low_bits)) | (records >> np.uint64(postings.frame_bits))
    moved = (frames[kept].astype(np.int64) + shift[kept]).astype(np.uint64)
    keys: Keys = (hashes[kept] << np.uint64(32)) | moved
    return keys
