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
from audio_ident.model.audio import CHROMA_RATE_HZ, MONO_RATE_HZ, STEREO_RATE_HZ, Feed

SECONDS = 4

SHAPES = {
    Feed.MONO_11K: (CHROMA_RATE_HZ, 1),
    Feed.MONO_16K: (MONO_RATE_HZ, 1),
    Feed.STEREO_48K: (STEREO_RATE_HZ, 2),
}
"""Rate and channels of the feeds that carry samples."""

CUTS = st.lists(st.integers(0, SECONDS * STEREO_RATE_HZ), max_size=12)
SEEDS = st.integers(0, 2**32 - 1)


def _stream(feed: Feed, seed: int) -> Any:
    """Noise with pauses, or bytes, of a few seconds and odd length."""
    rng = np.random.default_rng(seed)
    if feed in {Feed.FILE_BYTES, Feed.AUDIO_PACKETS}:
        return rng.bytes(20_000)
    rate_hz, channels = SHAPES[feed]
    count = int(rng.integers(1, SECONDS * rate_hz))
    shape = (count,) if channels == 1 else (count, channels)
    samples = np.clip(rng.normal(0, 0.2, shape), -1, 1).astype(np.float32)
    for _ in range(3):
        start = int(rng.integers(0, count))
        samples[start : start + int(rng.integers(0, 2 * rate_hz))] = 0
    if feed is Feed.MONO_11K:
        return (samples * 32767).astype(np.int16)
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
    _assert_same(_answer(listener(), blocks), _answer(listener(), [stream]))


@pytest.mark.parametrize("listener", LISTENERS, ids=lambda listener: listener.name)
def test_an_empty_stream_has_an_answer(listener: type[Listener]) -> None:
    """No block at all is answered like one empty block, with the same fields as sound."""
    empty = _stream(listener.hears, 1)[:0]
    _assert_same(_answer(listener(), []), _answer(listener(), [empty]))
    assert (
        _answer(listener(), []).keys() == _answer(listener(), [_stream(listener.hears, 2)]).keys()
    )


@pytest.mark.parametrize("listener", LISTENERS, ids=lambda listener: listener.name)
def test_a_block_is_not_changed(listener: type[Listener]) -> None:
    """Other listeners hear the same block: it may be read only, and is not kept for later."""
    stream = _stream(listener.hears, 5)
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
