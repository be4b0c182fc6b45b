"""How strong the audio is over time: the root mean square of every fiftieth of a second.

The curve is also the silence profile: at any threshold it tells where a file is quiet, without
decoding it again (`quiet_spans`). Peaks are kept by the waveform.
"""

from typing import ClassVar

import numpy as np
import numpy.typing as npt

from audio_ident.core.sound_kernels import Tracer
from audio_ident.model.analysis import Fields
from audio_ident.model.audio import MONO_RATE_HZ, Feed, Mono
from audio_ident.units import SILENCE_DBFS

FRAME_SAMPLES = MONO_RATE_HZ // 50
"""20 ms: finer than any pause that is looked for; 180 kB an hour before they are packed."""

STEPS_PER_DB = 2
"""Half a decibel is below what is heard; -120..0 dBFS then fits a byte."""

AUDIBLE_DBFS = -110.0
"""What is softer is digital silence: dither of 16 bits lies at -98 dBFS."""

FLOOR_PERCENTILE = 2
"""Of the audible frames: pauses and fades of a piece take up about this much of it."""


class Levels:
    """Root mean square of the mono stream, in steps of half a decibel above -120 dBFS."""

    name: ClassVar[str] = "levels"
    version: ClassVar[int] = 2
    hears: ClassVar[Feed] = Feed.MONO_16K

    def __init__(self) -> None:
        self._tracer = Tracer(FRAME_SAMPLES, channels=1)
        self._powers: list[npt.NDArray[np.float32]] = []

    def feed(self, block: Mono) -> None:
        """Hear the next block."""
        self._powers.append(self._tracer.trace([block])[2])

    def finish(self) -> Fields:
        """The curve, `uint8`, shape `(frames,)`, a last shorter frame counted as one.

        `noise_floor_dbfs` is the level that audible frames hardly ever fall below; -120 where
        there are none.
        """
        self._powers.append(self._tracer.end()[2])
        powers = np.concatenate([np.zeros(0, np.float32), *self._powers])
        rms_steps = amplitudes_to_steps(np.sqrt(powers))
        return {
            "frame_samples": FRAME_SAMPLES,
            "rms_steps": rms_steps,
            "noise_floor_dbfs": noise_floor_dbfs(rms_steps),
        }


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


def noise_floor_dbfs(rms_steps: npt.NDArray[np.uint8]) -> float:
    """Level that audible frames hardly ever fall below, -120 if none is audible."""
    levels_dbfs = steps_to_dbfs(rms_steps)
    audible = levels_dbfs[levels_dbfs > AUDIBLE_DBFS]
    return float(np.percentile(audible, FLOOR_PERCENTILE)) if len(audible) else SILENCE_DBFS


def quiet_spans(
    rms_steps: npt.NDArray[np.uint8], threshold_dbfs: float, least_frames: int
) -> npt.NDArray[np.int64]:
    """Stretches that are softer than a threshold.

    Parameters
    ----------
    rms_steps
        The curve of `Levels`.
    threshold_dbfs
        Any level; steps are of half a decibel.
    least_frames
        Shorter stretches are passed over; 50 frames are a second.

    Returns
    -------
    First frame and frame behind the end of each stretch, in order, shape `(stretches, 2)`.
    """
    is_quiet = np.concatenate([[False], steps_to_dbfs(rms_steps) < threshold_dbfs, [False]])
    spans = np.flatnonzero(is_quiet[1:] != is_quiet[:-1]).reshape(-1, 2)
    return spans[spans[:, 1] - spans[:, 0] >= least_frames]
