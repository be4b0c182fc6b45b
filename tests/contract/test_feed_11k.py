"""The 11 kHz stream is the same however blocks are cut, and takes any channels."""

import itertools

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audio_ident.engines.feed_11k import ChromaFeed
from audio_ident.engines.pyav_frames import NativeBlock

SAMPLES = 30_000


def _block(planes: np.ndarray, rate_hz: int = 44_100, layout: str = "stereo") -> NativeBlock:
    names = tuple(channel.name for channel in av.AudioLayout(layout).channels)
    return NativeBlock(
        planes=tuple(planes), rate_hz=rate_hz, channel_names=names, is_wide_integer=False
    )


def _noise(channels: int) -> np.ndarray:
    rng = np.random.default_rng(channels)
    return rng.uniform(-1, 1, (channels, SAMPLES)).astype(np.float32)


def _heard(*blocks: NativeBlock) -> np.ndarray:
    heard: list[np.ndarray] = []
    feed = ChromaFeed(heard.append)
    for block in blocks:
        feed.feed(block)
    feed.finish()
    return np.concatenate([np.zeros(0, np.int16), *heard])


@settings(max_examples=20, deadline=None)
@given(
    cuts=st.lists(st.integers(1, SAMPLES - 1), max_size=6, unique=True),
    rate_hz=st.sampled_from([8000, 11_025, 22_050, 44_100, 48_000]),
)
def test_the_cutting_into_blocks_changes_nothing(cuts: list[int], rate_hz: int) -> None:
    """Every cutting of the source gives the same samples."""
    planes = _noise(2)
    places = [0, *sorted(cuts), SAMPLES]
    pieces = [_block(planes[:, a:b], rate_hz) for a, b in itertools.pairwise(places)]
    np.testing.assert_array_equal(_heard(*pieces), _heard(_block(planes, rate_hz)))


@pytest.mark.parametrize("layout", ["mono", "5.1", "7.1", "22.2", "6 channels", "ambisonic 1"])
def test_every_layout_is_mixed(layout: str) -> None:
    """Channels with names, without names and those that cannot be mixed give sound."""
    channels = av.AudioLayout(layout).nb_channels
    heard = _heard(_block(_noise(channels), layout=layout))
    assert (heard.dtype, len(heard)) == (np.int16, SAMPLES // 4)
    assert heard.std() > 100


def test_a_change_of_rate_goes_on_at_the_same_rate() -> None:
    """What follows a change is resampled anew, and nothing is lost."""
    heard = _heard(_block(_noise(2)), _block(_noise(1), 22_050, "mono"))
    assert len(heard) == SAMPLES // 4 + SAMPLES // 2


def test_no_block_gives_no_sound() -> None:
    """A source without audio is no error here."""
    assert len(_heard()) == 0
