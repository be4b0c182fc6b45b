"""Which segments to merge, so that they stay few and nothing is rewritten often."""

from collections.abc import Sequence


def tier_of(landmark_count: int, fan_in: int) -> int:
    """Whole part of the logarithm of a size to the base `fan_in`, in integers; 0 for nothing."""
    tier = 0
    while landmark_count >= fan_in:
        landmark_count //= fan_in
        tier += 1
    return tier


def plan_merge(
    alive_counts: Sequence[int], stored_counts: Sequence[int], *, fan_in: int
) -> tuple[int, ...]:
    """Positions of the segments to make one of, ascending; empty when all is well.

    Segments of similar size form a tier: sizes from one power of `fan_in` to the next. Once a
    tier has `fan_in` members they are merged, together with everything smaller. Every landmark
    thereby moves up at least one tier each time it is rewritten, so `n` landmarks are rewritten at
    most log(n) times, and at most `fan_in - 1` segments remain in each of log(n) tiers. A segment
    that is more than half dead is rewritten by itself: deleting has paid for it.

    Parameters
    ----------
    alive_counts
        Landmarks of the living recordings of each segment.
    stored_counts
        Landmarks of all recordings of each segment.
    fan_in
        At least 2; more means fewer rewrites and more segments.

    Returns
    -------
    tuple of int
        Positions in the given sequences.

    Source
    ------
    Size-tiered compaction of log-structured merge trees (O'Neil et al. 1996).
    """
    tiers = [tier_of(count, fan_in) for count in alive_counts]
    crowded = [tier for tier in set(tiers) if tiers.count(tier) >= fan_in]
    if crowded:
        return tuple(i for i, tier in enumerate(tiers) if tier <= max(crowded))
    for i, (alive, stored) in enumerate(zip(alive_counts, stored_counts, strict=True)):
        if 2 * alive < stored:
            return (i,)
    return ()
