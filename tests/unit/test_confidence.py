"""Confidence is a probability that grows with the evidence."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from audio_ident.core.confidence import OTHER_SPEED, OWN_SPEED, Calibration, confidence_of
from audio_ident.core.witness import NAMES

CALIBRATIONS = st.sampled_from([OWN_SPEED, OTHER_SPEED])


def _seen(score: float, nearby_deviation: float) -> np.ndarray:
    values = dict.fromkeys(NAMES, 0.0) | {
        "score": score,
        "root_score": score**0.5,
        "nearby_deviation": nearby_deviation,
    }
    return np.array([values[name] for name in NAMES])


@given(st.floats(allow_nan=False))
def test_any_log_odds_give_a_probability(log_odds: float) -> None:
    """No evidence is so strong that the arithmetic overflows."""
    assert 0 <= confidence_of(log_odds) <= 1


@given(CALIBRATIONS, st.floats(0, 100), st.floats(0, 20))
def test_a_higher_score_is_surer(calibration: Calibration, score: float, nearby: float) -> None:
    """All else equal, more evidence means more confidence."""
    assert calibration.log_odds(_seen(score + 1, nearby)) > calibration.log_odds(
        _seen(score, nearby)
    )


@given(CALIBRATIONS, st.floats(1, 100), st.floats(0, 20))
def test_scores_that_vary_nearby_make_less_sure(
    calibration: Calibration, score: float, nearby: float
) -> None:
    """Music that scores well a beat later too is rhythm, not identity."""
    assert calibration.log_odds(_seen(score, nearby + 1)) < calibration.log_odds(
        _seen(score, nearby)
    )


def test_every_weight_names_a_witness() -> None:
    """A misspelt witness would silently weigh nothing."""
    for calibration in (OWN_SPEED, OTHER_SPEED):
        assert set(calibration.weights) == set(NAMES)
        assert 0.5 < calibration.accepted < 1
