"""Loudness of a programme by ITU-R BS.1770-4, EBU Tech 3341 and 3342.

Everything is computed from the weighted power of blocks of 20 ms. Windows begin at every block
where the maximum is asked for, and every 100 ms where the standards gate.
"""

import dataclasses

import numpy as np
import numpy.typing as npt

from audio_ident.core.sound_kernels import BLOCKS_PER_SECOND
from audio_ident.units import SILENCE_DBFS

MOMENTARY_BLOCKS = BLOCKS_PER_SECOND * 4 // 10
"""400 ms (BS.1770-4, EBU Tech 3341)."""

SHORT_TERM_BLOCKS = BLOCKS_PER_SECOND * 3
"""3 s (EBU Tech 3341)."""

GATING_STEP_BLOCKS = BLOCKS_PER_SECOND // 10
"""100 ms: 75 % overlap of gating blocks (BS.1770-4), 10 Hz (EBU Tech 3342)."""

OFFSET_LU = -0.691
"""Makes a full-scale sine of 997 Hz in one channel -3.01 LUFS (BS.1770-4)."""

ABSOLUTE_GATE_LUFS = -70.0
RELATIVE_GATE_LU = -10.0
"""Below the loudness of what passes the absolute gate (BS.1770-4)."""

RANGE_GATE_LU = -20.0
"""The same for the loudness range (EBU Tech 3342)."""

RANGE_PERCENTILES = (10, 95)

STEPS_PER_LU = 2
"""Steps of the stored curve; a mean over 400 ms of it is exact to 0.1 LU."""

Powers = npt.NDArray[np.floating]
"""Weighted mean squares, full scale = 1, shape `(blocks,)`."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    """Loudness of a whole stream; `SILENCE_DBFS` where no window fits or nothing passes a gate."""

    integrated_lufs: float
    range_lu: float
    """Loudness range; 0 where nothing passes its gates."""
    max_momentary_lufs: float
    max_short_term_lufs: float


def power_to_lufs(power: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Loudness of weighted power, at least `SILENCE_DBFS`."""
    least = 10 ** ((SILENCE_DBFS - OFFSET_LU) / 10)
    floored = np.maximum(np.asarray(power, np.float64), least)
    return np.asarray(OFFSET_LU + 10 * np.log10(floored), np.float64)


def lufs_to_power(loudness_lufs: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Weighted power of a loudness."""
    exponent = (np.asarray(loudness_lufs, np.float64) - OFFSET_LU) / 10
    return np.asarray(np.power(10.0, exponent), np.float64)


def window_powers(powers: Powers, blocks: int, step: int = 1) -> npt.NDArray[np.float64]:
    """Mean power of each window of so many blocks that lies in the stream, every `step` blocks."""
    if len(powers) < blocks:
        return np.zeros(0)
    sums = np.concatenate([[0.0], np.cumsum(powers, dtype=np.float64)])
    means: npt.NDArray[np.float64] = (sums[blocks:] - sums[:-blocks])[::step] / blocks
    return means


def programme_loudness(powers: Powers) -> Programme:
    """Integrated loudness, range and maxima of a stream."""
    gating = window_powers(powers, MOMENTARY_BLOCKS, GATING_STEP_BLOCKS)
    ranging = window_powers(powers, SHORT_TERM_BLOCKS, GATING_STEP_BLOCKS)
    return Programme(
        integrated_lufs=float(power_to_lufs(_mean(_gated(gating, RELATIVE_GATE_LU)))),
        range_lu=_range_lu(_gated(ranging, RANGE_GATE_LU)),
        max_momentary_lufs=_loudest(powers, MOMENTARY_BLOCKS),
        max_short_term_lufs=_loudest(powers, SHORT_TERM_BLOCKS),
    )


def powers_to_steps(powers: Powers) -> npt.NDArray[np.uint8]:
    """The curve as stored: half LU above `SILENCE_DBFS`, rounded, up to +7.5 LUFS."""
    steps = np.rint((power_to_lufs(powers) - SILENCE_DBFS) * STEPS_PER_LU)
    return np.minimum(steps, 255).astype(np.uint8)


def loudness_curve(
    steps: npt.NDArray[np.uint8], window_blocks: int = MOMENTARY_BLOCKS, step_blocks: int = 1
) -> npt.NDArray[np.float64]:
    """Loudness over time from the stored curve.

    Parameters
    ----------
    steps
        `block_steps` of the listener, one for each 20 ms.
    window_blocks
        `MOMENTARY_BLOCKS`, `SHORT_TERM_BLOCKS` or any other number.
    step_blocks
        From the start of one window to the next.

    Returns
    -------
    LUFS of each window that lies in the stream; value k begins at k * `step_blocks` * 20 ms.
    """
    loudness_lufs = steps.astype(np.float64) / STEPS_PER_LU + SILENCE_DBFS
    powers = np.where(steps > 0, lufs_to_power(loudness_lufs), 0)
    return power_to_lufs(window_powers(powers, window_blocks, step_blocks))


def _gated(powers: npt.NDArray[np.float64], relative_gate_lu: float) -> npt.NDArray[np.float64]:
    heard = powers[power_to_lufs(powers) > ABSOLUTE_GATE_LUFS]
    return heard[power_to_lufs(heard) > power_to_lufs(_mean(heard)) + relative_gate_lu]


def _range_lu(powers: npt.NDArray[np.float64]) -> float:
    if not len(powers):
        return 0.0
    low, high = np.percentile(power_to_lufs(powers), RANGE_PERCENTILES)
    return float(high - low)


def _loudest(powers: Powers, blocks: int) -> float:
    return float(power_to_lufs(window_powers(powers, blocks).max(initial=0)))


def _mean(powers: npt.NDArray[np.float64]) -> float:
    return float(powers.mean()) if len(powers) else 0.0
