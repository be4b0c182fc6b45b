"""Gathers decoded frames into blocks of float samples at their own rate.

One frame of MP3 is 26 ms: crossing into Python, numpy and the resampler for each would cost
as much as decoding. FFmpeg's own queue joins the frames at almost no cost.
"""

import dataclasses
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from av.audio.fifo import AudioFifo
from av.audio.frame import AudioFrame

from audio_ident.model.audio import Mono, NativeBlock

BLOCK_SAMPLES = 16_384
"""Few enough that a channel fits the cache and memory is reused: blocks of a second, which the
allocator maps anew each time, made the whole decoding a third slower."""

HELD_BACK_SAMPLES = 8192
"""Samples kept until the end is known, so that padding can still be cut off there."""

LOUDEST = 4.0
"""No sound codec overshoots full scale by as much; beyond it a stream is damaged."""

SAMPLE_FORMATS: dict[str, tuple[str, float | None]] = {
    "u8": ("u1", 2.0**7),
    "s16": ("i2", 2.0**15),
    "s32": ("i4", 2.0**31),
    "s64": ("i8", 2.0**63),
    "flt": ("f4", None),
    "dbl": ("f8", None),
}
"""numpy's name for each of FFmpeg's formats, and the integer that stands for 1.0."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Shape:
    """What all frames in one queue have in common."""

    key: tuple[str, str, int]
    """Format, layout and rate; cheap to make for every frame."""
    dtype: np.dtype[np.generic]
    full_scale: float | None
    is_planar: bool
    rate_hz: int
    channel_names: tuple[str, ...]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Gathered:
    """The same samples twice."""

    frame: AudioFrame
    """As the decoder gave them: its format, planar or packed."""
    block: NativeBlock


class FrameGatherer:
    """Joins frames; a change of rate, layout or format closes a block."""

    def __init__(self) -> None:
        self._queue = AudioFifo()
        self._shape: _Shape | None = None

    def add(self, frame: AudioFrame) -> Iterator[Gathered]:
        """Take a frame; gives the blocks that are complete now."""
        shape = self._shape
        key = (frame.format.name, frame.layout.name, frame.sample_rate)
        if shape is None or shape.key != key:
            yield from self.rest(drop_samples=0)
            shape = self._shape = _shape_of(frame, key)
        frame.pts = None
        self._queue.write(frame)
        while self._queue.samples >= BLOCK_SAMPLES + HELD_BACK_SAMPLES:
            yield self._read(shape, BLOCK_SAMPLES)

    def rest(self, drop_samples: int) -> Iterator[Gathered]:
        """Give what is left, without the last samples; the next frame may have any shape."""
        if self._shape is None:
            return
        keep_samples = self._queue.samples - drop_samples
        while keep_samples > 0:
            taken = min(keep_samples, BLOCK_SAMPLES)
            yield self._read(self._shape, taken)
            keep_samples -= taken
        self._queue = AudioFifo()
        self._shape = None

    def _read(self, shape: _Shape, samples: int) -> Gathered:
        frame = self._queue.read(samples)
        if frame is None:
            raise IndexError("the queue holds fewer samples than it said")
        block = NativeBlock(
            planes=tuple(_as_float(plane, shape) for plane in _planes(frame, shape)),
            rate_hz=shape.rate_hz,
            channel_names=shape.channel_names,
            is_16_bit=shape.dtype.itemsize <= 2,
        )
        return Gathered(frame=frame, block=block)


def _shape_of(frame: AudioFrame, key: tuple[str, str, int]) -> _Shape:
    dtype_name, full_scale = SAMPLE_FORMATS[frame.format.packed.name]
    return _Shape(
        key=key,
        dtype=np.dtype(dtype_name),
        full_scale=full_scale,
        is_planar=frame.format.is_planar,
        rate_hz=frame.sample_rate,
        channel_names=tuple(channel.name for channel in frame.layout.channels),
    )


def _planes(frame: AudioFrame, shape: _Shape) -> list[npt.NDArray[np.generic]]:
    """Channels of a frame, without copying them."""
    channels = len(shape.channel_names)
    if shape.is_planar:
        planes = frame.planes[:channels]  # from 8 channels on PyAV gives a wild pointer as well
        return [np.frombuffer(memoryview(plane), shape.dtype, frame.samples) for plane in planes]
    packed = np.frombuffer(memoryview(frame.planes[0]), shape.dtype, frame.samples * channels)
    return list(packed.reshape(-1, channels).T)


def _as_float(plane: npt.NDArray[np.generic], shape: _Shape) -> Mono:
    samples = np.ascontiguousarray(plane, np.float32)
    if shape.full_scale is None:
        return _tamed(samples)
    if shape.dtype == np.uint8:
        samples -= np.float32(shape.full_scale)
    samples *= np.float32(1 / shape.full_scale)
    return samples


def _tamed(samples: Mono) -> Mono:
    """Damaged float streams hold anything: huge values, infinities, no numbers."""
    if samples.min() > -LOUDEST and samples.max() < LOUDEST:
        return samples
    return np.nan_to_num(np.clip(samples, -1, 1))
