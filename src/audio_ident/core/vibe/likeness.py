"""What a likeness means in this library: how many of its random pairs are less alike."""

from collections.abc import Sequence

import numpy as np

from audio_ident.core.vibe.pooling import pooled_likeness
from audio_ident.model.vectors import Vectors

PAIRS = 4000
"""The share of random pairs that are less alike is then known to 0.01 in the middle (two standard
errors 0.016) and far better at the upper end, where answers are."""

STEPS = 1000
"""Quantiles are kept at every thousandth."""


def likeness_quantiles(
    recordings: Sequence[Vectors], *, seed: int, pairs: int = PAIRS
) -> tuple[float, ...]:
    """Likeness of random pairs, in order, at equal steps from the least to the greatest.

    Parameters
    ----------
    recordings
        Windows of different recordings, of the library or drawn from it; those without windows are
        left out.
    pairs
        How many are drawn; a pair may be drawn twice.

    Returns
    -------
    tuple
        `STEPS + 1` numbers; empty when there are not two recordings.
    """
    heard = [vectors for vectors in recordings if len(vectors)]
    if len(heard) < 2:
        return ()
    rng = np.random.default_rng(seed)
    first = rng.integers(len(heard), size=pairs)
    second = (first + rng.integers(1, len(heard), size=pairs)) % len(heard)
    likeness = [
        pooled_likeness(heard[one], heard[other]) for one, other in zip(first, second, strict=True)
    ]
    quantiles = np.quantile(likeness, np.linspace(0, 1, STEPS + 1))
    return tuple(round(float(value), 6) for value in quantiles)


def percentile(quantiles: Sequence[float], value: float) -> float | None:
    """Percentage of random pairs that are less alike, 0 to 100; None when nothing was measured."""
    if len(quantiles) < 2:
        return None
    share = np.interp(value, quantiles, np.linspace(0, 100, len(quantiles)))
    return float(share)
