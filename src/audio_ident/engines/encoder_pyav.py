"""Encodes sound with FFmpeg's libraries: clips of a self-test, music of a demonstration."""

import dataclasses
import io
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO, cast

import av
import numpy as np

from audio_ident.model.audio import Mono, Stereo


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Encoding:
    """How sound is written."""

    container: str
    """FFmpeg's name, such as `mp3` or `ogg`."""
    codec: str
    """FFmpeg's name of the encoder, such as `libmp3lame`."""
    rate_hz: int
    bits_per_s: int | None = None
    """None for lossless codecs."""


def encode(target: Path | BinaryIO, sound: Stereo | Mono, rate_hz: int, encoding: Encoding) -> None:
    """Write sound to a file; mono or stereo by its shape."""
    layout = "mono" if sound.ndim == 1 else "stereo"
    file = str(target) if isinstance(target, Path) else target
    with av.open(file, "w", format=encoding.container) as container:
        # which kind of stream it is follows from a name that the type checker does not read
        stream = cast("av.AudioStream", container.add_stream(encoding.codec, rate=encoding.rate_hz))
        context = stream.codec_context
        context.layout = layout
        if encoding.bits_per_s:
            context.bit_rate = encoding.bits_per_s
        if encoding.codec == "vorbis":
            context.options = {"strict": "experimental"}
        context.open()
        resampler = av.AudioResampler(
            context.format, layout, encoding.rate_hz, context.frame_size or None
        )
        samples = np.ascontiguousarray(np.atleast_2d(sound.T), np.float32)
        frame = av.AudioFrame.from_ndarray(samples, format="fltp", layout=layout)
        frame.sample_rate = rate_hz
        # without a time of its own a frame leaves the container to guess, and it guesses wrong
        frame.pts, frame.time_base = 0, Fraction(1, rate_hz)
        for ready in [*resampler.resample(frame), *resampler.resample(None)]:
            container.mux(stream.encode(ready))
        container.mux(stream.encode(None))


def encoded(sound: Mono, rate_hz: int, encoding: Encoding) -> BinaryIO:
    """Sound as an open file in memory, from its beginning."""
    file = io.BytesIO()
    encode(file, sound, rate_hz, encoding)
    file.seek(0)
    return file
