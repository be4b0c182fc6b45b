"""The built-in embedder hears what music sounds like: on pieces that are made here."""

import functools
from collections.abc import Sequence

import numpy as np
import pytest

from audio_ident.core.vibe.pooling import pooled_likenesses
from audio_ident.core.vibe.timbre import SHIPPED
from audio_ident.engines.clip import decode_clip
from audio_ident.engines.decoder_pyav import PyavDecoder
from audio_ident.engines.embedders.timbre import TimbreEmbedder
from audio_ident.engines.encoder_pyav import Encoding, encoded
from audio_ident.engines.protocols import DecodeLimits
from audio_ident.model.audio import MONO_RATE_HZ, Mono
from audio_ident.model.vectors import WindowVectors
from builders.music import cut, music
from builders.songs import song

EMBEDDER = TimbreEmbedder(SHIPPED, 0.35)
LIMITS = DecodeLimits(max_bytes=1 << 30, max_seconds=600, timeout_s=600)
SECONDS = 25.0
PIECES_OF_A_KIND = 5


def _dance(seed: int) -> Mono:
    return song(150 + seed, seed % 12, is_major=True, seed=seed, seconds=SECONDS)


def _ballad(seed: int) -> Mono:
    """Slow, and dull as through a wall."""
    sound = song(62 + seed, seed % 12, is_major=False, seed=100 + seed, seconds=SECONDS)
    return np.convolve(sound, np.hanning(40) / 20, "same").astype(np.float32)


def _bells(seed: int) -> Mono:
    return music(seed, SECONDS)


KINDS = (_dance, _ballad, _bells)


@functools.cache
def pieces() -> tuple[Mono, ...]:
    """Music of three kinds, one after the other."""
    return tuple(kind(seed) for kind in KINDS for seed in range(PIECES_OF_A_KIND))


@functools.cache
def library() -> tuple[WindowVectors, ...]:
    """What a library holds of the pieces."""
    return tuple(EMBEDDER.embed_audio([piece]) for piece in pieces())


def neighbours(query: WindowVectors, own: int, count: int) -> Sequence[int]:
    """Pieces that are most alike, without the query's own."""
    likeness = pooled_likenesses(query.vectors, [windows.vectors for windows in library()])
    likeness[own] = -np.inf
    return np.argsort(-likeness)[:count].tolist()


def through(sound: Mono, encoding: Encoding) -> Mono:
    """The sound as a file of that encoding gives it back."""
    file = encoded(sound, MONO_RATE_HZ, encoding)
    return decode_clip(PyavDecoder(clock=lambda: 0.0), file, LIMITS)


def test_a_piece_is_found_by_ten_seconds_of_it() -> None:
    """Of the first windows of all pieces, its own is most like the last one of most pieces.

    Cosines of the raw numbers manage two of three.
    """
    firsts = np.stack([windows.vectors[0] for windows in library()])
    lasts = np.stack([windows.vectors[-1] for windows in library()])
    cosines = lasts @ firsts.T
    ranks = (cosines > np.diag(cosines)[:, np.newaxis]).sum(axis=1)
    assert (ranks < 1).mean() >= 0.75
    assert (ranks < 8).mean() >= 0.9


def test_pieces_of_a_kind_are_neighbours() -> None:
    """Nearly all of the nearest three sound like the piece; chance is a third."""
    kinds = np.arange(len(library())) // PIECES_OF_A_KIND
    found = [
        kinds[at] == kinds[number]
        for number, windows in enumerate(library())
        for at in neighbours(windows, number, 3)
    ]
    assert np.mean(found) >= 0.9


@pytest.mark.parametrize(
    "change",
    [
        lambda sound: through(
            sound,
            Encoding(container="mp3", codec="libmp3lame", rate_hz=44_100, bits_per_s=64_000),
        ),
        lambda sound: through(
            sound, Encoding(container="ogg", codec="libopus", rate_hz=48_000, bits_per_s=24_000)
        ),
        lambda sound: (sound * np.float32(0.25)).astype(np.float32),
    ],
    ids=["mp3 64k", "opus 24k", "-12 dB"],
)
def test_neighbours_stay_when_a_piece_is_encoded_badly(change: object) -> None:
    """At least four of five neighbours are the same, of every third piece."""
    assert callable(change)
    shares = []
    for number in range(0, len(pieces()), 3):
        before = set(neighbours(library()[number], number, 5))
        copy = EMBEDDER.embed_audio([change(pieces()[number])])
        shares.append(len(before & set(neighbours(copy, number, 5))) / 5)
    assert np.mean(shares) >= 0.8


@pytest.mark.parametrize("seconds", [3.0, 5.0, 10.0])
def test_a_short_clip_finds_its_kind(seconds: float) -> None:
    """A clip of one window, however short, has neighbours of the kind of its piece."""
    found = []
    for number in range(0, len(pieces()), 3):
        clip = EMBEDDER.embed_audio([cut(pieces()[number], 12.0, seconds)])
        assert len(clip.vectors) == 1
        nearest = neighbours(clip, number, 3)
        found += [at // PIECES_OF_A_KIND == number // PIECES_OF_A_KIND for at in nearest]
    assert np.mean(found) >= 0.9


def test_the_library_and_a_query_have_the_same_windows() -> None:
    """A clip that begins where a window does has that window: the same rule cuts both."""
    at = 3
    start_s = library()[at].start_ms[2] / 1000
    clip = EMBEDDER.embed_audio([cut(pieces()[at], start_s, 9.984)])
    assert float(clip.vectors[0] @ library()[at].vectors[2]) > 0.97
