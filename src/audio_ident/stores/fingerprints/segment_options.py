"""How a fingerprint index makes its segments and how large it lets them grow."""

import dataclasses
from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from audio_ident.core.segments import build_segment, merge_segments
from audio_ident.model.analysis import AudioDigest
from audio_ident.model.landmarks import Landmarks
from audio_ident.model.segment import Allocate, Segment

Build: TypeAlias = Callable[[Sequence[tuple[AudioDigest, Landmarks]], Allocate], Segment]
"""Makes a segment of recordings, each digest at most once."""

Merge: TypeAlias = Callable[[Sequence[Segment], Sequence[npt.NDArray[np.bool_]], Allocate], Segment]
"""Makes a segment of the living recordings of several."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SegmentOptions:
    """The index treats segments as opaque; these functions know what is in them."""

    flush_landmarks: int = 2_000_000
    """Landmarks kept in memory before they become a segment file; about 20 bytes each."""
    fan_in: int = 3
    """Segments of similar size that are merged into one, at least 2; see `merge_policy`.

    Each segment costs a query about 3 ms at 10,000 tracks; 3 instead of 4 costs writing 0.09 CPU s
    an hour of audio more."""
    build: Build = build_segment
    merge: Merge = merge_segments


DEFAULT_OPTIONS = SegmentOptions()
