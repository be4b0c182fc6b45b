"""Spectra lie where their frames and bins say."""

import numpy as np
import pytest

from audio_ident.core import spectrum
from audio_ident.model.audio import MONO_RATE_HZ


@pytest.mark.parametrize("pitch_hz", [100.0, 440.0, 1000.0, 3400.0])
def test_a_tone_is_loudest_in_its_bin(pitch_hz: float) -> None:
    """A bin is 7.8 Hz wide and bin b lies at b * 7.8 Hz."""
    time = np.arange(2 * MONO_RATE_HZ) / MONO_RATE_HZ
    levels = spectrum.levels_of_clip(np.sin(2 * np.pi * pitch_hz * time).astype(np.float32))
    width_hz = spectrum.HALVED_RATE_HZ / spectrum.WINDOW_SAMPLES
    assert abs(levels[60].argmax() - pitch_hz / width_hz) <= 0.51


@pytest.mark.parametrize("at", [0, 3200, 16_000, 31_990])
def test_a_click_is_loudest_in_the_frame_centred_on_it(at: int) -> None:
    """Frame t is centred on sample t * hop."""
    samples = np.zeros(2 * MONO_RATE_HZ, np.float32)
    samples[at] = 1
    levels = spectrum.levels_of_clip(samples)
    loudest = levels.mean(axis=1).argmax() * spectrum.CLIP_HOP_SAMPLES
    assert abs(loudest - at) <= spectrum.CLIP_HOP_SAMPLES


def test_what_lies_above_the_band_does_not_fold_into_it() -> None:
    """A tone at 5 kHz, which halving would mirror to 3 kHz, stays 50 dB down."""
    time = np.arange(MONO_RATE_HZ) / MONO_RATE_HZ
    inside = spectrum.levels_of_clip(np.sin(2 * np.pi * 3000 * time).astype(np.float32)).max()
    mirrored = spectrum.levels_of_clip(np.sin(2 * np.pi * 5000 * time).astype(np.float32))
    outside = mirrored[20:40].max()
    assert 10 / np.log(10) * (inside - outside) > 50


def test_a_louder_copy_has_the_same_landmarks() -> None:
    """Level does not matter: 10 dB less gives the same spectrum, shifted."""
    rng = np.random.default_rng(0)
    samples = rng.standard_normal(MONO_RATE_HZ).astype(np.float32) * 0.3
    loud, soft = (spectrum.levels_of_clip(samples * gain) for gain in (1.0, 10**-0.5))
    change = (loud - soft)[4:-4, 8:440]
    assert np.median(change) == pytest.approx(np.log(10), abs=1e-4)
    assert np.quantile(np.abs(change - np.log(10)), 0.999) < 0.05
