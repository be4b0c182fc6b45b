"""Real audio in every container is decoded, in place and in full."""

from pathlib import Path

import numpy as np
import pytest
import soxr

from builders.encode import KINDS, encode_to
from builders.hearing import hear
from builders.signals import chirps, lag_samples

SECONDS = 4.0


def _reference(rate_hz: int) -> np.ndarray:
    return soxr.resample(chirps(SECONDS, rate_hz)[:, 0], rate_hz, 16_000)


@pytest.mark.parametrize("name", sorted(KINDS))
def test_audio_is_heard_where_it_was_put(name: str, tmp_path: Path) -> None:
    """Within 1 ms where the container tells the delay of its encoder, else within 60 ms."""
    kind = KINDS[name]
    heard = hear(encode_to(tmp_path, chirps(SECONDS, kind.rate_hz), name))
    lag_ms = lag_samples(heard.samples(), _reference(kind.rate_hz)) / 16
    assert abs(lag_ms) < (1 if kind.tells_delay else 60)
    assert 0.5 < np.abs(heard.samples()).max() < 0.65
    assert not heard.outcome.warnings


@pytest.mark.parametrize("name", sorted(KINDS))
def test_decoded_length_is_that_of_the_music(name: str, tmp_path: Path) -> None:
    """To the sample where the container tells the length, else within 60 ms."""
    kind = KINDS[name]
    heard = hear(encode_to(tmp_path, chirps(SECONDS, kind.rate_hz), name))
    excess_ms = (len(heard.samples()) - SECONDS * 16_000) / 16
    assert abs(excess_ms) < (0.1 if kind.tells_length else 60)
    duration_s = heard.outcome.facts.duration_ticks / 28_224_000
    assert duration_s == pytest.approx(len(heard.samples()) / 16_000, abs=1e-4)


@pytest.mark.parametrize("name", sorted(n for n, kind in KINDS.items() if kind.is_lossless))
def test_lossless_audio_comes_back_unchanged(name: str, tmp_path: Path) -> None:
    """Nothing but the resampler and the rounding to bits lies between."""
    heard = hear(encode_to(tmp_path, chirps(SECONDS, 44_100), name))
    tolerance = 0.01 if name == "wav 8 bit" else 2e-4
    np.testing.assert_allclose(heard.samples(), _reference(44_100), atol=tolerance)


@pytest.mark.parametrize(
    ("name", "codec", "bits"),
    [
        ("mp3", "mp3", None),
        ("flac", "flac", 16),
        ("alac", "alac", 24),
        ("wav 8 bit", "pcm_u8", 8),
        ("wav 24 bit", "pcm_s24le", 24),
        ("ogg vorbis", "vorbis", None),
        ("webm", "opus", None),
    ],
)
def test_facts_are_those_of_the_file(
    name: str, codec: str, bits: int | None, tmp_path: Path
) -> None:
    """Codec, rate, channels and bits are told as they are in the file."""
    kind = KINDS[name]
    facts = hear(encode_to(tmp_path, chirps(1, kind.rate_hz), name)).outcome.facts
    assert (facts.codec, facts.bits_per_sample) == (codec, bits)
    assert (facts.rate_hz, facts.channels) == (kind.rate_hz, 2)
