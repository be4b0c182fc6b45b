"""K-weighting at any rate: how much the ear takes of each frequency, by ITU-R BS.1770-4.

Two filters in a row: a shelf for the head, which lifts the treble by 4 dB, and a high-pass. The
standard gives their coefficients at 48 kHz only. The frequencies, gains and qualities below are
those of the analogue filters behind them, from which the bilinear transform gives the
coefficients at any rate, and at 48 kHz those of the standard to the sixth digit.
"""

import dataclasses
import math
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np

SHELF_HZ = 1681.974450955533
SHELF_GAIN_DB = 3.999843853973347
SHELF_QUALITY = 0.7071752369554196
SHELF_EXPONENT = 0.4996667741545416
"""Power of the gain at the middle of the shelf."""

HIGH_PASS_HZ = 38.13547087602444
HIGH_PASS_QUALITY = 0.5003270373238773

HIGHEST_SHARE = 0.45
"""The shelf of a rate too low for it is moved to this share of the rate: it must stay stable."""

SURROUND_WEIGHT = 1.41
"""+1.5 dB for channels beside the listener (BS.1770-4, table 3)."""

Biquad: TypeAlias = tuple[tuple[float, float, float], tuple[float, float, float]]
"""Numerator and denominator; the denominator begins with 1."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Recursions:
    """Both filters in the form that `sound_kernels.Weigher` runs.

    Each denominator 1 + p z + q z^2 is extended by 1 - p z + q z^2 to one of z^2 and z^4 alone;
    the numerator takes the same factor. The filter stays the same, and two neighbouring samples
    no longer wait for each other.
    """

    taps: tuple[float, ...]
    """Of all numerators together, for the samples now to 8 before."""
    shelf: tuple[float, float]
    """For the results 2 and 4 before."""
    high_pass: tuple[float, float]


def shelf_filter(rate_hz: float) -> Biquad:
    """The filter for the head."""
    k = math.tan(math.pi * min(SHELF_HZ / rate_hz, HIGHEST_SHARE))
    high = 10 ** (SHELF_GAIN_DB / 20)
    middle = high**SHELF_EXPONENT
    slope = k / SHELF_QUALITY
    scale = 1 + slope + k * k
    numerator = (
        (high + middle * slope + k * k) / scale,
        2 * (k * k - high) / scale,
        (high - middle * slope + k * k) / scale,
    )
    return numerator, _denominator(k, slope)


def high_pass_filter(rate_hz: float) -> Biquad:
    """The filter against rumble; its gain is not normalised, as in the standard."""
    k = math.tan(math.pi * HIGH_PASS_HZ / rate_hz)
    return (1.0, -2.0, 1.0), _denominator(k, k / HIGH_PASS_QUALITY)


def _denominator(k: float, slope: float) -> tuple[float, float, float]:
    scale = 1 + slope + k * k
    return 1.0, 2 * (k * k - 1) / scale, (1 - slope + k * k) / scale


def recursions_at(rate_hz: float) -> Recursions:
    """K-weighting at a rate."""
    taps = np.ones(1)
    feedback = []
    for numerator, (one, p, q) in (shelf_filter(rate_hz), high_pass_filter(rate_hz)):
        taps = np.convolve(np.convolve(taps, numerator), (one, -p, q))
        feedback.append((2 * q - p * p, q * q))
    return Recursions(taps=tuple(taps.tolist()), shelf=feedback[0], high_pass=feedback[1])


def channel_weights(channel_names: Sequence[str]) -> list[float]:
    """How much each channel counts.

    Low-frequency channels are left out and those beside the listener (60 to 120 degrees) count
    more. In a layout without side channels the back ones stand there, as in most 5.1 files. A
    file that has nothing but a low-frequency channel is measured by it.
    """
    has_sides = any(name.startswith("S") for name in channel_names)
    beside = {"SL", "SR"} if has_sides else {"BL", "BR"}
    weights = [
        0.0 if name.startswith("LFE") else SURROUND_WEIGHT if name in beside else 1.0
        for name in channel_names
    ]
    return weights if any(weights) else [1.0] * len(weights)
