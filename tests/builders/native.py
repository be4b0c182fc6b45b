"""Blocks of sound at the rate of a file."""

from collections.abc import Sequence

import numpy as np

from audio_ident.model.audio import NativeBlock
from builders.signals import Channels

NAMES = {
    1: ("FC",),
    2: ("FL", "FR"),
    3: ("FL", "FR", "LFE"),
    6: ("FL", "FR", "FC", "LFE", "BL", "BR"),
}
"""FFmpeg's names of the channels, by their number."""


def block_of(samples: Channels, rate_hz: int, names: Sequence[str] | None = None) -> NativeBlock:
    """One block."""
    planes = tuple(np.ascontiguousarray(plane, np.float32) for plane in samples.T)
    channel_names = tuple(names or NAMES[len(planes)])
    return NativeBlock(planes=planes, rate_hz=rate_hz, channel_names=channel_names)


def blocks_of(
    samples: Channels, rate_hz: int, names: Sequence[str] | None = None, block_samples: int = 16_384
) -> list[NativeBlock]:
    """A stream in blocks as a decoder cuts it."""
    starts = range(0, len(samples), block_samples)
    return [block_of(samples[at : at + block_samples], rate_hz, names) for at in starts]


class NativeStream:
    """A stream of one rate that can be cut anywhere, as arrays can."""

    def __init__(self, samples: Channels, rate_hz: int) -> None:
        self._samples = samples
        self._rate_hz = rate_hz

    def __len__(self) -> int:
        """Samples of each channel."""
        return len(self._samples)

    def __getitem__(self, place: slice) -> NativeBlock:
        """A block with those samples."""
        return block_of(self._samples[place], self._rate_hz)
