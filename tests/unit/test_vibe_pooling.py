"""How windows of two recordings become one likeness, and what represents many windows."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audio_ident.core.vibe.pooling import (
    LEAST,
    pooled_likeness,
    pooled_likenesses,
    prototypes,
)
from audio_ident.model.vectors import Vectors

DIMENSION = 16

counts = st.integers(1, 40)
seeds = st.integers(0, 2**32 - 1)


def directions(seed: int, count: int) -> Vectors:
    """Windows of a recording: random directions."""
    drawn = np.random.default_rng(seed).standard_normal((count, DIMENSION))
    return (drawn / np.linalg.norm(drawn, axis=1, keepdims=True)).astype(np.float32)


def near(vector: Vectors, cosine: float, seed: int, count: int) -> Vectors:
    """Windows that have a cosine with one vector."""
    drawn = directions(seed, count)
    across = drawn - (drawn @ vector)[:, None] * vector
    across /= np.linalg.norm(across, axis=1, keepdims=True)
    return (cosine * vector + np.sqrt(1 - cosine**2) * across).astype(np.float32)


@given(seed=seeds, one=counts, other=counts)
def test_likeness_is_the_same_in_both_directions(seed: int, one: int, other: int) -> None:
    """Of two tracks none is the query more than the other, and it is a cosine."""
    first, second = directions(seed, one), directions(seed + 1, other)
    likeness = pooled_likeness(first, second)
    assert likeness == pytest.approx(pooled_likeness(second, first), abs=1e-6)
    assert -1.00001 <= likeness <= 1.00001


@given(seed=seeds, one=counts, other=counts)
def test_the_order_of_windows_says_nothing(seed: int, one: int, other: int) -> None:
    """What sounds when is no part of a likeness."""
    first, second = directions(seed, one), directions(seed + 1, other)
    order = np.random.default_rng(seed).permutation(other)
    moved = pooled_likeness(first, second[order])
    assert moved == pytest.approx(pooled_likeness(first, second), abs=1e-6)


@given(seed=seeds, one=counts, times=st.integers(2, 8))
def test_a_track_gains_nothing_by_being_long(seed: int, one: int, times: int) -> None:
    """A track that is played several times is as like as before."""
    query, track = directions(seed, one), directions(seed + 1, 20)
    once = pooled_likeness(query, track)
    often = pooled_likeness(query, np.tile(track, (times, 1)))
    assert often == pytest.approx(once, abs=0.03)


def test_random_tracks_are_as_like_whatever_their_length() -> None:
    """Many windows are many chances for one that is near; they must not add up."""
    query = directions(0, 20)
    likeness = {
        length: np.mean(pooled_likenesses(query, [directions(s, length) for s in range(1, 60)]))
        for length in (20, 400)
    }
    assert likeness[400] == pytest.approx(likeness[20], abs=0.04)
    best = {
        length: np.mean([(query @ directions(s, length).T).max() for s in range(1, 60)])
        for length in (20, 400)
    }
    assert best[400] > best[20] + 0.1


@given(seed=seeds, length=st.integers(1, 20))
def test_one_lucky_window_does_not_win(seed: int, length: int) -> None:
    """A track that is alike throughout beats one with a single window that is the same."""
    (centre,) = directions(seed, 1)
    query = near(centre, 0.9, seed + 1, length)
    alike = near(centre, 0.8, seed + 2, 30)
    lucky = near(centre, 0.0, seed + 3, 30)
    lucky[7] = query[0]
    assert pooled_likeness(query, alike) > pooled_likeness(query, lucky)


@given(seed=seeds, length=counts)
def test_a_recording_is_like_nothing_as_much_as_itself(seed: int, length: int) -> None:
    """Its own windows come first in a shortlist."""
    query = directions(seed, length)
    shortlist = [directions(seed + 1, 20), query, directions(seed + 2, 3)]
    assert pooled_likenesses(query, shortlist).argmax() == 1


@given(seed=seeds)
def test_company_changes_nothing(seed: int) -> None:
    """A likeness is the same to the last bit, whatever else is in the shortlist."""
    query, track = directions(seed, 5), directions(seed + 1, 23)
    among = pooled_likenesses(query, [directions(seed + 2, 7), track, directions(seed + 3, 50)])
    assert among[1] == pooled_likeness(query, track)


def test_nothing_is_like_a_recording_without_windows() -> None:
    """Silence comes last, as query and as candidate."""
    silence = np.zeros((0, DIMENSION), np.float32)
    assert pooled_likeness(silence, directions(1, 3)) == LEAST
    assert pooled_likeness(directions(1, 3), silence) == LEAST


@given(seed=seeds, count=counts, most=st.integers(1, 12))
def test_prototypes_are_few_directions(seed: int, count: int, most: int) -> None:
    """At most as many as wanted, of length 1, and the same each time."""
    windows = directions(seed, count)
    few = prototypes(windows, most)
    assert 1 <= len(few) <= most
    assert np.linalg.norm(few, axis=1) == pytest.approx(1, abs=1e-5)
    assert np.array_equal(few, prototypes(windows.copy(), most))


def test_prototypes_stand_for_every_part_of_a_track() -> None:
    """The shortest of three unlike parts has one of its own."""
    centres = np.eye(DIMENSION, dtype=np.float32)[:3]
    lengths = (60, 30, 4)
    parts = [near(centres[at], 0.95, at, length) for at, length in enumerate(lengths)]
    few = prototypes(np.concatenate(parts), 5)
    assert ((few @ centres.T).max(axis=0) > 0.9).all()


def test_windows_that_cancel_out_have_prototypes_all_the_same() -> None:
    """Where no direction is the middle, windows stand for themselves."""
    (vector,) = directions(0, 1)
    few = prototypes(np.stack([vector, -vector] * 10), 3)
    assert np.linalg.norm(few, axis=1) == pytest.approx(1, abs=1e-5)
