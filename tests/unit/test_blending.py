"""Arithmetic of questions that are made of several sounds."""

import numpy as np
import pytest

from audio_ident.identify.vibe.blending import (
    MINUS_WEIGHT,
    blend_likenesses,
    mean_direction,
    moved_away,
    search_vectors,
)
from audio_ident.model.vectors import Vectors


def rows(*vectors: tuple[float, ...]) -> Vectors:
    """Vectors of length 1."""
    array = np.array(vectors, np.float32)
    found: Vectors = array / np.linalg.norm(array, axis=1, keepdims=True)
    return found


def test_nothing_unwanted_changes_nothing() -> None:
    """The vectors are those that were given."""
    wanted = rows((1, 0), (0, 1))

    assert moved_away(wanted, []) is wanted


def test_half_of_the_unwanted_direction_is_taken_away() -> None:
    """Lengths are 1 afterwards."""
    (moved,) = moved_away(rows((1, 0)), [rows((0, 1))])

    assert moved == pytest.approx(rows((1, -MINUS_WEIGHT))[0])


def test_a_long_unwanted_sound_counts_as_a_short_one() -> None:
    """However many windows it has."""
    wanted = rows((1, 1, 1))
    long, short = rows(*[(1, 0, 0)] * 50), rows((0, 1, 0))

    assert moved_away(wanted, [long, short]) == pytest.approx(moved_away(wanted, [long[:1], short]))


def test_what_is_wanted_and_unwanted_keeps_its_direction() -> None:
    """Nothing is divided by zero."""
    wanted = rows((0.6, 0.8))

    assert moved_away(wanted, [wanted]) == pytest.approx(wanted)


def test_parts_count_alike_however_long() -> None:
    """A blend of a long and a short track is no answer about the long one."""
    long, short = rows(*[(1, 0)] * 40), rows((0, 1))
    first, second = blend_likenesses([long, short], [rows((1, 0)), rows((0, 1))])

    assert first == pytest.approx(second) == pytest.approx(0.5)
    assert not len(blend_likenesses([long], []))


def test_what_lies_between_is_searched_for() -> None:
    """Else tracks that are a little like both would never be proposed."""
    vectors = search_vectors([rows((1, 0)), rows((0, 1))])

    assert vectors == pytest.approx(rows((1, 0), (0, 1), (1, 1)))
    assert mean_direction(rows((1, 0), (0, 1))) == pytest.approx(rows((1, 1)))
