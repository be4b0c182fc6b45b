"""Our spectrograms are those of the reference extractor, which the tiny model's fixture keeps."""

import dataclasses

import numpy as np
import pytest

from audio_ident.core.vibe.clap_mel import log_mel
from audio_ident.errors import BadInput
from builders.tiny_clap import RECIPE, expected
from tiny_clap import KEPT_FRAMES, sounds

CLOSE_DB = 1e-4


@pytest.mark.parametrize("name", ["chords", "noise"])
@pytest.mark.parametrize("is_slaney", [True, False])
def test_spectrograms_are_those_of_the_reference(name: str, is_slaney: bool) -> None:
    """Both scales differ by less than 1e-4 dB, for tones and for noise."""
    recipe = dataclasses.replace(RECIPE, is_slaney=is_slaney)
    wanted = expected()[f"mel_{name}" if is_slaney else f"mel_htk_{name}"]

    made = log_mel(sounds()[name], recipe)

    assert made.shape == (1001, 64)
    assert np.abs(made[KEPT_FRAMES] - wanted).max() < CLOSE_DB


def test_the_two_scales_differ() -> None:
    """Confusing them would not go unnoticed."""
    chords = sounds()["chords"]
    htk = log_mel(chords, dataclasses.replace(RECIPE, is_slaney=False))
    assert np.abs(log_mel(chords, RECIPE) - htk).max() > 1


def test_silence_is_the_floor() -> None:
    """Digital silence is -100 dB in every band."""
    assert np.all(log_mel(np.zeros(48_000, np.float32), RECIPE) == -100)


@pytest.mark.parametrize("samples", [513, 480, 1023, 1024, 48_000, 480_000, 480_001])
def test_there_are_as_many_frames_as_promised(samples: int) -> None:
    """One every hop, the first one in the middle of the beginning."""
    if samples <= 512:
        with pytest.raises(BadInput):
            log_mel(np.ones(samples, np.float32), RECIPE)
        return
    made = log_mel(np.ones(samples, np.float32), RECIPE)
    assert made.shape == (RECIPE.frames(samples), 64)
    assert np.isfinite(made).all()


def test_limits_come_from_the_recipe() -> None:
    """A tone below the lowest band is not heard."""
    time_s = np.arange(48_000) / 48_000
    tone = (0.5 * np.sin(2 * np.pi * 100 * time_s)).astype(np.float32)
    high = log_mel(tone, dataclasses.replace(RECIPE, lowest_hz=1000))
    # a window of Hann leaks at -31 dB and less, 60 dB and more below this far away
    assert log_mel(tone, RECIPE)[50].max() > high[50].max() + 60
