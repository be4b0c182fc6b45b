"""The kernels for spectra do what a slow and obvious program does."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audio_ident.core.chroma_kernels import (
    Bands,
    Frames,
    band_extremes,
    fold_bins,
    power_spectra,
    weigh_bands,
)

SEEDS = st.integers(0, 2**32 - 1)


def _frames(size: int, hop: int, first_bin: int = 0, end_bin: int | None = None) -> Frames:
    window = np.hamming(size).astype(np.float32)
    end_bin = size // 2 + 1 if end_bin is None else end_bin
    return Frames(window=window, hop_samples=hop, first_bin=first_bin, end_bin=end_bin)


@settings(max_examples=40, deadline=None)
@given(
    seed=SEEDS,
    size=st.sampled_from([8, 16, 64, 256, 1024, 4096]),
    count=st.integers(0, 20),
    hop=st.integers(1, 700),
)
def test_spectra_are_those_of_numpy(seed: int, size: int, count: int, hop: int) -> None:
    """Every bin of every frame, to the precision of 32-bit floats."""
    samples = np.random.default_rng(seed).normal(0, 1, size + hop * count).astype(np.float32)
    frames = _frames(size, hop)
    cut = np.lib.stride_tricks.sliding_window_view(samples, size)[::hop]
    wanted = np.abs(np.fft.rfft(cut * frames.window.astype(np.float64))) ** 2
    np.testing.assert_allclose(
        power_spectra(samples, frames), wanted, atol=2e-6 * wanted.max(), rtol=2e-5
    )


@settings(max_examples=20, deadline=None)
@given(seed=SEEDS, skipped=st.integers(0, 12), first_bin=st.integers(0, 20))
def test_a_frame_does_not_depend_on_its_neighbours(seed: int, skipped: int, first_bin: int) -> None:
    """The same frame has the same bits wherever it stands, and whichever bins are wanted."""
    samples = np.random.default_rng(seed).normal(0, 1, 1000).astype(np.float32)
    whole = power_spectra(samples, _frames(64, 32))
    part = power_spectra(samples[32 * skipped :], _frames(64, 32, first_bin, 33))
    np.testing.assert_array_equal(part, whole[skipped:, first_bin:])


def test_sound_shorter_than_a_frame_has_no_spectrum() -> None:
    """No frame, but the right number of bins."""
    assert power_spectra(np.zeros(63, np.float32), _frames(64, 32)).shape == (0, 33)


@pytest.mark.parametrize("size", [4, 48, 100])
def test_other_sizes_are_refused(size: int) -> None:
    """Only powers of two can be transformed."""
    with pytest.raises(ValueError, match="power of two"):
        power_spectra(np.zeros(200, np.float32), _frames(size, 10))


@settings(max_examples=30, deadline=None)
@given(seed=SEEDS, frames=st.integers(0, 5), bins=st.integers(6, 60))
def test_sums_over_bins_are_right(seed: int, frames: int, bins: int) -> None:
    """Classes, weighted bands and extremes equal what numpy says."""
    rng = np.random.default_rng(seed)
    power = rng.exponential(1, (frames, bins)).astype(np.float32)
    classes = rng.integers(0, 5, bins)
    wanted = np.stack([power[:, classes == k].astype(float).sum(axis=1) for k in range(5)], axis=1)
    np.testing.assert_allclose(fold_bins(power, classes, 5), wanted)
    weights = rng.normal(0, 1, 6).astype(np.float32)
    bands = Bands(first=np.array([1, bins - 2]), count=np.array([4, 2]), weights=weights)
    weighed = np.stack([power[:, 1:5] @ weights[:4], power[:, -2:] @ weights[4:]], axis=1)
    np.testing.assert_allclose(weigh_bands(power, bands), weighed, atol=1e-4)
    high, low = band_extremes(power, np.array([0, 2, bins]), np.array([1, 3]))
    ranked = np.sort(power[:, 2:], axis=1)
    np.testing.assert_allclose(high[:, 0], power[:, :2].max(axis=1))
    np.testing.assert_allclose(high[:, 1], ranked[:, -3:].mean(axis=1), rtol=1e-5)
    np.testing.assert_allclose(low[:, 1], ranked[:, :3].mean(axis=1), rtol=1e-5)
