"""How regularly sounds begin: the autocorrelation of an onset curve, read at tempi."""

import numpy as np
import numpy.typing as npt

from audio_ident.core.sound_frames import SHORT_HOP_SAMPLES
from audio_ident.model.audio import MONO_RATE_HZ

Curve = npt.NDArray[np.float64]

FRAMES_PER_MINUTE = 60 * MONO_RATE_HZ / SHORT_HOP_SAMPLES
"""Onset frames in a minute: 1875."""

SLOWEST_BPM, FASTEST_BPM = 40.0, 240.0
"""Tempi that are looked for."""


def autocorrelation(onsets: Curve, lags: int) -> Curve:
    """Likeness of a curve to itself a number of frames later.

    Parameters
    ----------
    onsets
        One or more curves, shape `(..., frames)`.
    lags
        How many distances are wanted, from 0 on.

    Returns
    -------
    ndarray
        Shape `(..., lags)`, 1 at distance 0; all zero for a curve that never changes.
    """
    frames = onsets.shape[-1]
    size = 1 << (frames + lags - 1).bit_length()
    spectra = np.fft.rfft(onsets - onsets.mean(axis=-1, keepdims=True), size)
    products = np.fft.irfft(np.square(spectra.real) + np.square(spectra.imag), size)[..., :lags]
    energy = products[..., :1]
    pairs = np.maximum(frames - np.arange(lags), 1) / frames
    is_flat = energy <= 1e-9 * frames
    return np.where(is_flat, 0, products / np.where(is_flat, 1, energy) / pairs)


def read_at(curve: Curve, lags: Curve) -> Curve:
    """Values between whole lags, on straight lines; lags lie within the curve."""
    whole = np.minimum(lags.astype(np.int64), curve.shape[-1] - 2)
    part = lags - whole
    read: Curve = curve[..., whole] * (1 - part) + curve[..., whole + 1] * part
    return read
