"""The bandwidth is found, lossy origins are seen, and nobody is accused without reason."""

import dataclasses

import numpy as np
import pytest

from audio_ident.core.listeners.bandwidth import BandwidthListener
from audio_ident.model.analysis import Fields
from audio_ident.model.audio import Feed
from builders.encode import KINDS, encode
from builders.hearing import hear
from builders.native import blocks_of
from builders.signals import Channels

SECONDS = 12
RATE_HZ = 44_100


def _wide_sound(rate_hz: int = RATE_HZ, seed: int = 1) -> Channels:
    """Noise that falls towards the treble as music does, swelling and fading like drums."""
    rng = np.random.default_rng(seed)
    count = (SECONDS if rate_hz < 100_000 else 2) * rate_hz
    spectrum = np.fft.rfft(rng.normal(0, 1, (count, 2)), axis=0)
    hertz = np.fft.rfftfreq(count, 1 / rate_hz)[:, None]
    sound = np.fft.irfft(spectrum / np.maximum(hertz, 50) ** 0.75, count, axis=0)
    swell = 0.2 + 0.8 * np.abs(np.sin(np.arange(count) * 5 / rate_hz)) ** 3
    return _at_16_bits(sound * swell[:, None])


def _at_16_bits(sound: np.ndarray, seed: int = 9) -> Channels:
    """The same at half of full scale, dithered and rounded as on a compact disc."""
    rng = np.random.default_rng(seed)
    steps = sound * (0.5 * 32_768 / np.abs(sound).max()) + rng.triangular(-1, 0, 1, sound.shape)
    return (np.rint(steps) / 32_768).astype(np.float32)


def _filtered(sound: np.ndarray, gain_db_at: object, rate_hz: int = RATE_HZ) -> np.ndarray:
    """The sound with a gain for every frequency."""
    spectrum = np.fft.rfft(sound, axis=0)
    hertz = np.fft.rfftfreq(len(sound), 1 / rate_hz)
    gains_db = gain_db_at(hertz)  # type: ignore[operator]
    return np.fft.irfft(spectrum * 10 ** (gains_db[:, None] / 20), len(sound), axis=0)


def _answer(samples: Channels, rate_hz: int = RATE_HZ) -> Fields:
    listener = BandwidthListener()
    for block in blocks_of(samples, rate_hz):
        listener.feed(block)
    return listener.finish()


def _decoded(samples: Channels, kind_name: str, bit_rate: int) -> tuple[Channels, int]:
    """What a lossy encoder leaves of a sound."""
    kind = dataclasses.replace(KINDS[kind_name], bit_rate=bit_rate)
    blocks = hear(encode(samples, kind), (Feed.NATIVE,)).blocks[Feed.NATIVE]
    planes = [np.concatenate(parts) for parts in zip(*(b.planes for b in blocks), strict=True)]
    return _at_16_bits(np.stack(planes, axis=1)), blocks[0].rate_hz


@pytest.mark.parametrize(
    ("kind", "bit_rate", "cliff_hz"),
    [
        ("mp3", 96_000, 15_300),
        ("mp3", 128_000, 16_700),
        ("mp3", 192_000, 18_800),
        ("mp3", 256_000, 19_600),
        ("aac, moov at the end", 96_000, 16_000),
        ("aac, moov at the end", 128_000, 17_300),
        ("opus", 64_000, 20_300),
    ],
)
def test_a_lossless_file_made_from_a_lossy_one_is_seen(
    kind: str, bit_rate: int, cliff_hz: float
) -> None:
    """The low-pass of real encoders is found, at the frequency where it lies."""
    answer = _answer(*_decoded(_wide_sound(KINDS[kind].rate_hz), kind, bit_rate))
    assert answer["is_probably_from_lossy"] == 1
    assert answer["cliff_evidence"] > 0.6  # type: ignore[operator]
    assert answer["cliff_hz"] == pytest.approx(cliff_hz, abs=500)
    assert answer["bandwidth_hz"] == pytest.approx(cliff_hz, abs=1300)


@pytest.mark.parametrize("rate_hz", [22_050, 44_100, 48_000, 96_000, 352_800])
def test_wide_sound_is_wide_and_not_accused(rate_hz: int) -> None:
    """Sound up to half of the rate has all of its bandwidth, up to the highest band."""
    answer = _answer(_wide_sound(rate_hz), rate_hz)
    assert answer["bandwidth_hz"] == pytest.approx(min(rate_hz / 2, 24_000), abs=200)
    assert answer["is_probably_from_lossy"] == 0


@pytest.mark.parametrize("slope_db", [12, 24, 48])
@pytest.mark.parametrize("corner_hz", [4000, 9000, 14_000])
@pytest.mark.parametrize("has_hiss", [True, False])
def test_old_masters_are_not_accused(slope_db: float, corner_hz: float, has_hiss: bool) -> None:
    """A soft roll-off of the treble, with or without the hiss of a tape, is no cliff."""
    soft = _filtered(
        _wide_sound().astype(np.float64),
        lambda hertz: -slope_db * np.log2(1 + (hertz / corner_hz) ** 8) / 8,
    )
    if has_hiss:
        soft = soft + np.random.default_rng(2).normal(0, 0.001, soft.shape)
    assert _answer(_at_16_bits(soft))["is_probably_from_lossy"] == 0


def test_the_filter_of_a_converter_is_not_accused() -> None:
    """Sound that ends at 21 kHz, as behind the steep filters of converters, is wide."""
    steep = _filtered(
        _wide_sound().astype(np.float64), lambda hertz: np.where(hertz > 20_900, -150.0, 0.0)
    )
    answer = _answer(_at_16_bits(steep))
    assert answer["is_probably_from_lossy"] == 0
    assert answer["bandwidth_hz"] == pytest.approx(21_000, abs=200)


def test_silence_and_snippets_have_no_bandwidth() -> None:
    """Nothing audible is 0 Hz wide, and one moment accuses nobody."""
    assert _answer(np.zeros((RATE_HZ, 2), np.float32))["bandwidth_hz"] == 0
    assert _answer(np.zeros((0, 2), np.float32))["cliff_hz"] == 0
    narrow, rate_hz = _decoded(_wide_sound()[:RATE_HZ], "mp3", 128_000)
    assert _answer(narrow, rate_hz)["is_probably_from_lossy"] == 0


def test_a_bass_channel_does_not_narrow_a_file() -> None:
    """The low-frequency channel of a surround file is not looked at."""
    wide = _wide_sound()[: 6 * RATE_HZ]
    low = np.sin(np.arange(len(wide)) * 2 * np.pi * 60 / RATE_HZ).astype(np.float32)
    answer = _answer(np.concatenate([wide, low[:, None]], axis=1))
    assert answer["bandwidth_hz"] == pytest.approx(22_000, abs=200)
