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


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """Weights of the witnesses, in natural-log odds."""

    intercept: float
    weights: Mapping[str, float]
    accepted: float
    """Least confidence of an answer."""

    def log_odds(self, seen: npt.NDArray[np.float64]) -> float:
        """Log odds that the place is right, for witnesses of shape `(len(NAMES),)`."""
        values = dict(zip(NAMES, seen.tolist(), strict=True))
        return self.intercept + math.fsum(w * values[name] for name, w in self.weights.items())


OWN_SPEED = Calibration(
    intercept=-16.525,
    weights={
        "score": 0.0643,
        "root_score": 3.8837,
        "mean_evidence": 0.5801,
        "log_seconds": 0.4567,
        "nearby_mean": -0.8779,
        "nearby_deviation": -2.3729,
        "nearby_most": 0.3362,
        "clip_height": 0.4122,
        "log_votes": 0.5023,
    },
    accepted=0.99,
)
"""For places found at the clip's own speed."""

OTHER_SPEED = Calibration(
    intercept=-15.216,
    weights={
        "score": 0.1418,
        "root_score": 3.6837,
        "mean_evidence": 0.9775,
        "log_seconds": -0.2936,
        "nearby_mean": -1.2481,
        "nearby_deviation": -2.1377,
        "nearby_most": 0.0714,
        "clip_height": -0.4486,
        "log_votes": 1.3286,
    },
    accepted=0.9,
)
"""For the best of many speeds, tempi and pitches: each is another chance to be wrong."""


def confidence_of(log_odds: float) -> float:
    """Probability in 0..1."""
    return 1 / (1 + math.exp(-max(-50.0, min(50.0, log_odds))))
