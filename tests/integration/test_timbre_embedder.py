"""The timbre embedder hears a clip as an import hears a file."""

import time
from pathlib import Path

import numpy as np
import pytest

from audio_ident.core.listeners.audio_digest import AudioDigest
from audio_ident.core.listeners.descriptors import Descriptors
from audio_ident.core.listeners.file_digest import FileDigest
from audio_ident.core.vibe.timbre import SHIPPED, timbre_windows
from audio_ident.engines.decoder_pyav import PyavDecoder
from audio_ident.engines.embedders.timbre import TimbreEmbedder, raw_descriptors
from audio_ident.engines.encoder_pyav import Encoding, encode
from audio_ident.engines.protocols import DecodeLimits
from audio_ident.ingest.analyse import analyse
from audio_ident.model.audio import MONO_RATE_HZ, Feed, Mono
from builders.music import music

LIMITS = DecodeLimits(max_bytes=1 << 30, max_seconds=600, timeout_s=600)
FLAC = Encoding(container="flac", codec="flac", rate_hz=44_100)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A song of 23 seconds with silence behind it."""
    sound = np.concatenate([music(4, 23.0), np.zeros(20 * MONO_RATE_HZ, np.float32)])
    path = tmp_path_factory.mktemp("timbre") / "song.flac"
    encode(path, sound, MONO_RATE_HZ, FLAC)
    return path


def decoded(file: Path) -> list[Mono]:
    """Blocks of a file, as a query decodes them."""
    blocks: list[Mono] = []
    PyavDecoder(clock=time.monotonic).listen(file, {Feed.MONO_16K: blocks.append}, LIMITS)
    return blocks


def test_a_query_and_an_import_hear_the_same(file: Path) -> None:
    """Raw descriptors of decoded blocks are those that an import keeps, bit for bit."""
    listeners = (AudioDigest, Descriptors, FileDigest)
    kept = analyse(file, PyavDecoder(clock=time.monotonic), listeners, LIMITS).analysis
    stored, heard = kept.sections[Descriptors.name].fields, raw_descriptors(decoded(file))
    assert stored.keys() == heard.keys()
    for name, field in stored.items():
        assert np.array_equal(np.asarray(field), np.asarray(heard[name])), name


def test_an_embedder_is_its_two_halves(file: Path) -> None:
    """Hearing in one process and scaling in another gives the vectors of doing both at once."""
    embedder = TimbreEmbedder(SHIPPED, 0.35)
    whole = embedder.embed_audio(decoded(file))
    apart = timbre_windows(raw_descriptors(decoded(file)), SHIPPED, 0.35)
    assert np.array_equal(whole.vectors, apart.vectors)
    assert np.array_equal(whole.start_ms, apart.start_ms)
    assert np.array_equal(whole.end_ms, apart.end_ms)


def test_silence_behind_a_song_has_no_windows(file: Path) -> None:
    """The last window that is kept holds the end of the song; those after it are left out."""
    windows = TimbreEmbedder(SHIPPED, 0.35).embed_audio(decoded(file))
    assert windows.start_ms[-1] < 23_000
    assert len(windows.vectors) == 5


@pytest.mark.parametrize(("seconds", "expected"), [(0, 0), (3, 1), (9.9, 1), (11, 2), (16, 3)])
def test_short_clips_have_a_window(seconds: float, expected: int) -> None:
    """Less than ten seconds are one window, more have one at the end."""
    clip = music(1, 20.0)[: round(seconds * MONO_RATE_HZ)]
    assert len(TimbreEmbedder(SHIPPED, 0.35).embed_audio([clip]).vectors) == expected
