"""What a window of ten seconds sounds like, in 118 numbers that need no trained weights.

`DIMENSIONS` names each of them. They are raw statistics: an index scales them when it is built
(subtract a mean and divide by a deviation, both fixed and versioned, weigh the rhythm block), so
that another scaling needs no audio. Nothing here depends on one.
"""

from collections.abc import Iterator
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from audio_ident.core.rhythm import (
    FASTEST_BPM,
    FRAMES_PER_MINUTE,
    SLOWEST_BPM,
    Curve,
    autocorrelation,
    read_at,
)
from audio_ident.core.sound_frames import CEPSTRAL, CONTRAST_EDGES_HZ, PITCH_CLASSES, Groups

Statistics: TypeAlias = npt.NDArray[np.float64]

TEMPI_BPM = np.geomspace(SLOWEST_BPM, FASTEST_BPM, 30)
"""Where the autocorrelation is read."""

DELTA_REACH = 2
"""The slope of a coefficient is fitted over two frames (64 ms) to either side."""

_OCTAVES = [f"below_{hz}_hz" for hz in CONTRAST_EDGES_HZ[1:]]
_HARMONICS = range(1, PITCH_CLASSES // 2 + 1)
_THIRDS = ("low", "middle", "high")

BLOCKS: tuple[tuple[str, tuple[str, ...]], ...] = (
    # Mean over the window's 32 ms frames of each mel-frequency cepstral coefficient; 0 is level.
    ("timbre", tuple(f"mfcc_{i}_mean" for i in range(CEPSTRAL))),
    # Standard deviation of each: how much the timbre varies.
    ("timbre", tuple(f"mfcc_{i}_deviation" for i in range(CEPSTRAL))),
    # Standard deviation of each one's slope: how fast it varies.
    ("timbre", tuple(f"mfcc_{i}_slope_deviation" for i in range(CEPSTRAL))),
    # Spectral contrast: log ratio of peaks to valleys in each octave; tones high, noise low.
    ("timbre", tuple(f"contrast_{octave}_mean" for octave in _OCTAVES)),
    ("timbre", tuple(f"contrast_{octave}_deviation" for octave in _OCTAVES)),
    # Magnitude of the k-th Fourier coefficient around the circle of the twelve pitch classes, of
    # their mean shares: the same in every key. 5 is high for diatonic, 4 for octatonic, 3 for
    # augmented, 6 for whole-tone, 1 for clustered, 2 for tritone-laden music.
    ("harmony", tuple(f"pitch_circle_{k}" for k in _HARMONICS)),
    # Evenness of the mean shares (entropy, 1 = all alike); mean share of the strongest class of
    # each frame; mean change of the shares from one frame (128 ms) to the next.
    ("harmony", ("pitch_evenness", "pitch_strongest", "pitch_change")),
    # Autocorrelation of the onset curve after one beat at each tempo.
    ("rhythm", tuple(f"repeats_at_{bpm:.0f}_bpm" for bpm in TEMPI_BPM)),
    # Highest autocorrelation at any of these tempi of the low, middle and high frequencies alone.
    ("rhythm", tuple(f"repeats_{third}" for third in _THIRDS)),
    # Mean and deviation of the onset curve, its highest value over its mean, and the share of
    # frames that lie a deviation above the mean.
    ("rhythm", ("onset_mean", "onset_deviation", "onset_crest", "onset_density")),
)
"""The parts in order: the block (`timbre`, `harmony`, `rhythm`) that an index weighs as one, and
the names of its numbers."""

DIMENSIONS: tuple[str, ...] = tuple(name for _, names in BLOCKS for name in names)
"""Name of each number of a descriptor."""

_LAGS = FRAMES_PER_MINUTE / TEMPI_BPM
_LAG_COUNT = int(_LAGS.max()) + 2


def describe(groups: Groups) -> npt.NDArray[np.float32]:
    """Raw statistics of one window.

    Parameters
    ----------
    groups
        Frames of the window, shape `(n,)`, `n >= 1`.

    Returns
    -------
    ndarray
        Finite, shape `(118,)`, in the order of `DIMENSIONS`.
    """
    parts = (*_timbre(groups), *_harmony(groups), *_rhythm(groups))
    return np.concatenate(parts, dtype=np.float32, casting="same_kind")


def _timbre(groups: Groups) -> Iterator[Statistics]:
    cepstrum = groups["cepstrum"].reshape(-1, CEPSTRAL).astype(np.float64)
    contrast = groups["contrast"].reshape(len(cepstrum), -1).astype(np.float64)
    mean, deviation = _spread(np.concatenate([cepstrum, contrast], axis=1))
    yield mean[:CEPSTRAL]
    yield deviation[:CEPSTRAL]
    yield _spread(_slopes(cepstrum))[1]
    yield mean[CEPSTRAL:]
    yield deviation[CEPSTRAL:]


def _spread(curves: Statistics) -> tuple[Statistics, Statistics]:
    """Mean and standard deviation over time."""
    mean = curves.mean(axis=0)
    return mean, np.sqrt(np.square(curves - mean).mean(axis=0))


def _slopes(curves: Statistics) -> Statistics:
    """Least-squares slope around each frame, per frame; the ends are repeated outwards."""
    ends = [curves[:1]] * DELTA_REACH, [curves[-1:]] * DELTA_REACH
    padded = np.concatenate([*ends[0], curves, *ends[1]])
    slopes = np.zeros_like(curves)
    for step in range(1, DELTA_REACH + 1):
        later = padded[DELTA_REACH + step :][: len(curves)]
        earlier = padded[DELTA_REACH - step :][: len(curves)]
        slopes += step * (later - earlier)
    return slopes / (2 * sum(step * step for step in range(1, DELTA_REACH + 1)))


def _harmony(groups: Groups) -> Iterator[Statistics]:
    energy = groups["chroma"].astype(np.float64)
    total = energy.sum(axis=1, keepdims=True)
    is_silent = total <= 0
    shares = np.where(is_silent, 1 / PITCH_CLASSES, energy / np.where(is_silent, 1, total))
    mean = shares.mean(axis=0)
    yield np.abs(np.fft.rfft(mean))[1:]
    evenness = -(mean * np.log(np.maximum(mean, 1e-12))).sum() / np.log(PITCH_CLASSES)
    change = np.abs(np.diff(shares, axis=0)).sum(axis=1)
    yield np.array([evenness, shares.max(axis=1).mean(), change.mean() if len(change) else 0.0])


def _rhythm(groups: Groups) -> Iterator[Statistics]:
    thirds = groups["onset"].astype(np.float64).reshape(-1, len(_THIRDS)).T
    onsets = thirds.mean(axis=0)
    curves = autocorrelation(np.vstack([onsets, thirds]), _LAG_COUNT)
    repeats = read_at(curves, _LAGS)
    yield repeats[0]
    yield curves[1:, int(_LAGS.min()) : _LAG_COUNT].max(axis=1)
    yield _strength(onsets)


def _strength(onsets: Curve) -> Statistics:
    mean, deviation = onsets.mean(), onsets.std()
    crest = onsets.max() / mean if mean > 0 else 0.0
    return np.array([mean, deviation, crest, np.mean(onsets > mean + deviation)])
