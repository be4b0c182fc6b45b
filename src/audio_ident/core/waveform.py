"""The waveform of a whole file at several scales, for drawing: a pyramid of points.

A point is the lowest and the highest sample and the root mean square of a stretch, over all
channels together. Points of level 0 span 256 samples of the file (or more, see
`first_point_samples`), those of each further level four points of the level below.

All channels share one envelope: a mean of channels would draw nothing where they cancel each
other, and a curve for each channel would double the size of what is drawn as one.
"""

from collections.abc import Mapping
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from audio_ident.errors import BadInput
from audio_ident.model.analysis import Field

LEVELS = 8
"""The last level has a point for every 95 s at 44.1 kHz: 150 points for four hours."""

POINTS_PER_POINT = 4
"""Points of one level in a point of the next."""

FULL_SCALE = 127
"""Value that stands for 1.0; what overshoots is drawn as full scale."""

SMALLEST_POINT_SAMPLES = 256
MOST_POINTS_PER_SECOND = 188
"""Of level 0: 256 samples up to 48 kHz, 1024 up to 192 kHz. That keeps an hour below 2 MB."""

Points: TypeAlias = npt.NDArray[np.int8]
"""Rows of lowest, highest, root mean square in 1/127 of full scale, shape `(3, points)`."""

Measures: TypeAlias = npt.NDArray[np.float32]
"""Rows of lowest, highest, mean square, full scale = 1, shape `(3, points)`."""


def first_point_samples(rate_hz: int) -> int:
    """Samples in a point of level 0: 256 times a power of four."""
    samples = SMALLEST_POINT_SAMPLES
    while rate_hz > MOST_POINTS_PER_SECOND * samples:
        samples *= POINTS_PER_POINT
    return samples


def coarser(measures: Measures) -> Measures:
    """The next level: every four points as one; the last point may have fewer below it."""
    starts = np.arange(0, measures.shape[1], POINTS_PER_POINT)
    if not len(starts):
        return measures
    low, high, power = measures
    counts = np.diff(np.append(starts, measures.shape[1])).astype(np.float32)
    return np.stack(
        [
            np.minimum.reduceat(low, starts),
            np.maximum.reduceat(high, starts),
            np.add.reduceat(power, starts) / counts,
        ]
    )


def to_points(measures: Measures) -> Points:
    """Points as drawn, rounded away from zero: what is not silent is seen."""
    low, high, power = measures
    rows = np.stack([np.floor(low * FULL_SCALE), np.ceil(high * FULL_SCALE), np.sqrt(power)])
    rows[2] = np.ceil(rows[2] * FULL_SCALE)
    points: Points = np.clip(rows, -FULL_SCALE, FULL_SCALE).astype(np.int8)
    return points


def packed(points: Points) -> Points:
    """Each row as differences (modulo 256), which compress a tenth better."""
    return np.diff(points.view(np.uint8), axis=1, prepend=np.uint8(0)).view(np.int8)


def unpacked(differences: Points) -> Points:
    """The inverse of `packed`."""
    return np.cumsum(differences.view(np.uint8), axis=1, dtype=np.uint8).view(np.int8)


def level_name(level: int) -> str:
    """Field of a level in the section `waveform`."""
    return f"level_{level}"


def points_between(fields: Mapping[str, Field], level: int, first: int, count: int) -> Points:
    """A stretch of the waveform, as far as the file has it.

    Parameters
    ----------
    fields
        Of the section `waveform`; only the level that is asked for is looked at.
    level
        0 is the finest; a point of `level` spans `first_point_samples * 4**level` samples.
    first, count
        Points of that level, both at least 0.

    Returns
    -------
    Shape `(3, at most count)`: lowest, highest and root mean square in 1/127 of full scale.

    Raises
    ------
    BadInput
        There is no such level, or the stretch begins or ends before the file.
    """
    if not 0 <= level < LEVELS or first < 0 or count < 0:
        raise BadInput(f"no points {first} to {first + count} at level {level} of {LEVELS}")
    return unpacked(np.asarray(fields[level_name(level)], np.int8))[:, first : first + count]
