"""Descriptors of windows: where they lie, and what they are and are not moved by."""

import numpy as np
import pytest

from audio_ident.core.descriptors import BLOCKS, DIMENSIONS
from audio_ident.core.listeners.descriptors import HOP_GROUPS, WINDOW_GROUPS, Descriptors
from audio_ident.core.sound_frames import GROUP_SAMPLES, LONG_SAMPLES
from audio_ident.model.audio import MONO_RATE_HZ, Mono
from builders.songs import heard_by, song

WINDOW_SAMPLES = WINDOW_GROUPS * GROUP_SAMPLES
HOP_SAMPLES = HOP_GROUPS * GROUP_SAMPLES


def _described(samples: Mono) -> dict[str, np.ndarray]:
    return {name: np.asarray(value) for name, value in heard_by(Descriptors(), samples).items()}


def _value(found: dict[str, np.ndarray], name: str) -> float:
    return float(found["descriptors"][:, DIMENSIONS.index(name)].mean())


def _noise(seconds: float, level: float = 0.1) -> Mono:
    rng = np.random.default_rng(7)
    return rng.normal(0, level, round(seconds * MONO_RATE_HZ)).astype(np.float32)


def test_every_dimension_has_its_own_name() -> None:
    """118 names in three blocks of 72, 9 and 37."""
    assert len(DIMENSIONS) == len(set(DIMENSIONS)) == 118
    sizes = {block: sum(len(names) for b, names in BLOCKS if b == block) for block, _ in BLOCKS}
    assert sizes == {"timbre": 72, "harmony": 9, "rhythm": 37}


@pytest.mark.parametrize("seconds", [0.01, 1, 9, 10.3, 15, 31.7])
def test_windows_cover_the_sound(seconds: float) -> None:
    """Windows follow each other every five seconds, and the last ends where the sound ends."""
    found = _described(_noise(seconds))
    starts = found["start_samples"].astype(np.int64)
    assert found["descriptors"].shape == (len(starts), 118)
    assert np.isfinite(found["descriptors"]).all()
    assert starts[0] == 0
    assert np.all(np.diff(starts)[:-1] == HOP_SAMPLES)
    assert np.all((np.diff(starts) > 0) & (np.diff(starts) <= HOP_SAMPLES))
    behind = seconds * MONO_RATE_HZ - (starts[-1] + WINDOW_SAMPLES)
    assert behind < LONG_SAMPLES


def test_quiet_windows_are_marked() -> None:
    """A window below -60 dBFS is marked, a loud one is not."""
    loud, quiet = _noise(20), _noise(20, 0.0003)
    found = _described(np.concatenate([loud, quiet]))
    assert found["is_quiet"].dtype == np.bool_
    assert not found["is_quiet"][0]
    assert found["is_quiet"][-1]


def test_harmony_does_not_depend_on_the_key() -> None:
    """The same song five semitones higher has the same harmony."""
    low = song(100, 0, is_major=True, seed=4, seconds=25)
    high = song(100, 5, is_major=True, seed=4, seconds=25)
    other = song(100, 0, is_major=False, seed=4, seconds=25)
    harmony = [index for index, name in enumerate(DIMENSIONS) if name.startswith("pitch_")]
    found = [_described(x)["descriptors"][:, harmony].mean(axis=0) for x in (low, high, other)]
    assert np.abs(found[0] - found[1]).max() < 0.1
    assert np.abs(found[0] - found[1]).sum() < np.abs(found[0] - found[2]).sum()


def test_the_dimensions_mean_what_their_names_say() -> None:
    """Tones contrast with noise, loud sound with quiet, beats with steady sound."""
    tones, noise = (
        _described(song(120, 0, is_major=True, seed=2, seconds=25)),
        _described(_noise(25)),
    )
    for name in ("contrast_below_800_hz_mean", "onset_deviation", "repeats_low", "onset_crest"):
        assert _value(tones, name) > _value(noise, name), name
    assert _value(noise, "pitch_evenness") > _value(tones, "pitch_evenness")
    assert _value(noise, "mfcc_0_mean") > _value(_described(_noise(25, 0.01)), "mfcc_0_mean") + 20


def test_windows_of_a_song_are_alike() -> None:
    """Scaled by their own spread, windows lie nearer to those of their song than to others."""
    songs = [song(90 + 13 * n, n, is_major=bool(n % 2), seed=n, seconds=30) for n in range(4)]
    found = [_described(sound)["descriptors"] for sound in songs]
    windows = np.concatenate(found)
    owner = np.repeat(np.arange(4), [len(rows) for rows in found])
    scaled = (windows - windows.mean(axis=0)) / (windows.std(axis=0) + 1e-9)
    scaled /= np.linalg.norm(scaled, axis=1, keepdims=True)
    likeness = scaled @ scaled.T - 2 * np.eye(len(scaled))
    assert np.mean(owner[likeness.argmax(axis=1)] == owner) > 0.9
