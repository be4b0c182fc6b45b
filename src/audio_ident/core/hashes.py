"""Hashes of landmark pairs: what the index is looked up by.

A hash holds the bin of the earlier peak (9 bits), the step to the bin of the later one (7 bits)
and the frames between them (6 bits). The time lies in the lowest bits, so that a tolerance in
time is one range of hashes.
"""

import dataclasses

import numpy as np
import numpy.typing as npt

from audio_ident.core import kernels
from audio_ident.core.clip import Clip
from audio_ident.core.kernels import Lookup, PairRule
from audio_ident.core.spectrum import BINS, CLIP_FRAMES_PER_FRAME
from audio_ident.model.landmarks import Landmarks

_MOST_BINS = 64
_MOST_FRAMES = 40

INDEX_PAIRS = PairRule(
    most_targets=4, least_frames=1, most_frames=_MOST_FRAMES, most_bins=_MOST_BINS, frame_cost=2.0
)
"""Pairs of the index: with 30 landmarks a second, about 100 postings a second."""

CLIP_PAIRS = PairRule(
    most_targets=6,
    least_frames=1,
    most_frames=_MOST_FRAMES * CLIP_FRAMES_PER_FRAME + 1,
    most_bins=_MOST_BINS,
    frame_cost=2.0 / CLIP_FRAMES_PER_FRAME,
)
"""Pairs of a clip, in clip frames: more, since wrong peaks lie between the right ones."""


def hashes_of(
    first_bin: npt.NDArray[np.int64], step: npt.NDArray[np.int64], frames: npt.NDArray[np.int64]
) -> npt.NDArray[np.uint32]:
    """Hashes of pairs, shape `(n,)`; bins in 0..511, steps in -64..63, frames in 0..63."""
    return ((first_bin << 13) | ((step + _MOST_BINS) << 6) | frames).astype(np.uint32)


def postings_of_recording(
    landmarks: Landmarks,
) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.uint32]]:
    """Hash and frame of every pair of a recording, shape `(n,)`."""
    anchor, target = kernels.pair_peaks(landmarks.frame, landmarks.bin, INDEX_PAIRS)
    bins = landmarks.bin.astype(np.int64)
    frames = landmarks.frame.astype(np.int64)
    first = bins[anchor]
    hashes = hashes_of(first, bins[target] - first, frames[target] - frames[anchor])
    return hashes, landmarks.frame[anchor]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ClipPairs:
    """The pairs of a clip; arrays of shape `(n,)`."""

    frame: npt.NDArray[np.int64]
    """Of the earlier peak, in clip frames."""
    between: npt.NDArray[np.int64]
    """Clip frames from the earlier to the later peak."""
    first_bin: npt.NDArray[np.int64]
    second_bin: npt.NDArray[np.int64]


def pairs_of_clip(clip: Clip) -> ClipPairs:
    """The pairs that a clip is looked up by."""
    anchor, target = kernels.pair_peaks(clip.frame, clip.bin, CLIP_PAIRS)
    frames, bins = clip.frame.astype(np.int64), clip.bin.astype(np.int64)
    return ClipPairs(
        frame=frames[anchor],
        between=frames[target] - frames[anchor],
        first_bin=bins[anchor],
        second_bin=bins[target],
    )


def lookup_of_pairs(pairs: ClipPairs, pitch_scale: float = 1.0) -> Lookup:
    """Hashes to look up when the clip sounds `pitch_scale` times higher than the recording."""
    first = np.rint(pairs.first_bin / pitch_scale).astype(np.int64)
    step = np.rint(pairs.second_bin / pitch_scale).astype(np.int64) - first
    usable = (first < BINS) & (step >= -_MOST_BINS) & (step < _MOST_BINS)
    first, step, between = first[usable], step[usable], pairs.between[usable]
    earliest = np.maximum(between // CLIP_FRAMES_PER_FRAME, 1)
    latest = np.maximum(-(-between // CLIP_FRAMES_PER_FRAME), 1)
    first_hash = hashes_of(first, step, earliest)
    order = np.argsort(first_hash)
    begin = (pairs.frame[usable] + 1) // CLIP_FRAMES_PER_FRAME
    return Lookup(
        first_hash=first_hash[order],
        last_hash=hashes_of(first, step, latest)[order],
        frame=begin[order].astype(np.int32),
    )
