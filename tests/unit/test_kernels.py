"""The C kernels do what a slow and obvious program does."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audio_ident.core import kernels
from audio_ident.core.kernels import Lists, Lookup, PairRule, PeakRule
from audio_ident.core.layout import Postings

RULE = PeakRule(
    frame_radius=2,
    bin_radius=3,
    lowest_bin=2,
    mean_frame_radius=3,
    mean_bin_radius=4,
    most_per_window=6,
    window_radius=5,
    mean_weight=0.5,
)
PAIRS = PairRule(most_targets=3, least_frames=1, most_frames=9, most_bins=8, frame_cost=2.0)


def _box(levels: np.ndarray, frame: int, bin_: int, frames: int, bins: int) -> np.ndarray:
    return levels[
        max(0, frame - frames) : frame + frames + 1, max(0, bin_ - bins) : bin_ + bins + 1
    ]


def _slow_peaks(levels: np.ndarray) -> list[tuple[int, int]]:
    ranks = {}
    for frame in range(levels.shape[0]):
        for bin_ in range(RULE.lowest_bin, levels.shape[1] - 2):
            value = levels[frame, bin_]
            around = _box(levels, frame, bin_, RULE.mean_frame_radius, RULE.mean_bin_radius).mean()
            highest = _box(levels, frame, bin_, RULE.frame_radius, RULE.bin_radius).max()
            if value == highest and value > around:
                ranks[frame, bin_] = value - RULE.mean_weight * around
    return [
        place
        for place, rank in ranks.items()
        if sum(
            other > rank and abs(frame - place[0]) <= RULE.window_radius
            for (frame, _), other in ranks.items()
        )
        < RULE.most_per_window
    ]


@given(st.integers(0, 2**32 - 1), st.integers(1, 40), st.integers(8, 40))
@settings(max_examples=40, deadline=None)
def test_peaks_are_the_highest_cells_of_their_neighbourhood(
    seed: int, frames: int, bins: int
) -> None:
    """Fast and slow peak picking agree on any spectrogram without ties."""
    levels = np.random.default_rng(seed).permutation(frames * bins).astype(np.float32)
    levels = levels.reshape(frames, bins) / 7
    frame, bin_, height = kernels.pick_peaks(levels, RULE)
    assert list(zip(frame.tolist(), bin_.tolist(), strict=True)) == _slow_peaks(levels)
    assert (height > 0).all()


@given(st.integers(0, 2**32 - 1), st.integers(0, 60))
@settings(max_examples=40, deadline=None)
def test_pairs_join_each_peak_with_its_nearest_successors(seed: int, count: int) -> None:
    """Every pair obeys the rule and costs no more than any that was left out."""
    rng = np.random.default_rng(seed)
    frame = np.sort(rng.integers(0, 40, count)).astype(np.uint32)
    bin_ = rng.integers(0, 30, count).astype(np.uint16)
    anchor, target = kernels.pair_peaks(frame, bin_, PAIRS)
    frames, bins = frame.astype(int).tolist(), bin_.astype(int).tolist()

    def cost(i: int, j: int) -> float:
        return PAIRS.frame_cost * (frames[j] - frames[i]) + abs(bins[j] - bins[i])

    def is_allowed(i: int, j: int) -> bool:
        is_later = PAIRS.least_frames <= frames[j] - frames[i] <= PAIRS.most_frames
        return is_later and -PAIRS.most_bins <= bins[j] - bins[i] < PAIRS.most_bins

    for i in range(count):
        possible = sorted(cost(i, j) for j in range(i + 1, count) if is_allowed(i, j))
        chosen = sorted(cost(i, j) for j in target[anchor == i].tolist())
        assert chosen == possible[: PAIRS.most_targets]


@given(st.integers(1, 57), st.lists(st.integers(0, 2**57 - 1), max_size=50), st.integers(0, 9))
@settings(deadline=None)
def test_packed_records_come_back(width: int, numbers: list[int], split: int) -> None:
    """Records of any width survive packing, whatever parts they are written in."""
    records = np.array([number % 2**width for number in numbers], np.uint64)
    packed = np.zeros((len(records) * width + 7) // 8 + 8, np.uint8)
    first = records[:split]
    kernels.pack_records(first, width, 0, packed)
    kernels.pack_records(records[len(first) :], width, len(first), packed)
    assert np.array_equal(kernels.unpack_records(packed, width, 0, len(records)), records)


def test_records_that_do_not_fit_are_refused() -> None:
    """No kernel writes or reads behind the end of an array."""
    packed = np.zeros(9, np.uint8)
    with pytest.raises(ValueError, match="no room"):
        kernels.pack_records(np.zeros(2, np.uint64), 8, 0, packed)
    with pytest.raises(ValueError, match="no such"):
        kernels.unpack_records(packed, 8, 0, 2)


def test_halving_the_rate_keeps_every_second_filtered_sample() -> None:
    """The filter is the convolution that its taps say."""
    rng = np.random.default_rng(1)
    samples, taps = rng.standard_normal(501).astype(np.float32), np.arange(1, 9, dtype=np.float32)
    expected = np.correlate(samples, taps, "valid")[::2]
    assert np.allclose(kernels.halve_rate(samples, taps), expected, atol=1e-3)


def test_a_range_that_begins_in_an_empty_bucket_is_found() -> None:
    """Hashes 3 and 4 lie in two buckets; the first is empty, the second holds hash 4 at frame 9."""
    packed = np.zeros(16, np.uint8)
    kernels.pack_records(np.array([9], np.uint64), 8, 0, packed)
    starts = np.array([0, 0, 1], np.uint32)
    postings = Postings(bucket_start=starts, packed=packed, low_bits=2, frame_bits=6)
    lookup = Lookup(
        first_hash=np.array([3], np.uint32),
        last_hash=np.array([4], np.uint32),
        frame=np.array([2], np.int32),
    )
    lists = Lists(begin=np.array([0]), middle=np.array([0]), end=np.array([1]))
    places, hits = kernels.gather_places(postings, lookup, lists)
    assert (places.tolist(), hits.tolist()) == ([7], [1])
