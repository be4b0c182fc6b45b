"""Seconds, samples, ticks, milliseconds and decibels: the only conversions between them.

A *tick* is 1/28 224 000 s, the least common multiple of the usual sample rates from 8 to
192 kHz, so that every sample position of those rates is a whole number of ticks.
"""

import math
from typing import NewType

Ticks = NewType("Ticks", int)

TICKS_PER_SECOND = 28_224_000
"""Ticks in one second; exact for 8, 11.025, 16, 22.05, 32, 44.1, 48, 88.2, 96, 176.4, 192 kHz."""

SILENCE_DBFS = -120.0
"""Level reported for digital silence, in dBFS; keeps logarithms finite."""


def samples_to_ticks(samples: int, rate_hz: int) -> Ticks:
    """Position of a sample in ticks, rounded half up when the rate does not divide a tick."""
    return Ticks((2 * samples * TICKS_PER_SECOND + rate_hz) // (2 * rate_hz))


def ticks_to_samples(ticks: Ticks, rate_hz: int) -> int:
    """Sample position nearest to a tick, rounded half up."""
    return (2 * ticks * rate_hz + TICKS_PER_SECOND) // (2 * TICKS_PER_SECOND)


def seconds_to_ticks(seconds: float) -> Ticks:
    """Ticks for seconds that came from a person or another program, rounded half up."""
    return Ticks(math.floor(seconds * TICKS_PER_SECOND + 0.5))


def ticks_to_seconds(ticks: Ticks) -> float:
    """Seconds for display; never feed them back into ticks."""
    return ticks / TICKS_PER_SECOND


def seconds_to_milliseconds(seconds: float) -> int:
    """Whole milliseconds, rounded half up."""
    return math.floor(seconds * 1000 + 0.5)


def amplitude_to_dbfs(amplitude: float) -> float:
    """Level in dBFS of a linear amplitude (full scale = 1), at least `SILENCE_DBFS`."""
    if amplitude <= 0:
        return SILENCE_DBFS
    return max(SILENCE_DBFS, 20 * math.log10(amplitude))
