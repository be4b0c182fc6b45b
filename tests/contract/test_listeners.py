"""Every registered listener keeps the promises of `core.listeners.protocol`."""

import itertools
from collections.abc import Iterable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audio_ident.core.listeners.protocol import Listener
from audio_ident.core.listeners.registry import LISTENERS
from audio_ident.model.analysis import Fields
from audio_ident.model.audio import (
    CHROMA_RATE_HZ,
    MONO_RATE_HZ,
    STEREO_RATE_HZ,
    Feed,
    NativeBlock,
)
from builders.native import NativeStream
from builders.signals import Channels

SECONDS = 4

CUTS = st.lists(st.integers(0, SECONDS * STEREO_RATE_HZ), max_size=12)
SEEDS = st.integers(0, 2**32 - 1)

NATIVE = [listener for listener in LISTENERS if listener.hears is Feed.NATIVE]


def _stream(feed: Feed, seed: int) -> Any:
    """Noise with pauses, or bytes, of a few seconds and odd length."""
    rng = np.random.default_rng(seed)
    if feed in {Feed.FILE_BYTES, Feed.AUDIO_PACKETS}:
        return rng.bytes(20_000)
    if feed is Feed.NATIVE:
        rate_hz = int(rng.choice([8000, 11_025, 44_100, 48_000]))
        return NativeStream(_noise(rng, rate_hz, int(rng.choice([1, 2, 3, 6]))), rate_hz)
    if feed is Feed.MONO_16K:
        return _noise(rng, MONO_RATE_HZ, 1)[:, 0]
    if feed is Feed.MONO_11K:
        return (_noise(rng, CHROMA_RATE_HZ, 1)[:, 0] * 32_767).astype(np.int16)
    return _noise(rng, STEREO_RATE_HZ, 2)


def _noise(rng: np.random.Generator, rate_hz: int, channels: int) -> Channels:
    count = int(rng.integers(1, SECONDS * rate_hz))
    samples = np.clip(rng.normal(0, 0.2, (count, channels)), -1, 1).astype(np.float32)
    for _ in range(3):
        start = int(rng.integers(0, count))
        samples[start : start + int(rng.integers(0, 2 * rate_hz))] = 0
    return samples


def _answer(listener: Listener, blocks: Iterable[Any]) -> Fields:
    for block in blocks:
        listener.feed(block)
    return listener.finish()


def _assert_same(first: Fields, second: Fields) -> None:
    assert first.keys() == second.keys()
    for key, value in first.items():
        assert type(value) is type(second[key])
        np.testing.assert_array_equal(value, second[key])
        if isinstance(value, np.ndarray):
            assert value.dtype == second[key].dtype  # type: ignore[union-attr]


@pytest.mark.parametrize("listener", LISTENERS, ids=lambda listener: listener.name)
@settings(max_examples=25, deadline=None)
@given(seed=SEEDS, cuts=CUTS)
def test_the_cutting_into_blocks_changes_nothing(
    listener: type[Listener], seed: int, cuts: list[int]
) -> None:
    """However a stream is cut, empty blocks among them, the answer is the same to the bit."""
    stream = _stream(listener.hears, seed)
    places = [0, *sorted(min(cut, len(stream)) for cut in cuts), len(stream)]
    blocks = [stream[start:end] for start, end in itertools.pairwise(places)]
    _assert_same(_answer(listener(), blocks), _answer(listener(), [stream[:]]))


@pytest.mark.parametrize("listener", NATIVE, ids=lambda listener: listener.name)
@settings(max_examples=10, deadline=None)
@given(seed=SEEDS, cuts=CUTS)
def test_a_change_of_rate_and_layout_may_come_anywhere(
    listener: type[Listener], seed: int, cuts: list[int]
) -> None:
    """Native streams may change between two blocks; cutting them further changes nothing."""
    rng = np.random.default_rng(seed)
    shapes = [(44_100, 2), (48_000, 2), (48_000, 1), (22_050, 6)]
    stretches = [NativeStream(_noise(rng, rate, count) / 2, rate) for rate, count in shapes]
    pieces: list[NativeBlock] = []
    for stretch in stretches:
        places = [0, *sorted(min(cut, len(stretch)) for cut in cuts), len(stretch)]
        pieces += [stretch[start:end] for start, end in itertools.pairwise(places)]
    whole = [stretch[: len(stretch)] for stretch in stretches]
    _assert_same(_answer(listener(), pieces), _answer(listener(), whole))


@pytest.mark.parametrize("listener", LISTENERS, ids=lambda listener: listener.name)
def test_an_empty_stream_has_an_answer(listener: type[Listener]) -> None:
    """No block at all is answered like one empty block, with the same fields as sound."""
    empty = _stream(listener.hears, 1)[:0]
    _assert_same(_answer(listener(), []), _answer(listener(), [empty]))
    assert (
        _answer(listener(), []).keys()
        == _answer(listener(), [_stream(listener.hears, 2)[:]]).keys()
    )


@pytest.mark.parametrize("listener", LISTENERS, ids=lambda listener: listener.name)
def test_a_block_is_not_changed(listener: type[Listener]) -> None:
    """Other listeners hear the same block: it may be read only, and is not kept for later."""
    stream = _stream(listener.hears, 5)
    if isinstance(stream, NativeStream):
        first = stream[:1000]
        hearing, later = listener(), listener()
        hearing.feed(first)
        later.feed(stream[:1000])
        for plane in first.planes:
            plane[:] = 1
        _assert_same(hearing.finish(), later.finish())
    if isinstance(stream, np.ndarray):
        reused = stream[:1000].copy()
        reused.flags.writeable = False
        hearing, later = listener(), listener()
        hearing.feed(reused)
        later.feed(stream[:1000])
        reused.flags.writeable = True
        reused[:] = 1
        _assert_same(hearing.finish(), later.finish())


def test_names_are_unique_and_in_order() -> None:
    """A name finds one section of an artefact."""
    names = [listener.name for listener in LISTENERS]
    assert names == sorted(set(names))
    assert all(listener.version >= 1 for listener in LISTENERS)
