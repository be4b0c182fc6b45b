"""What the audio looks like, from the whole file to a 170th of a second."""

from typing import ClassVar

import numpy as np

from audio_ident.core.sound_kernels import Tracer
from audio_ident.core.waveform import (
    LEVELS,
    POINTS_PER_POINT,
    Measures,
    Points,
    coarser,
    first_point_samples,
    level_name,
    packed,
    to_points,
)
from audio_ident.model.analysis import Fields
from audio_ident.model.audio import MONO_RATE_HZ, Feed, NativeBlock

POINTS_AT_ONCE = POINTS_PER_POINT**6
"""Points of a level that are gathered before they are rounded and passed up: 4096."""


class Waveform:
    """The pyramid of `core.waveform`, made level by level while the file is heard.

    A point lasts equally long throughout a file, so that places can be told from times: where the
    rate changes within a stream, the samples of a point change with it. A change of rate or
    layout ends the point that is open early.
    """

    name: ClassVar[str] = "waveform"
    version: ClassVar[int] = 1
    hears: ClassVar[Feed] = Feed.NATIVE

    def __init__(self) -> None:
        self._shape: tuple[int, int] | None = None
        self._rate_hz = 0
        self._point_samples = first_point_samples(MONO_RATE_HZ)
        self._tracer = Tracer(self._point_samples, channels=1)
        self._levels = [_Level() for _ in range(LEVELS)]

    def feed(self, block: NativeBlock) -> None:
        """Hear the next block."""
        if self._shape != (block.rate_hz, len(block.planes)):
            self._begin(block)
        self._pass_up(self._tracer.trace(block.planes))

    def finish(self) -> Fields:
        """Samples in a point of level 0 at the first rate, and the points of each level."""
        self._pass_up(self._tracer.end())
        measures = np.zeros((3, 0), np.float32)
        for level in self._levels:
            measures = coarser(level.finish(measures))
        points = {level_name(n): level.points() for n, level in enumerate(self._levels)}
        return {"first_point_samples": self._point_samples, **points}

    def _begin(self, block: NativeBlock) -> None:
        self._pass_up(self._tracer.end())
        if self._shape is None:
            self._rate_hz = block.rate_hz
            self._point_samples = first_point_samples(block.rate_hz)
        self._shape = (block.rate_hz, len(block.planes))
        samples = max(1, round(self._point_samples * block.rate_hz / self._rate_hz))
        self._tracer = Tracer(samples, len(block.planes))

    def _pass_up(self, measures: Measures) -> None:
        for level in self._levels:
            complete = level.add(measures)
            if complete is None:
                return
            measures = coarser(complete)


class _Level:
    """One level: points that are still exact, and those that are rounded already."""

    def __init__(self) -> None:
        self._waiting: list[Measures] = []
        self._waiting_points = 0
        self._rounded: list[Points] = []

    def add(self, measures: Measures) -> Measures | None:
        """Take points; returns those that are complete groups for the next level, if many."""
        self._waiting.append(measures)
        self._waiting_points += measures.shape[1]
        if self._waiting_points < POINTS_AT_ONCE:
            return None
        held = np.concatenate(self._waiting, axis=1)
        whole = held.shape[1] - held.shape[1] % POINTS_PER_POINT
        self._rounded.append(to_points(held[:, :whole]))
        self._waiting, self._waiting_points = [held[:, whole:]], held.shape[1] - whole
        return held[:, :whole]

    def finish(self, measures: Measures) -> Measures:
        """Take the last points from below; returns the last ones for the next level."""
        held = np.concatenate([*self._waiting, measures], axis=1)
        self._rounded.append(to_points(held))
        return held

    def points(self) -> Points:
        """All of them, packed."""
        return packed(np.concatenate(self._rounded, axis=1))
