"""How high the spectrum reaches, and whether a lossless file was made from a lossy one."""

from typing import ClassVar

import numpy as np

from audio_ident.core.bandwidth import (
    BANDS,
    FRAME_SAMPLES,
    Edges,
    estimate_bandwidth,
    measure_frames,
)
from audio_ident.model.analysis import Fields
from audio_ident.model.audio import Feed, NativeBlock

FRAMES_AT_ONCE = 16
"""Spectra that are taken together: few enough for the cache."""


class BandwidthListener:
    """Looks at one moment of every second, each time at the next channel in turn.

    No channels are mixed: what cancels out in a mix would be missed. Where rate or layout change
    within a stream, a moment that is cut off is left out and the next second begins there.
    """

    name: ClassVar[str] = "bandwidth"
    version: ClassVar[int] = 1
    hears: ClassVar[Feed] = Feed.NATIVE

    def __init__(self) -> None:
        self._shape: tuple[int, tuple[str, ...]] | None = None
        self._channels: list[int] = []
        self._rate_hz = 0
        self._next_samples = 0
        self._moment = 0
        self._frames = np.zeros((FRAMES_AT_ONCE, FRAME_SAMPLES), np.float32)
        self._complete = 0
        self._filled = 0
        self._edges = np.zeros(BANDS + 1, np.int64)
        self._cliffs = np.zeros(BANDS + 1, np.int64)
        self._audible = 0

    def feed(self, block: NativeBlock) -> None:
        """Hear the next block."""
        if self._shape != (block.rate_hz, block.channel_names):
            self._begin(block)
        count = len(block.planes[0])
        while self._next_samples < count:
            plane = block.planes[self._channels[self._moment % len(self._channels)]]
            taken = plane[self._next_samples :][: FRAME_SAMPLES - self._filled]
            self._frames[self._complete, self._filled : self._filled + len(taken)] = taken
            self._filled += len(taken)
            self._next_samples += len(taken)
            if self._filled == FRAME_SAMPLES:
                self._end_moment()
        self._next_samples -= count

    def finish(self) -> Fields:
        """Bandwidth in Hz, and the estimate of where the file came from with its evidence."""
        self._measure()
        found = Edges(edges=self._edges, cliffs=self._cliffs, audible=self._audible)
        estimate = estimate_bandwidth(found)
        return {
            "bandwidth_hz": estimate.bandwidth_hz,
            "cliff_hz": estimate.cliff_hz,
            "cliff_evidence": estimate.evidence,
            "is_probably_from_lossy": int(estimate.is_probably_from_lossy),
        }

    def _begin(self, block: NativeBlock) -> None:
        self._measure()
        self._shape = (block.rate_hz, block.channel_names)
        self._rate_hz = block.rate_hz
        names = enumerate(block.channel_names)
        full = [number for number, name in names if not name.startswith("LFE")]
        self._channels = full or [0]
        self._next_samples = 0

    def _end_moment(self) -> None:
        self._moment += 1
        self._complete += 1
        self._filled = 0
        self._next_samples += max(self._rate_hz - FRAME_SAMPLES, 0)
        if self._complete == FRAMES_AT_ONCE:
            self._measure()

    def _measure(self) -> None:
        """Measure the moments that are complete; one that is not is left out."""
        found = measure_frames(self._frames[: self._complete], self._rate_hz)
        self._edges += found.edges
        self._cliffs += found.cliffs
        self._audible += found.audible
        self._complete = self._filled = 0
