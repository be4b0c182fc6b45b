"""Which segments are merged."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audio_ident.stores.fingerprints.merge_policy import plan_merge, tier_of

SIZES = st.lists(st.integers(1, 100_000), min_size=1, max_size=150)


def _simulate(sizes: list[int], fan_in: int) -> tuple[list[int], int]:
    """Segments that remain and landmarks written, when segments of these sizes come one by one."""
    segments: list[int] = []
    written = 0
    for size in sizes:
        segments.append(size)
        written += size
        while plan := plan_merge(segments, segments, fan_in=fan_in):
            merged = sum(segments[i] for i in plan)
            segments = [s for i, s in enumerate(segments) if i not in plan] + [merged]
            written += merged
    return segments, written


@given(SIZES, st.integers(2, 8))
def test_segments_stay_few(sizes: list[int], fan_in: int) -> None:
    """At most fan_in - 1 segments remain in each of the logarithmically many tiers."""
    segments, _ = _simulate(sizes, fan_in)

    assert len(segments) <= (fan_in - 1) * (tier_of(sum(sizes), fan_in) + 1)
    assert sum(segments) == sum(sizes)


@given(SIZES, st.integers(2, 8))
def test_landmarks_are_rewritten_seldom(sizes: list[int], fan_in: int) -> None:
    """No landmark is written more often than there are tiers, plus once when it came."""
    _, written = _simulate(sizes, fan_in)

    assert written <= sum(sizes) * (math.log(sum(sizes), fan_in) + 2)


@given(st.lists(st.tuples(st.integers(0, 1000), st.integers(0, 1000)), max_size=20))
def test_plan_names_existing_segments_once(pairs: list[tuple[int, int]]) -> None:
    """A plan lists positions in order, each once."""
    alive = [a for a, _ in pairs]
    stored = [a + dead for a, dead in pairs]
    plan = plan_merge(alive, stored, fan_in=3)

    assert list(plan) == sorted(set(plan))
    assert all(0 <= position < len(pairs) for position in plan)


def test_mostly_dead_segment_is_rewritten() -> None:
    """A segment of which more than half is dead is merged with itself alone."""
    assert plan_merge([1000, 4], [1000, 9], fan_in=4) == (1,)
    assert plan_merge([1000, 5], [1000, 10], fan_in=4) == ()


@pytest.mark.parametrize(
    ("size", "tier"), [(0, 0), (1, 0), (3, 0), (4, 1), (15, 1), (16, 2), (4**20, 20)]
)
def test_tier_is_the_whole_logarithm(size: int, tier: int) -> None:
    """Tiers begin at the powers of fan_in, exactly."""
    assert tier_of(size, 4) == tier
