"""How sure: from the witnesses of a place to a calibrated probability.

A logistic regression over a few witnesses, one for places found at the clip's own speed and one
for those found by trying other speeds. `benchmarks/calibrate.py` fits the weights on labelled
clips of real music, right and wrong places counting equally, and draws the reliability plot;
decision 9 tells with what result.
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
    intercept=-16.625,
    weights={
        "score": 0.0717,
        "root_score": 4.2034,
        "mean_evidence": 0.3725,
        "log_seconds": 0.3225,
        "nearby_mean": -0.8576,
        "nearby_deviation": -2.5180,
        "nearby_most": 0.3404,
        "clip_height": 0.2804,
        "log_votes": 0.5580,
    },
    accepted=0.97,
)
"""For places found at the clip's own speed."""

OTHER_SPEED = Calibration(
    intercept=-14.666,
    weights={
        "score": 0.1520,
        "root_score": 3.9304,
        "mean_evidence": 0.7265,
        "log_seconds": -0.6360,
        "nearby_mean": -1.3185,
        "nearby_deviation": -2.1928,
        "nearby_most": 0.0713,
        "clip_height": -0.6437,
        "log_votes": 1.3159,
    },
    accepted=0.82,
)
"""For the best of many speeds, tempi and pitches: each is another chance to be wrong."""


def confidence_of(log_odds: float) -> float:
    """Probability in 0..1."""
    return 1 / (1 + math.exp(-max(-50.0, min(50.0, log_odds))))
