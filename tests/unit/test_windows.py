"""Windows lie where one rule says, whatever the blocks and wherever the sound comes from."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audio_ident.core.vibe.windows import LEAST_S, Window, WindowCutter, WindowRule, windows_of
from audio_ident.model.audio import Mono

RULE = WindowRule(rate_hz=100, window_samples=1000, hop_samples=500)
"""Windows of 10 s every 5 s, at a rate that makes tests quick."""


def noise(samples: int, seed: int = 0) -> Mono:
    """Loud noise."""
    return np.random.default_rng(seed).normal(0, 0.2, samples).astype(np.float32)


def times(windows: list[Window]) -> list[tuple[int, int]]:
    """Where windows begin and end."""
    return [(window.start_samples, window.end_samples) for window in windows]


@pytest.mark.parametrize(
    ("samples", "wanted"),
    [
        (0, []),
        (99, []),
        (100, [(0, 100)]),
        (999, [(0, 999)]),
        (1000, [(0, 1000)]),
        (1099, [(0, 1000)]),
        (1100, [(0, 1000), (100, 1100)]),
        (1500, [(0, 1000), (500, 1500)]),
        (2250, [(0, 1000), (500, 1500), (1000, 2000), (1250, 2250)]),
    ],
)
def test_windows_lie_where_the_rule_says(samples: int, wanted: list[tuple[int, int]]) -> None:
    """One every hop, the last one at the end; a rest of less than a second has none."""
    assert times(list(windows_of([noise(samples)], RULE))) == wanted


@settings(max_examples=60, deadline=None)
@given(samples=st.integers(0, 4000), cuts=st.lists(st.integers(0, 4000), max_size=12))
def test_blocks_do_not_matter(samples: int, cuts: list[int]) -> None:
    """The same sound has the same windows in whatever pieces it comes; they lie in order inside."""
    sound = noise(samples)
    whole = list(windows_of([sound], RULE))
    pieces = list(windows_of(np.split(sound, sorted(min(cut, samples) for cut in cuts)), RULE))
    assert times(pieces) == times(whole)
    for one, other in zip(pieces, whole, strict=True):
        assert np.array_equal(one.samples, other.samples)
        assert one.samples.shape == (RULE.window_samples,)
        assert one.samples.dtype == np.float32
    starts = [window.start_samples for window in whole]
    assert starts == sorted(set(starts))
    assert all(0 <= w.start_samples < w.end_samples <= samples for w in whole)
    if samples >= LEAST_S * RULE.rate_hz:
        assert samples - whole[-1].end_samples < LEAST_S * RULE.rate_hz


def test_a_whole_window_is_the_sound_itself() -> None:
    """Nothing is changed, scaled or shifted."""
    sound = noise(2250)
    for window in windows_of([sound], RULE):
        assert np.array_equal(window.samples, sound[window.start_samples : window.end_samples])


@pytest.mark.parametrize(("samples", "times_repeated"), [(100, 10), (333, 3), (501, 1), (999, 1)])
def test_a_short_sound_is_repeated_then_padded(samples: int, times_repeated: int) -> None:
    """As often as it fits whole; the rest is silence."""
    sound = noise(samples)
    (window,) = windows_of([sound], RULE)
    heard = samples * times_repeated
    assert np.array_equal(window.samples[:heard], np.tile(sound, times_repeated))
    assert not window.samples[heard:].any()


def test_quiet_windows_are_left_out() -> None:
    """A pause in the middle has no window, and -59 dBFS is sound where -61 dBFS is not."""
    sound = np.concatenate([noise(1500), np.zeros(2500, np.float32), noise(1000, seed=1)])
    assert times(list(windows_of([sound], RULE))) == [
        (0, 1000),
        (500, 1500),
        (1000, 2000),
        (3500, 4500),
        (4000, 5000),
    ]
    for level_dbfs, count in ((-59.0, 1), (-61.0, 0)):
        flat = np.full(1000, 10 ** (level_dbfs / 20), np.float32)
        assert len(list(windows_of([flat], RULE))) == count


def test_a_short_quiet_sound_is_measured_without_what_pads_it() -> None:
    """Silence that was added does not make a sound quieter."""
    sound = np.full(600, 10 ** (-59 / 20), np.float32)
    assert len(list(windows_of([sound], RULE))) == 1


def test_memory_does_not_grow_with_length() -> None:
    """After a thousand windows no more is held than after two."""
    cutter = WindowCutter(RULE)
    most = 0
    for number in range(3000):
        for _ in cutter.feed(noise(170, seed=number % 7)):
            most = max(most, len(cutter._held))
    assert most <= RULE.window_samples + RULE.hop_samples + 170 + RULE.rate_hz
