"""Spectral peaks of a recording: what the exact engine remembers of it."""

import dataclasses

import numpy as np
import numpy.typing as npt


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Landmarks:
    """Peaks in order of time, then frequency.

    All arrays have shape `(n,)`. Frames and bins are those of `core.spectrum`.
    """

    frame: npt.NDArray[np.uint32]
    """Frame of each peak, counted from the start of the audio."""
    bin: npt.NDArray[np.uint16]
    """Frequency bin of each peak."""
    strength: npt.NDArray[np.uint8]
    """How far the peak stands out from its surroundings, 0..255."""
    frame_count: int
    """Frames in the whole recording."""
