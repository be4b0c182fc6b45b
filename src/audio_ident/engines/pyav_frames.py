"""Gathers decoded frames into blocks of about one second of float samples at their own rate.

One frame of MP3 is 26 ms: crossing into Python, numpy and the resampler for each would cost
as much as decoding. FFmpeg's own queue joins the frames at almost no cost.
"""

import dataclasses
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from av.audio.fifo import AudioFifo
from av.audio.frame import AudioFrame

HELD_BACK_SAMPLES = 8192
"""Samples kept until the end is known, so that padding can still be cut off there."""

FULL_SCALE = {"u8": 2.0**7, "s16": 2.0**15, "s32": 2.0**31, "s64": 2.0**63}
"""Integer that stands for 1.0, by FFmpeg's packed sample format."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NativeBlock:
    """Samples as the file has them, in [-1, 1]."""

    planes: npt.NDArray[np.float32]
    """Shape `(channels, n)`."""
    rate_hz: int
    channel_names: tuple[str, ...]
    """FFmpeg's names, such as `FL`, `FR`, `LFE`."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Shape:
    """What all frames in one queue have in common."""

    key: tuple[str, str, int]
    """Format, layout and rate; cheap to make for every frame."""
    sample_format: str
    is_planar: bool
    rate_hz: int
    channel_names: tuple[str, ...]


class FrameGatherer:
    """Joins frames; a change of rate, layout or format closes a block."""

    def __init__(self) -> None:
        self._queue = AudioFifo()
        self._shape: _Shape | None = None

    def add(self, frame: AudioFrame) -> Iterator[NativeBlock]:
        """Take a frame; gives the blocks that are complete now."""
        shape = self._shape
        key = (frame.format.name, frame.layout.name, frame.sample_rate)
        if shape is None or shape.key != key:
            yield from self.rest(drop_samples=0)
            shape = self._shape = _shape_of(frame, key)
        frame.pts = None
        self._queue.write(frame)
        while self._queue.samples >= shape.rate_hz + HELD_BACK_SAMPLES:
            yield self._read(shape, shape.rate_hz)

    def rest(self, drop_samples: int) -> Iterator[NativeBlock]:
        """Give what is left, without the last samples; the next frame may have any shape."""
        if self._shape is None:
            return
        keep_samples = self._queue.samples - drop_samples
        while keep_samples > 0:
            block = self._read(self._shape, min(keep_samples, self._shape.rate_hz))
            keep_samples -= block.planes.shape[1]
            yield block
        self._queue = AudioFifo()
        self._shape = None

    def _read(self, shape: _Shape, samples: int) -> NativeBlock:
        frame = self._queue.read(samples)
        if frame is None:
            raise IndexError("the queue holds fewer samples than it said")
        planes = frame.to_ndarray()
        if not shape.is_planar:
            planes = planes.reshape(-1, len(shape.channel_names)).T
        return NativeBlock(
            planes=_as_float(planes, shape.sample_format),
            rate_hz=shape.rate_hz,
            channel_names=shape.channel_names,
        )


def _shape_of(frame: AudioFrame, key: tuple[str, str, int]) -> _Shape:
    return _Shape(
        key=key,
        sample_format=frame.format.packed.name,
        is_planar=frame.format.is_planar,
        rate_hz=frame.sample_rate,
        channel_names=tuple(channel.name for channel in frame.layout.channels),
    )


def _as_float(planes: npt.NDArray[np.generic], sample_format: str) -> npt.NDArray[np.float32]:
    full_scale = FULL_SCALE.get(sample_format)
    if full_scale is None:
        return _tamed(np.asarray(planes, np.float32))
    samples = planes.astype(np.float32, order="C")
    if sample_format == "u8":
        samples -= np.float32(full_scale)
    samples *= np.float32(1 / full_scale)
    return samples


def _tamed(samples: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Damaged float streams hold anything: huge values, infinities, no numbers."""
    clamped = np.clip(samples, -1, 1)
    return clamped if np.isfinite(clamped.sum()) else np.nan_to_num(clamped, copy=False)
