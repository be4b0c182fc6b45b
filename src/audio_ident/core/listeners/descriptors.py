"""Descriptors of windows of ten seconds, one every five."""

from typing import ClassVar

import numpy as np
import numpy.typing as npt

from audio_ident.core.descriptors import DIMENSIONS, describe
from audio_ident.core.sound_frames import GROUP, GROUP_SAMPLES, Groups
from audio_ident.model.analysis import Fields
from audio_ident.model.audio import Feed

WINDOW_GROUPS = 78
"""10 s (159,744 samples at 16 kHz, 9.984 s)."""

HOP_GROUPS = WINDOW_GROUPS // 2
"""5 s."""

QUIET_POWER = 1e-6
"""Mean square below which a window is marked, -60 dBFS: it describes noise, not music."""


class Descriptors:
    """Keeps the raw statistics of each window; see `core.descriptors`."""

    name: ClassVar[str] = "descriptors"
    version: ClassVar[int] = 1
    hears: ClassVar[Feed] = Feed.FRAMES_16K

    def __init__(self) -> None:
        self._held: Groups = np.zeros(0, GROUP)
        self._first_held = 0
        self._next_start = 0
        self._starts: list[int] = []
        self._windows: list[npt.NDArray[np.float32]] = []
        self._quiet: list[bool] = []

    def feed(self, block: Groups) -> None:
        """Hear the next groups."""
        held = np.concatenate([self._held, block])
        while self._next_start + WINDOW_GROUPS <= self._first_held + len(held):
            start = self._next_start - self._first_held
            self._describe(held[start : start + WINDOW_GROUPS], self._next_start)
            self._next_start += HOP_GROUPS
        keep = min(len(held), WINDOW_GROUPS)
        self._first_held += len(held) - keep
        self._held = held[len(held) - keep :].copy()

    def finish(self) -> Fields:
        """All windows; the last one ends where the sound ends.

        `descriptors` are `float32` of shape `(windows, 118)`, `start_samples` where each begins
        at `MONO_RATE_HZ`, `is_quiet` whether it is below the floor. Sound shorter than a window
        has one window, an empty stream none.
        """
        last = self._first_held + len(self._held) - WINDOW_GROUPS
        if len(self._held) and (not self._starts or self._starts[-1] != last):
            self._describe(self._held, self._first_held)
        return {
            "descriptors": np.array(self._windows, np.float32).reshape(-1, len(DIMENSIONS)),
            "start_samples": np.array(self._starts, np.uint32) * np.uint32(GROUP_SAMPLES),
            "is_quiet": np.array(self._quiet, np.bool_),
            "window_samples": WINDOW_GROUPS * GROUP_SAMPLES,
        }

    def _describe(self, groups: Groups, start: int) -> None:
        self._starts.append(start)
        self._windows.append(describe(groups))
        self._quiet.append(bool(groups["power"].mean() < QUIET_POWER))
