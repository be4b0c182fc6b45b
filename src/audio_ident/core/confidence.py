"""How sure: from the witnesses of a place to a calibrated probability.

A logistic regression over a few witnesses, one for places found at the clip's own speed and one
for those found by trying other speeds. `benchmarks/calibrate.py` fits the weights on labelled
clips of real music, half of them of recordings that are not indexed, and draws the reliability
plot; decision 9 tells with what result.
"""

import dataclasses
import math
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from audio_ident.core.witness import NAMES

ACCEPTED = 0.9
"""Least confidence of an answer; see decision 9 for the share of foreign clips that reach it."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """Weights of the witnesses, in natural-log odds."""

    intercept: float
    weights: Mapping[str, float]

    def log_odds(self, seen: npt.NDArray[np.float64]) -> float:
        """Log odds that the place is right, for witnesses of shape `(len(NAMES),)`."""
        values = dict(zip(NAMES, seen.tolist(), strict=True))
        return self.intercept + math.fsum(w * values[name] for name, w in self.weights.items())


OWN_SPEED = Calibration(
    intercept=-8.0,
    weights={"score": 0.6},
)
"""For places found at the clip's own speed."""

OTHER_SPEED = Calibration(
    intercept=-14.0,
    weights={"score": 0.6},
)
"""For the best of many speeds, tempi and pitches: each is another chance to be wrong."""


def confidence_of(log_odds: float) -> float:
    """Probability in 0..1."""
    return 1 / (1 + math.exp(-max(-50.0, min(50.0, log_odds))))
