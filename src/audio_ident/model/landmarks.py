"""Spectral peaks of a recording: what the exact engine remembers of it."""

import dataclasses

import numpy as np
import numpy.typing as npt

from audio_ident.model.analysis import Analysis

SECTION = "landmarks"
"""Name of the section of an `Analysis` that holds these arrays."""


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


def landmarks_of(analysis: Analysis) -> Landmarks:
    """Landmarks that were heard in a recording."""
    fields = analysis.sections[SECTION].fields
    return Landmarks(
        frame=np.asarray(fields["frame"], np.uint32),
        bin=np.asarray(fields["bin"], np.uint16),
        strength=np.asarray(fields["strength"], np.uint8),
        frame_count=int(fields["frame_count"]),
    )
