"""Makes the streams that listeners hear from blocks at the rate of the file.

Each stream is made from the samples of the file itself, so it is the same bit for bit
whichever other stream is wanted. Channels are averaged here, never by FFmpeg, whose float
downmix is 3 dB too loud.
"""

from collections.abc import Callable, Mapping
from typing import TypeAlias

import numpy as np
import soxr

from audio_ident.engines.protocols import Sink
from audio_ident.model.audio import (
    MONO_RATE_HZ,
    STEREO_RATE_HZ,
    Feed,
    Mono,
    NativeBlock,
    Stereo,
)

Samples: TypeAlias = Mono | Stereo

Mix: TypeAlias = Callable[[NativeBlock], Samples]
"""Makes the channels of a stream from those of the file."""

QUALITY = "HQ"
"""soxr's 20-bit quality; measured within 5 % of the cost of `MQ`, so nothing is saved below it."""

SHARED_GAIN = np.float32(0.5**0.5)
"""Weight in both sides of a channel that is on neither (-3 dB, ITU-R BS.775)."""


class ResampledFeed:
    """Hands one stream, at one fixed rate, to one sink."""

    def __init__(self, rate_hz: int, channels: int, mix: Mix, sink: Sink) -> None:
        self._rate_hz = rate_hz
        self._channels = channels
        self._mix = mix
        self._sink = sink
        self._source_rate_hz = 0
        self._resampler: soxr.ResampleStream | None = None
        self._waiting: list[Samples] = []

    def feed(self, block: NativeBlock) -> None:
        """Hear the next block; its rate may differ from that of the block before."""
        if block.rate_hz != self._source_rate_hz:
            self.finish()
            self._source_rate_hz = block.rate_hz
            self._resampler = self._new_resampler(block.rate_hz)
        samples = self._mix(block)
        if self._resampler is not None:
            samples = self._resampler.resample_chunk(samples)
        self._gather(samples)

    def finish(self) -> None:
        """Hand over what the filter still holds."""
        if self._resampler is not None:
            nothing = np.zeros((0,) if self._channels == 1 else (0, self._channels), np.float32)
            self._gather(self._resampler.resample_chunk(nothing, last=True))
        self._resampler = None
        self._hand_over()

    def _new_resampler(self, source_rate_hz: int) -> soxr.ResampleStream | None:
        if source_rate_hz == self._rate_hz:
            return None
        return soxr.ResampleStream(
            source_rate_hz, self._rate_hz, self._channels, dtype="float32", quality=QUALITY
        )

    def _gather(self, samples: Samples) -> None:
        self._waiting.append(samples)
        if sum(map(len, self._waiting)) >= self._rate_hz:
            self._hand_over()

    def _hand_over(self) -> None:
        block = np.concatenate(self._waiting) if self._waiting else np.zeros(0, np.float32)
        self._waiting.clear()
        if len(block):
            self._sink(np.clip(block, -1, 1, out=block))


class NativeFeed:
    """Hands the blocks of the file on as they are, which costs nothing."""

    def __init__(self, sink: Sink) -> None:
        self.feed: Callable[[NativeBlock], None] = sink

    def finish(self) -> None:
        """Nothing was held back."""


def new_feeds(sinks: Mapping[Feed, Sink]) -> list[ResampledFeed | NativeFeed]:
    """One stream for every sink that wants samples."""
    shapes = {
        Feed.MONO_16K: (MONO_RATE_HZ, 1, mix_to_mono),
        Feed.STEREO_48K: (STEREO_RATE_HZ, 2, mix_to_stereo),
    }
    feeds: list[ResampledFeed | NativeFeed] = [
        ResampledFeed(*shapes[feed], sink) for feed, sink in sinks.items() if feed in shapes
    ]
    if Feed.NATIVE in sinks:
        feeds.append(NativeFeed(sinks[Feed.NATIVE]))
    return feeds


def mix_to_mono(block: NativeBlock) -> Mono:
    """Mean of all channels, shape `(n,)`."""
    if len(block.planes) == 1:
        return block.planes[0]
    total = block.planes[0] + block.planes[1]
    for plane in block.planes[2:]:
        total += plane
    total *= np.float32(1 / len(block.planes))
    return total


def mix_to_stereo(block: NativeBlock) -> Stereo:
    """Left and right, shape `(n, 2)`: one channel on both sides, more than two folded."""
    if len(block.planes) <= 2:
        left, right = block.planes[0], block.planes[-1]
    else:
        left, right = _side(block, "L"), _side(block, "R")
    return np.stack([left, right], axis=1)


def _side(block: NativeBlock, letter: str) -> Mono:
    """Weighted mean of the channels on one side; the low-frequency channel is left out."""
    total = np.zeros_like(block.planes[0])
    weights = np.float32(0)
    for name, plane in zip(block.channel_names, block.planes, strict=True):
        weight = _weight(name, letter)
        total += weight * plane
        weights += weight
    total /= max(weights, SHARED_GAIN)
    return total


def _weight(channel_name: str, letter: str) -> np.float32:
    if channel_name.startswith("LFE"):
        return np.float32(0)
    side = channel_name[1:2] if channel_name.startswith(("F", "B", "S")) else channel_name[-1:]
    if side in {"L", "R"}:
        return np.float32(side == letter)
    return SHARED_GAIN
