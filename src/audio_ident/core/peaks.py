"""Which peaks are remembered of a recording and which are listened for in a clip.

A clip gives more peaks than the index keeps: noise adds wrong ones, and the right ones sink in
rank. Figures were measured on real music, see decision 8.
"""

import numpy as np

from audio_ident.core.kernels import PeakRule
from audio_ident.model.landmarks import Landmarks

INDEX_RULE = PeakRule(
    frame_radius=3,
    bin_radius=8,
    lowest_bin=8,
    mean_frame_radius=8,
    mean_bin_radius=16,
    most_per_window=30,
    window_radius=16,
    mean_weight=0.5,
)
"""For steps of 32 ms: about 30 landmarks a second."""

CLIP_RULE = PeakRule(
    frame_radius=4,
    bin_radius=6,
    lowest_bin=8,
    mean_frame_radius=16,
    mean_bin_radius=16,
    most_per_window=110,
    window_radius=32,
    mean_weight=0.5,
)
"""For steps of 16 ms: about 100 landmarks a second."""

REACH_FRAMES = INDEX_RULE.window_radius + max(INDEX_RULE.frame_radius, INDEX_RULE.mean_frame_radius)
"""A landmark depends on no frame farther away than this."""

STRENGTH_PER_NEPER = 16
"""Unit of `Landmarks.strength`: 1/16 neper of power, 0.27 dB."""


def strength_of(
    height: np.ndarray[tuple[int], np.dtype[np.float32]],
) -> np.ndarray[tuple[int], np.dtype[np.uint8]]:
    """Height over the local level in the unit of `Landmarks.strength`, shape `(n,)`."""
    return np.clip(height * STRENGTH_PER_NEPER, 0, 255).astype(np.uint8)


def no_landmarks() -> Landmarks:
    """The landmarks of nothing."""
    return Landmarks(
        frame=np.zeros(0, np.uint32),
        bin=np.zeros(0, np.uint16),
        strength=np.zeros(0, np.uint8),
        frame_count=0,
    )
