"""Recordings that never sounded: digests and random landmarks."""

import numpy as np

from audio_ident.model.analysis import AudioDigest
from audio_ident.model.landmarks import Landmarks


def digest_of(number: int) -> AudioDigest:
    """The digest of the recording with this number."""
    return AudioDigest(f"{number:032x}")


def random_landmarks(seed: int, count: int | None = None) -> Landmarks:
    """Landmarks that are the same for the same seed; 0 to 199 of them unless told."""
    rng = np.random.default_rng(seed)
    size = int(rng.integers(0, 200)) if count is None else count
    frame_count = 4 * size + 1
    return Landmarks(
        frame=np.sort(rng.integers(0, frame_count, size)).astype(np.uint32),
        bin=rng.integers(0, 512, size).astype(np.uint16),
        strength=rng.integers(0, 256, size).astype(np.uint8),
        frame_count=frame_count,
    )
