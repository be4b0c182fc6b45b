"""The rules of `engines/embedders/protocol.py`, for every implementation."""

import socket
from collections.abc import Callable
from typing import NoReturn

import numpy as np
import pytest

from audio_ident.core.vibe.timbre import SHIPPED
from audio_ident.engines.embedders.clap import ClapEmbedder
from audio_ident.engines.embedders.protocol import Embedder
from audio_ident.engines.embedders.timbre import TimbreEmbedder
from audio_ident.model.audio import Mono
from builders import tiny_clap

MAKERS: dict[str, Callable[[], Embedder]] = {
    "clap": lambda: ClapEmbedder(tiny_clap.FOLDER),
    "timbre": lambda: TimbreEmbedder(SHIPPED, 0.35),
}
"""Every embedder, by name."""


@pytest.fixture(scope="module", params=sorted(MAKERS))
def embedder(request: pytest.FixtureRequest) -> Embedder:
    """An embedder of each kind."""
    return MAKERS[request.param]()


def melody(embedder: Embedder, seconds: float, seed: int = 0) -> Mono:
    """Loud tones that change twice a second, at the rate that an embedder hears."""
    rate_hz = embedder.space.rate_hz
    count = round(seconds * rate_hz)
    time_s = np.arange(count) / rate_hz
    pitches = np.random.default_rng(seed).integers(0, 36, int(2 * seconds) + 1)
    frequencies_hz = 110 * 2 ** (pitches[(2 * time_s).astype(int)] / 12)
    tones = np.sin(2 * np.pi * np.cumsum(frequencies_hz) / rate_hz)
    return (0.4 * tones * np.exp(-2 * (time_s % 0.5))).astype(np.float32)


def blocks(sound: Mono, count: int) -> list[Mono]:
    """The sound in pieces of unlike length."""
    cuts = np.sort(np.random.default_rng(count).integers(0, len(sound), count))
    return np.split(sound, cuts)


def test_vectors_are_directions_in_order_of_time(embedder: Embedder) -> None:
    """Each has length 1 and the dimension of the space, is finite, and has its time."""
    windows = embedder.embed_audio([melody(embedder, 23)])
    assert windows.vectors.shape == (len(windows.start_ms), embedder.space.dimension)
    assert windows.vectors.dtype == np.float32
    assert np.isfinite(windows.vectors).all()
    assert np.linalg.norm(windows.vectors, axis=1) == pytest.approx(1, abs=1e-5)
    assert windows.start_ms.dtype == windows.end_ms.dtype == np.uint32
    assert list(windows.start_ms) == sorted(set(windows.start_ms.tolist()))


def test_windows_lie_as_the_space_says(embedder: Embedder) -> None:
    """One every hop, as long as a window, and the last one at the end."""
    space = embedder.space
    windows = embedder.embed_audio([melody(embedder, 23)])
    lengths = windows.end_ms.astype(int) - windows.start_ms.astype(int)
    assert lengths == pytest.approx(1000 * space.window_s, abs=40)
    assert windows.start_ms[0] == 0
    assert np.diff(windows.start_ms[:-1].astype(int)) == pytest.approx(1000 * space.hop_s, abs=40)
    assert 23_000 - int(windows.end_ms[-1]) < 1000


def test_a_library_and_a_query_hear_the_same(embedder: Embedder) -> None:
    """The same sound gives the same numbers, bit for bit, in one piece and in many."""
    sound = melody(embedder, 17)
    first = embedder.embed_audio([sound])
    for other in (embedder.embed_audio([sound]), embedder.embed_audio(blocks(sound, 40))):
        assert np.array_equal(first.vectors, other.vectors)
        assert np.array_equal(first.start_ms, other.start_ms)
        assert np.array_equal(first.end_ms, other.end_ms)


def test_two_embedders_hear_the_same(embedder: Embedder, request: pytest.FixtureRequest) -> None:
    """What one process stores, another one compares."""
    other = MAKERS[request.node.callspec.params["embedder"]]()
    sound = melody(embedder, 11)
    assert other.space == embedder.space
    assert np.array_equal(embedder.embed_audio([sound]).vectors, other.embed_audio([sound]).vectors)


def test_unlike_sounds_have_unlike_vectors(embedder: Embedder) -> None:
    """A sound is nearer to itself than to noise."""
    rate_hz = embedder.space.rate_hz
    noise = np.random.default_rng(3).normal(0, 0.2, 10 * rate_hz).astype(np.float32)
    (tones,) = embedder.embed_audio([melody(embedder, 10)]).vectors
    (hiss,) = embedder.embed_audio([noise]).vectors
    assert float(tones @ hiss) < 0.9


@pytest.mark.parametrize("seconds", [0, 0.2, 12])
def test_nothing_and_silence_have_no_windows(embedder: Embedder, seconds: float) -> None:
    """The answer is empty, and has the right shape."""
    silence = np.zeros(round(seconds * embedder.space.rate_hz), np.float32)
    windows = embedder.embed_audio([silence])
    assert windows.vectors.shape == (0, embedder.space.dimension)
    assert len(windows.start_ms) == len(windows.end_ms) == 0


def test_no_network_is_needed(embedder: Embedder, monkeypatch: pytest.MonkeyPatch) -> None:
    """An embedder works where no socket can be opened."""

    def refuse(*_: object, **__: object) -> NoReturn:
        raise AssertionError("an embedder opened a socket")

    monkeypatch.setattr(socket, "socket", refuse)
    name = next(name for name, make in MAKERS.items() if make().space == embedder.space)
    assert len(MAKERS[name]().embed_audio([melody(embedder, 10)]).vectors) == 1


def test_the_space_has_a_fit_name(embedder: Embedder) -> None:
    """Its id begins with the embedder, and fits everywhere that spaces are named."""
    space = embedder.space
    assert space.id.startswith(f"{space.embedder}-")
    assert set(space.id) <= set("abcdefghijklmnopqrstuvwxyz0123456789.-")
    assert len(space.id) <= 64
