"""How high a wave rises between its samples: the interpolation of ITU-R BS.1770-4, annex 2.

A windowed sinc gives the values at a quarter, a half and three quarters between two samples from
the six on either side: 48 taps in four phases, as in the annex. The first phase is the samples
themselves, so a true peak is never below the sample peak.
"""

import dataclasses

import numpy as np
import numpy.typing as npt

REACH_SAMPLES = 12
"""Samples around an interval; as in sound_kernels.c and the annex."""

WINDOW_SHAPE = 4.0
"""Of the Kaiser window: up to 0.35 of the rate (15 kHz at 44.1) no value is wrong by 0.1 dB."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Interpolation:
    """The filter in the form that `sound_kernels.PeakMeter` runs.

    The taps for three quarters are those for a quarter in reverse: both need only half the sum
    (`even`) and half the difference (`odd`) of the taps that mirror each other.
    """

    factor: int
    """4, 2 or 1 values for each sample."""
    even: tuple[float, ...]
    odd: tuple[float, ...]
    middle: tuple[float, ...]
    """Taps for a half; the second half of them mirrors these."""
    gain: float
    """Largest sum of absolute taps: no value rises above the samples around it times this."""


def interpolation_at(rate_hz: int) -> Interpolation:
    """Interpolation fourfold below 96 kHz, twofold below 192 kHz, else none (annex 2)."""
    factor = 4 if rate_hz < 96_000 else 2 if rate_hz < 192_000 else 1
    half = REACH_SAMPLES // 2
    quarter, middle = _taps(0.25), _taps(0.5)
    mirrored = quarter[::-1]
    gain = max(float(np.abs(taps).sum()) for taps in (quarter, middle))
    quarter_share = 0.5 if factor == 4 else 0.0
    return Interpolation(
        factor=factor,
        even=tuple((quarter_share * (quarter + mirrored)[:half]).tolist()),
        odd=tuple((quarter_share * (quarter - mirrored)[:half]).tolist()),
        middle=tuple(middle[:half].tolist()),
        gain=gain * 1.0001,  # far above what rounding to float32 adds
    )


def _taps(part: float) -> npt.NDArray[np.float64]:
    """Weights of the samples around the point that lies `part` behind the sixth."""
    half = REACH_SAMPLES // 2
    distance = np.arange(-half + 1, half + 1) - part
    window = np.i0(WINDOW_SHAPE * np.sqrt(1 - (distance / half) ** 2)) / np.i0(WINDOW_SHAPE)
    taps = np.sinc(distance) * window
    return np.asarray(taps / taps.sum(), np.float64)
