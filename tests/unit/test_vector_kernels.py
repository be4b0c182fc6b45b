"""The scan of codes against plain arithmetic."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audio_ident.core.vector_kernels import (
    Coded,
    Wanted,
    coded,
    scan_windows,
    stride_of,
    widest_variant,
)
from builders.vectors import random_vectors, unit

VARIANTS = range(widest_variant() + 1)


def _extreme_codes(rng: np.random.Generator, count: int, dimension: int) -> Coded:
    codes = np.zeros((count, stride_of(dimension)), np.int8)
    codes[:, :dimension] = rng.choice([-127, 127, 0, 1, 126], (count, dimension))
    return Coded(codes=codes, scales=rng.random(count, np.float32))


def _all_of(counts: list[int]) -> Wanted:
    begins = np.append(0, np.cumsum(counts, dtype=np.int64))
    return Wanted(begins=begins, recordings=np.ones(len(counts), np.bool_), windows=None)


@pytest.mark.parametrize("variant", VARIANTS)
@given(seed=st.integers(0, 2**32), dimension=st.integers(1, 200), queries=st.integers(1, 5))
@settings(max_examples=40, deadline=None)
def test_every_processor_finds_the_same_numbers(
    variant: int, seed: int, dimension: int, queries: int
) -> None:
    """Each variant gives, to the bit, what whole numbers and two roundings give."""
    rng = np.random.default_rng(seed)
    counts = rng.integers(0, 4, 12).tolist()
    windows = _extreme_codes(rng, sum(counts), dimension)
    asked = _extreme_codes(rng, queries, dimension)

    likeness, best = scan_windows(windows, asked, _all_of(counts), variant=variant)

    sums = windows.codes.astype(np.int64) @ asked.codes.astype(np.int64).T
    expected = (sums.astype(np.float32) * asked.scales).max(axis=1) * windows.scales
    np.testing.assert_array_equal(likeness, expected)
    ends = np.cumsum(counts)
    bests = [expected[e - n : e].max(initial=-np.inf) for n, e in zip(counts, ends, strict=True)]
    np.testing.assert_array_equal(best, np.array(bests, np.float32))


@pytest.mark.parametrize("variant", VARIANTS)
def test_only_what_is_wanted_is_found(variant: int) -> None:
    """Recordings and windows that are masked have no likeness, and are no recording's best."""
    windows = coded(random_vectors(1, 6))
    wanted = Wanted(
        begins=np.array([0, 2, 4, 6]),
        recordings=np.array([True, False, True]),
        windows=np.array([False, True, True, True, False, False]),
    )

    likeness, best = scan_windows(windows, coded(random_vectors(2, 1)), wanted, variant=variant)

    assert np.isneginf(likeness[[0, 4, 5]]).all()
    assert best[0] == likeness[1]
    assert np.isneginf(best[1:]).all()


def test_codes_are_near_the_cosine() -> None:
    """A byte a number gives the cosine of vectors to half a hundredth; of nothing it is nothing."""
    vectors = np.concatenate([random_vectors(1, 500, 118), np.zeros((1, 118), np.float32)])
    query = unit(vectors[:1] + 0.5 * random_vectors(2, 1, 118))

    likeness, _ = scan_windows(coded(vectors), coded(query), _all_of([len(vectors)]))

    np.testing.assert_allclose(likeness, (vectors @ query.T)[:, 0], atol=0.005)


@pytest.mark.parametrize("begins", [[0, 3], [1, 2], [0, 2, 1, 2], [0, 1]])
def test_recordings_of_other_windows_are_refused(begins: list[int]) -> None:
    """Places outside of the windows never reach the kernel."""
    wanted = Wanted(
        begins=np.array(begins), recordings=np.ones(len(begins) - 1, np.bool_), windows=None
    )
    with pytest.raises(ValueError, match="recordings of these windows"):
        scan_windows(coded(random_vectors(1, 2)), coded(random_vectors(2, 1)), wanted)


def test_queries_of_another_width_are_refused() -> None:
    """Codes of other lengths are not compared."""
    with pytest.raises(ValueError, match="different spaces"):
        scan_windows(coded(random_vectors(1, 2, 70)), coded(random_vectors(2, 1)), _all_of([2]))
