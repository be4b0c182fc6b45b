"""Chromaprint is bit for bit what `fpcalc` gives."""

import hashlib
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from audio_ident.core.acoustid import compress, decompress
from audio_ident.core.chromaprint import ACOUSTID_S, SubFingerprints, span_of
from audio_ident.core.listeners.chromaprint import Chromaprint
from audio_ident.model.audio import MONO_RATE_HZ, Feed
from builders.encode import KINDS, encode
from builders.hearing import hear
from builders.music import music

FPCALC = shutil.which("fpcalc")

needs_fpcalc = pytest.mark.skipif(FPCALC is None, reason="fpcalc is not installed")

AT_THE_END = 3
"""How fpcalc 1.5.1 takes the end of a file since FFmpeg 5: an error, behind the whole answer."""

RATES_HZ = (8000, 22_050, 44_100, 48_000)


def _music(rate_hz: int, channels: int, seconds: float = 20.0) -> np.ndarray:
    """Music of which every channel sounds different."""
    sound = music(1, seconds)
    at_s = np.arange(round(seconds * rate_hz)) / rate_hz
    heard = np.interp(at_s, np.arange(len(sound)) / MONO_RATE_HZ, sound)
    gains = 0.9 ** np.arange(channels)
    shifted = [np.roll(heard, 40 * number) for number in range(channels)]
    return (np.stack(shifted, axis=1) * gains).astype(np.float32)


def _ours(encoded: bytes) -> SubFingerprints:
    listener = Chromaprint()
    for block in hear(encoded, (Feed.MONO_11K,)).blocks[Feed.MONO_11K]:
        listener.feed(block)
    return np.asarray(listener.finish()["sub_fingerprints"], np.uint32)


def _fpcalc(path: Path, *options: str) -> str:
    assert FPCALC is not None
    command = [FPCALC, "-plain", *options, str(path)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode in {0, AT_THE_END}, done.stderr
    return done.stdout.strip()


def _theirs(path: Path) -> SubFingerprints:
    words = _fpcalc(path, "-raw", "-length", "0").split(",")
    return np.array([int(word) for word in words], np.uint32)


@needs_fpcalc
@pytest.mark.parametrize("channels", [1, 2, 6])
@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_every_rate_and_number_of_channels_is_alike(
    tmp_path: Path, rate_hz: int, channels: int
) -> None:
    """Mixing and resampling are FFmpeg's own, so all bits are equal."""
    encoded = encode(_music(rate_hz, channels), KINDS["wav 16 bit"], rate_hz)
    path = tmp_path / "music.wav"
    path.write_bytes(encoded)
    np.testing.assert_array_equal(_ours(encoded), _theirs(path))


@needs_fpcalc
@pytest.mark.parametrize(
    "name", ["mp3", "flac", "ogg vorbis", "opus", "aac faststart", "alac", "wav 24 bit"]
)
def test_every_codec_is_alike(tmp_path: Path, name: str) -> None:
    """Decoders of another version of FFmpeg round floats otherwise, which turns few bits."""
    kind = KINDS[name]
    encoded = encode(_music(kind.rate_hz, 2), kind)
    path = tmp_path / f"music{kind.suffix}"
    path.write_bytes(encoded)
    ours, theirs = _ours(encoded), _theirs(path)
    assert len(ours) == len(theirs)
    allowed = 0 if kind.is_lossless else len(ours) * 32 // 400
    assert int(np.bitwise_count(ours ^ theirs).sum()) <= allowed


@needs_fpcalc
def test_what_acoustid_is_asked_is_alike(tmp_path: Path) -> None:
    """The compressed text of the first two minutes is the same to the letter."""
    encoded = encode(_music(16_000, 1, seconds=130.0), KINDS["wav 16 bit"], 16_000)
    path = tmp_path / "music.wav"
    path.write_bytes(encoded)
    ours, text = _ours(encoded), _fpcalc(path)
    assert compress(span_of(ours, 0, ACOUSTID_S)) == text
    np.testing.assert_array_equal(decompress(text), span_of(ours, 0, ACOUSTID_S))


@pytest.mark.parametrize(
    ("rate_hz", "channels", "digest"),
    [
        (8000, 1, "5c9114b7b43fbcf2"),
        (44_100, 2, "721aa39846b3728b"),
        (48_000, 6, "5bfa0cdc88f44fce"),
    ],
)
def test_the_golden_answers_still_hold(rate_hz: int, channels: int, digest: str) -> None:
    """What `fpcalc` 1.5.1 gave, for machines without it."""
    ours = _ours(encode(_music(rate_hz, channels), KINDS["wav 16 bit"], rate_hz))
    assert hashlib.sha256(ours.astype("<u4").tobytes()).hexdigest()[:16] == digest
