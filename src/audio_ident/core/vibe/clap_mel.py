"""The log-mel spectrogram that CLAP models hear, as their reference extractor makes it.

Computed in float64: float32 would be off by more than 1e-4 dB.
"""

import dataclasses
import functools
import math
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from audio_ident.errors import BadInput
from audio_ident.model.audio import Mono

LogMel: TypeAlias = npt.NDArray[np.float32]
"""Level in dB, shape `(frames, bands)`."""

FLOOR = 1e-10
"""Least power of a band: silence is -100 dB."""

_HZ_PER_MEL = 200 / 3
_KNEE_HZ, _KNEE_MEL = 1000.0, 15.0
"""Where Slaney's scale turns from linear to logarithmic."""
_LOG_STEP = math.log(6.4) / 27


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class MelRecipe:
    """How a spectrogram is made: the preprocessing values of a checkpoint."""

    rate_hz: int
    fft_samples: int
    hop_samples: int
    bands: int
    lowest_hz: float
    highest_hz: float
    is_slaney: bool
    """Slaney's scale with bands of equal area, as unfused checkpoints; else HTK's with bands of
    equal height, as fused ones."""

    def frames(self, samples: int) -> int:
        """How many frames so many samples have."""
        return 1 + samples // self.hop_samples


def log_mel(samples: Mono, recipe: MelRecipe) -> LogMel:
    """Levels of the bands of a sound.

    Parameters
    ----------
    samples
        Shape `(n,)`, more than half of `fft_samples`, at `recipe.rate_hz`.

    Returns
    -------
    ndarray
        dB, float32, shape `(recipe.frames(n), recipe.bands)`.

    Raises
    ------
    BadInput
        The sound is too short.
    """
    half = recipe.fft_samples // 2
    if len(samples) <= half:
        raise BadInput(f"a spectrogram needs more than {half} samples")
    padded = np.pad(samples.astype(np.float64), half, mode="reflect")
    frames = np.lib.stride_tricks.sliding_window_view(padded, recipe.fft_samples)
    spectra = np.fft.rfft(frames[:: recipe.hop_samples] * _hann(recipe.fft_samples), axis=1)
    power = (spectra.real**2 + spectra.imag**2) @ _filters(recipe)
    levels: LogMel = (10 * np.log10(np.maximum(power, FLOOR))).astype(np.float32)
    return levels


@functools.lru_cache(maxsize=4)
def _hann(samples: int) -> npt.NDArray[np.float64]:
    """Periodic window: the symmetric one of one more sample, without its last."""
    return np.hanning(samples + 1)[:-1]


@functools.lru_cache(maxsize=4)
def _filters(recipe: MelRecipe) -> npt.NDArray[np.float64]:
    """Triangles, shape `(bins, bands)`."""
    to_mel, to_hz = (_slaney_mel, _slaney_hz) if recipe.is_slaney else (_htk_mel, _htk_hz)
    bins_hz = np.linspace(0, recipe.rate_hz // 2, recipe.fft_samples // 2 + 1)
    corners_hz = to_hz(
        np.linspace(to_mel(recipe.lowest_hz), to_mel(recipe.highest_hz), recipe.bands + 2)
    )
    widths_hz = np.diff(corners_hz)
    distances_hz = corners_hz - bins_hz[:, None]
    rising = -distances_hz[:, :-2] / widths_hz[:-1]
    falling = distances_hz[:, 2:] / widths_hz[1:]
    triangles = np.maximum(0, np.minimum(rising, falling))
    if recipe.is_slaney:
        triangles *= 2 / (corners_hz[2:] - corners_hz[:-2])
    return triangles


def _slaney_mel(hz: float) -> float:
    if hz < _KNEE_HZ:
        return hz / _HZ_PER_MEL
    return _KNEE_MEL + math.log(hz / _KNEE_HZ) / _LOG_STEP


def _slaney_hz(mel: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    above = _KNEE_HZ * np.exp(_LOG_STEP * (mel - _KNEE_MEL))
    return np.where(mel < _KNEE_MEL, mel * _HZ_PER_MEL, above)


def _htk_mel(hz: float) -> float:
    return 2595 * math.log10(1 + hz / 700)


def _htk_hz(mel: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.asarray(700 * (10 ** (mel / 2595) - 1), np.float64)
