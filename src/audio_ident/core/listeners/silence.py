"""Where nothing is to be heard: at the start, at the end, and between."""

from typing import ClassVar

import numpy as np
import numpy.typing as npt

from audio_ident.core.sound_kernels import find_quiet
from audio_ident.model.analysis import Fields
from audio_ident.model.audio import MONO_RATE_HZ, Feed, Mono

THRESHOLD = 0.001
"""-60 dBFS: below it music fades into the noise of tapes and dither; above, fade-outs are cut."""

SHORTEST_SAMPLES = MONO_RATE_HZ // 2
"""Half a second: shorter pauses belong to the music. One stretch per second at the most."""


class Silence:
    """Stretches of the mono stream in which every sample is below the threshold."""

    name: ClassVar[str] = "silence"
    version: ClassVar[int] = 1
    hears: ClassVar[Feed] = Feed.MONO_16K

    def __init__(self) -> None:
        self._heard_samples = 0
        self._quiet_since = 0
        self._starts: list[int] = []
        self._ends: list[int] = []

    def feed(self, block: Mono) -> None:
        """Hear the next block."""
        quiet_since = self._quiet_since - self._heard_samples
        spans, quiet_since = find_quiet(block, THRESHOLD, SHORTEST_SAMPLES, quiet_since)
        self._starts.extend((spans[0] + self._heard_samples).tolist())
        self._ends.extend((spans[1] + self._heard_samples).tolist())
        self._quiet_since = self._heard_samples + quiet_since
        self._heard_samples += len(block)

    def finish(self) -> Fields:
        """Stretches as sample positions at `MONO_RATE_HZ`, `uint32`, shape `(stretches,)`."""
        if self._heard_samples - self._quiet_since >= SHORTEST_SAMPLES:
            self._starts.append(self._quiet_since)
            self._ends.append(self._heard_samples)
        starts, ends = _positions(self._starts), _positions(self._ends)
        starts_quiet = len(starts) > 0 and starts[0] == 0
        ends_quiet = len(ends) > 0 and ends[-1] == self._heard_samples
        silent_samples = int((ends - starts).sum())
        return {
            "start_samples": starts,
            "end_samples": ends,
            "leading_samples": int(ends[0]) if starts_quiet else 0,
            "trailing_samples": int(ends[-1] - starts[-1]) if ends_quiet else 0,
            "audible_samples": self._heard_samples - silent_samples,
            "total_samples": self._heard_samples,
        }


def _positions(samples: list[int]) -> npt.NDArray[np.uint32]:
    return np.array(samples, np.uint32)
