"""How loud the audio is over time: root mean square and peak of every tenth of a second."""

from typing import ClassVar

import numpy as np
import numpy.typing as npt

from audio_ident.model.analysis import Fields
from audio_ident.model.audio import MONO_RATE_HZ, Feed, Mono
from audio_ident.units import SILENCE_DBFS

FRAME_SAMPLES = MONO_RATE_HZ // 10
"""One level every 100 ms: fine enough to draw, 36 kB for each of the two curves an hour."""

STEPS_PER_DB = 2
"""Half a decibel is below what is heard; -120..0 dBFS then fits a byte."""


class Levels:
    """Envelope of the mono stream, in steps of half a decibel above -120 dBFS."""

    name: ClassVar[str] = "levels"
    version: ClassVar[int] = 1
    hears: ClassVar[Feed] = Feed.MONO_16K

    def __init__(self) -> None:
        self._rest: Mono = np.zeros(0, np.float32)
        self._rms_steps: list[npt.NDArray[np.uint8]] = []
        self._peak_steps: list[npt.NDArray[np.uint8]] = []

    def feed(self, block: Mono) -> None:
        """Hear the next block."""
        samples = np.concatenate([self._rest, block])
        whole_samples = len(samples) - len(samples) % FRAME_SAMPLES
        self._measure(samples[:whole_samples].reshape(-1, FRAME_SAMPLES))
        self._rest = samples[whole_samples:].copy()

    def finish(self) -> Fields:
        """Both curves, `uint8`, shape `(frames,)`; a last shorter frame counts as one."""
        if len(self._rest):
            self._measure(self._rest.reshape(1, -1))
        nothing = [np.zeros(0, np.uint8)]
        return {
            "frame_samples": FRAME_SAMPLES,
            "rms_steps": np.concatenate(self._rms_steps or nothing),
            "peak_steps": np.concatenate(self._peak_steps or nothing),
        }

    def _measure(self, frames: npt.NDArray[np.float32]) -> None:
        if not len(frames):
            return
        power = np.square(frames.astype(np.float64)).sum(axis=1) / frames.shape[1]
        self._rms_steps.append(amplitudes_to_steps(np.sqrt(power)))
        self._peak_steps.append(amplitudes_to_steps(np.abs(frames).max(axis=1)))


def amplitudes_to_steps(amplitudes: npt.NDArray[np.floating]) -> npt.NDArray[np.uint8]:
    """Levels as stored.

    Parameters
    ----------
    amplitudes
        Linear, full scale = 1, any shape.

    Returns
    -------
    Half decibels above -120 dBFS, rounded, 0..240, of the same shape.
    """
    least = 10 ** (SILENCE_DBFS / 20)
    level_dbfs = 20 * np.log10(np.clip(amplitudes.astype(np.float64), least, 1))
    return np.rint((level_dbfs - SILENCE_DBFS) * STEPS_PER_DB).astype(np.uint8)


def steps_to_dbfs(steps: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """Levels in dBFS, -120..0, from what `amplitudes_to_steps` stored."""
    return steps.astype(np.float32) / np.float32(STEPS_PER_DB) + np.float32(SILENCE_DBFS)
