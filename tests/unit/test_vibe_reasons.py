"""Why two recordings are alike, and how unusual that is."""

import itertools

import numpy as np
import pytest

from audio_ident.core.descriptors import BLOCKS
from audio_ident.core.vibe.likeness import STEPS, likeness_quantiles, percentile
from audio_ident.core.vibe.reasons import Pair, agreeing_blocks, best_pairs, block_likeness
from audio_ident.core.vibe.timbre import SHIPPED, timbre_vectors
from audio_ident.model.vectors import Vectors, WindowVectors

HOP_MS, WINDOW_MS = 5_000, 10_000


def directions(seed: int, count: int, dimension: int = 16) -> Vectors:
    """Random vectors of length 1."""
    drawn = np.random.default_rng(seed).standard_normal((count, dimension))
    return (drawn / np.linalg.norm(drawn, axis=1, keepdims=True)).astype(np.float32)


def windows(vectors: Vectors) -> WindowVectors:
    """A recording whose windows overlap by half."""
    starts = HOP_MS * np.arange(len(vectors), dtype=np.uint32)
    return WindowVectors(vectors=vectors, start_ms=starts, end_ms=starts + WINDOW_MS)


def raw(seed: int, count: int) -> np.ndarray:
    """Descriptors of music that there might be."""
    drawn = np.random.default_rng(seed).standard_normal((1, 118))
    return (SHIPPED.means + drawn * SHIPPED.deviations).repeat(count, axis=0)


def test_the_times_that_are_told_are_those_that_are_alike() -> None:
    """Two stretches that both recordings have are found, the nearer one first."""
    query, other = directions(1, 12), directions(2, 30)
    other[20] = query[3]
    other[5] = query[9] * 0.95 + 0.05 * other[5]
    pairs = best_pairs(windows(query), windows(other), 2)
    assert [(p.query_start_ms, p.start_ms) for p in pairs] == [(15_000, 100_000), (45_000, 25_000)]
    assert pairs[0].cosine == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("most", [1, 3, 50])
def test_no_time_is_told_twice(most: int) -> None:
    """Stretches overlap in neither recording, and come in order of likeness."""
    pairs = best_pairs(windows(directions(1, 20)), windows(directions(2, 40)), most)
    assert 1 <= len(pairs) <= min(most, 10)
    assert [p.cosine for p in pairs] == sorted((p.cosine for p in pairs), reverse=True)
    for one, other in itertools.combinations(pairs, 2):
        assert _apart(one.query_start_ms, other.query_start_ms)
        assert _apart(one.start_ms, other.start_ms)


def _apart(one_ms: int, other_ms: int) -> bool:
    return abs(one_ms - other_ms) >= WINDOW_MS


def test_silence_has_no_times() -> None:
    """Without windows there is nothing to tell."""
    silence = windows(np.zeros((0, 16), np.float32))
    empty: tuple[Pair, ...] = ()
    assert best_pairs(silence, windows(directions(1, 3)), 3) == empty


@pytest.mark.parametrize("block", ["timbre", "harmony", "rhythm"])
def test_the_block_that_two_recordings_share_is_named(block: str) -> None:
    """Same numbers in one block, others in the rest: that block agrees, and it alone."""
    is_shared = np.array([name == block for name, names in BLOCKS for _ in names])
    first = raw(1, 4)
    second = 2 * SHIPPED.means - first
    second[:, is_shared] = first[:, is_shared]
    vectors = [timbre_vectors(numbers, SHIPPED, 0.35) for numbers in (first, second)]
    likeness = block_likeness(*vectors)
    assert likeness[block] == pytest.approx(1, abs=1e-4)
    assert agreeing_blocks(likeness) == (block,)


def test_the_weight_of_rhythm_does_not_change_a_block() -> None:
    """Blocks are compared alone, in whatever space."""
    found = [
        block_likeness(*(timbre_vectors(raw(seed, 3), SHIPPED, weight) for seed in (1, 2)))
        for weight in (0.2, 2.0)
    ]
    assert found[0] == pytest.approx(found[1], abs=1e-5)


def test_a_block_without_weight_agrees_in_nothing() -> None:
    """A space that leaves rhythm out knows nothing of it."""
    vectors = timbre_vectors(raw(1, 3), SHIPPED, 0.0)
    likeness = block_likeness(vectors, vectors)
    assert likeness["rhythm"] == 0
    assert agreeing_blocks(likeness) == ("timbre", "harmony")


def test_quantiles_rise_and_are_the_same_each_time() -> None:
    """The same library and seed give the same steps, from the least to the greatest."""
    library = [directions(seed, 8) for seed in range(30)]
    quantiles = likeness_quantiles(library, seed=1, pairs=300)
    assert len(quantiles) == STEPS + 1
    assert list(quantiles) == sorted(quantiles)
    assert quantiles == likeness_quantiles(library, seed=1, pairs=300)
    assert quantiles != likeness_quantiles(library, seed=2, pairs=300)


def test_no_recording_is_paired_with_itself() -> None:
    """Recordings that have nothing in common are not alike by chance of the draw."""
    library = [np.eye(5, dtype=np.float32)[at : at + 1] for at in range(5)]
    assert likeness_quantiles(library, seed=0, pairs=500)[-1] == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("count", [0, 1])
def test_a_library_without_pairs_has_no_quantiles(count: int) -> None:
    """There is nothing to compare with, and no percentile."""
    silent = np.zeros((0, 16), np.float32)
    quantiles = likeness_quantiles([silent, *[directions(1, 3)] * count], seed=0)
    assert quantiles == ()
    assert percentile(quantiles, 0.5) is None


def test_a_percentile_counts_the_pairs_that_are_less_alike() -> None:
    """0 below the least, 50 in the middle, 100 above the greatest."""
    quantiles = tuple(np.linspace(-0.5, 0.5, 101))
    asked = (-1.0, -0.5, 0.0, 0.25, 0.5, 1.0)
    assert [percentile(quantiles, value) for value in asked] == [
        pytest.approx(expected) for expected in (0, 0, 50, 75, 100, 100)
    ]
