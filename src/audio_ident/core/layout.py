"""Which arrays a segment of the fingerprint index is made of.

All recordings of a segment share one time axis, counted in index frames. Each recording begins
at a multiple of `FRAMES_PER_BLOCK`, at least `GAP_FRAMES` after the end of the one before, so that
a clip that overlaps an end never reaches a neighbour.

A *posting* says that a hash begins at a frame of that axis. Postings lie in order of hash, then
frame. The high bits of the hash choose a bucket; the low bits and the frame are packed into
`low_bits + frame_bits` bits, so that a posting takes about 3.5 bytes whatever the size of the
library. The peaks themselves are stored as well: votes of hashes only propose, peaks decide.
"""

import dataclasses

import numpy as np
import numpy.typing as npt

from audio_ident.model.segment import Segment

LAYOUT = 1
"""Version of everything said here; a segment with another one has to be rebuilt."""

HASH_BITS = 22
"""Bits of a hash: 9 of the first bin, 7 of the step to the second, 6 of the time between."""

FRAMES_PER_BLOCK = 256
"""Frames whose peaks are found through one entry; one byte holds a frame within the block."""

GAP_FRAMES = 1024
"""Empty frames between recordings, 32.8 s: no clip is longer."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Postings:
    """The inverted list of one segment."""

    bucket_start: npt.NDArray[np.uint32]
    """First posting of each bucket, shape `(2 ** (HASH_BITS - low_bits) + 1,)`."""
    packed: npt.NDArray[np.uint8]
    low_bits: int
    frame_bits: int


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StoredPeaks:
    """The peaks of one segment in order of frame."""

    block_start: npt.NDArray[np.uint32]
    """First peak of each block, shape `(blocks + 1,)`."""
    frame_in_block: npt.NDArray[np.uint8]
    bin: npt.NDArray[np.uint16]


def postings_of(segment: Segment) -> Postings:
    """The inverted list of a segment."""
    return Postings(
        bucket_start=segment.arrays["bucket_start"].view(np.uint32),
        packed=segment.arrays["packed"].view(np.uint8),
        low_bits=segment.parameters["low_bits"],
        frame_bits=segment.parameters["frame_bits"],
    )


def peaks_of(segment: Segment) -> StoredPeaks:
    """The peaks of a segment."""
    return StoredPeaks(
        block_start=segment.arrays["block_start"].view(np.uint32),
        frame_in_block=segment.arrays["frame_in_block"].view(np.uint8),
        bin=segment.arrays["bin"].view(np.uint16),
    )


def first_frames_of(segment: Segment) -> npt.NDArray[np.uint32]:
    """Where each recording begins on the segment's axis, shape `(recordings,)`."""
    return segment.arrays["first_frame"].view(np.uint32)


def frame_counts_of(segment: Segment) -> npt.NDArray[np.uint32]:
    """Length of each recording in frames, shape `(recordings,)`."""
    return segment.arrays["frame_count"].view(np.uint32)
