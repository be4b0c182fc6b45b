"""The waveform shows what is there, at every scale."""

import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audio_ident.core.listeners.waveform import Waveform
from audio_ident.core.waveform import LEVELS, first_point_samples, level_name, points_between
from audio_ident.errors import BadInput
from audio_ident.model.analysis import Fields
from builders.native import blocks_of
from builders.signals import Channels


def _waveform(samples: Channels, rate_hz: int = 44_100) -> Fields:
    listener = Waveform()
    for block in blocks_of(samples, rate_hz):
        listener.feed(block)
    return listener.finish()


def _expected(samples: Channels, size: int) -> np.ndarray:
    """Points by their definition."""
    pieces = [samples[at : at + size].astype(np.float64) for at in range(0, len(samples), size)]
    rms = [np.sqrt(np.square(piece).mean()) for piece in pieces]
    return np.array([[p.min() for p in pieces], [p.max() for p in pieces], rms]) * 127


@settings(max_examples=15, deadline=None)
@given(count=st.integers(1, 100_000), channels=st.sampled_from([1, 2, 6]), seed=st.integers(0, 99))
def test_every_level_is_what_it_says(count: int, channels: int, seed: int) -> None:
    """Lowest, highest and root mean square of 256 * 4**n samples, rounded away from zero."""
    rng = np.random.default_rng(seed)
    samples = np.clip(rng.normal(0, 0.2, (count, channels)), -1, 1).astype(np.float32)
    fields = _waveform(samples)
    for level in range(LEVELS):
        size = 256 * 4**level
        expected = _expected(samples, size)
        points = points_between(fields, level, 0, count)
        assert points.dtype == np.int8
        assert points.shape == expected.shape
        is_whole = np.ones(points.shape, bool)
        is_whole[2, -1] = count % size == 0
        away = (points - expected) * np.array([[-1], [1], [1]])
        assert np.all((away > -1e-3) & (away < 1.001) | ~is_whole)


def test_many_points_pass_up_in_portions() -> None:
    """A file of minutes has the same points whether they passed up early or at the end."""
    samples = np.sin(np.arange(3_000_000) ** 1.2 / 3e4).astype(np.float32)[:, None]
    fields = _waveform(samples)
    for level in range(LEVELS):
        expected = _expected(samples, 256 * 4**level)
        points = points_between(fields, level, 0, 10**9)
        np.testing.assert_allclose(points[:, :-1], expected[:, :-1], atol=1.01)


def test_channels_that_cancel_each_other_are_seen() -> None:
    """Two sides of opposite sign are as high as each of them."""
    side = np.full((5000, 1), 0.5, np.float32)
    points = points_between(_waveform(np.concatenate([side, -side], axis=1)), 0, 0, 4)
    assert points.tolist() == [[-64] * 4, [64] * 4, [64] * 4]


def test_what_overshoots_is_full_scale() -> None:
    """Samples beyond full scale are drawn at it, in both directions."""
    samples = np.array([[1.5], [-1.5]] * 500, np.float32)
    assert points_between(_waveform(samples), 0, 0, 1).tolist() == [[-127], [127], [127]]


def test_a_stretch_is_cut_to_what_the_file_has() -> None:
    """Any range of points can be asked for; what the file does not have is left out."""
    fields = _waveform(np.zeros((256 * 10, 1), np.float32) + 0.1)
    assert points_between(fields, 0, 3, 4).shape == (3, 4)
    assert points_between(fields, 0, 8, 4).shape == (3, 2)
    assert points_between(fields, 1, 0, 99).shape == (3, 3)
    assert points_between(fields, 7, 5, 1).shape == (3, 0)
    for level, first, count in ((LEVELS, 0, 1), (-1, 0, 1), (0, -1, 1), (0, 0, -1)):
        with pytest.raises(BadInput):
            points_between(fields, level, first, count)


@pytest.mark.parametrize(
    ("rate_hz", "samples"),
    [(8000, 256), (48_000, 256), (88_200, 1024), (192_000, 1024), (352_800, 4096)],
)
def test_high_rates_begin_coarser(rate_hz: int, samples: int) -> None:
    """No rate has more than 188 points a second."""
    assert first_point_samples(rate_hz) == samples
    fields = _waveform(np.zeros((5000, 1), np.float32), rate_hz)
    assert fields["first_point_samples"] == samples


@pytest.mark.parametrize("rate_hz", [44_100, 48_000, 192_000])
def test_an_hour_takes_less_than_two_megabytes(rate_hz: int) -> None:
    """All levels of noise that swells and fades, packed as artefacts are, for an hour."""
    rng = np.random.default_rng(1)
    count = 20 * rate_hz
    swell = 0.6 + 0.4 * np.sin(np.linspace(0, 60, count))[:, None]
    samples = (np.tanh(rng.normal(0, 0.5, (count, 2)) * swell)).astype(np.float32)
    fields = _waveform(samples, rate_hz)
    packed = [zlib.compress(np.asarray(fields[level_name(n)]).tobytes()) for n in range(LEVELS)]
    assert sum(map(len, packed)) * 180 < 2_000_000


def test_a_point_lasts_equally_long_when_the_rate_changes() -> None:
    """A stream that goes from 48 to 24 kHz has as many points a second before and after."""
    listener = Waveform()
    for samples, rate_hz in ((np.zeros((48_000, 2)), 48_000), (np.ones((24_000, 1)), 24_000)):
        for block in blocks_of(samples.astype(np.float32), rate_hz):
            listener.feed(block)
    high = points_between(listener.finish(), 0, 0, 1000)[1]
    assert len(high) == 188 + 188
    assert high.tolist() == [0] * 188 + [127] * 188
