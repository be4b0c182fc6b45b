"""Encodes sound block by block, in constant memory, so that it can be sent while it is made.

Equal sound gives equal bytes, as long as the FFmpeg libraries are the same.
"""

import dataclasses
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from fractions import Fraction
from typing import Protocol, cast

import av
import av.error
import numpy as np

from audio_ident.errors import AudioIdentError
from audio_ident.model.audio import Mono, Stereo
from audio_ident.model.playback import AudioFormat
from audio_ident.refusals import ConversionFailed

ENCODER_VERSION = 1
"""Raised whenever the same sound would be encoded to other bytes."""

REPEATABLE = {"fflags": "+bitexact"}
"""Otherwise Ogg streams get a number by chance, and the same sound would differ each time."""


class Target(Protocol):
    """What is written to: a file that can seek."""

    def write(self, content: bytes, /) -> int:
        """Write bytes and say how many."""
        ...

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Move to a place and say where it is."""
        ...

    def tell(self) -> int:
        """Where the next byte goes."""
        ...


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class StreamEncoding:
    """How one format is written."""

    container: str
    """FFmpeg's name of the container."""
    codec_16_bit: str
    """FFmpeg's name of the encoder for what fits 16 bits, and for all lossy formats."""
    codec_24_bit: str
    sample_format_16_bit: str | None = None
    """FFmpeg's name; None for the one that the encoder prefers."""
    sample_format_24_bit: str | None = None
    bits_per_s: Mapping[int, int] = dataclasses.field(default_factory=dict)
    """By number of channels; nothing for lossless formats."""


ENCODINGS: Mapping[AudioFormat, StreamEncoding] = {
    AudioFormat.FLAC: StreamEncoding(
        container="flac",
        codec_16_bit="flac",
        codec_24_bit="flac",
        sample_format_16_bit="s16",
        sample_format_24_bit="s32",
    ),
    AudioFormat.OPUS: StreamEncoding(
        container="ogg",
        codec_16_bit="libopus",
        codec_24_bit="libopus",
        bits_per_s={1: 96_000, 2: 160_000},
    ),
    AudioFormat.MP3: StreamEncoding(
        container="mp3",
        codec_16_bit="libmp3lame",
        codec_24_bit="libmp3lame",
        bits_per_s={1: 128_000, 2: 256_000},
    ),
    AudioFormat.WAV: StreamEncoding(
        container="wav", codec_16_bit="pcm_s16le", codec_24_bit="pcm_s24le"
    ),
}


def encoder_version() -> str:
    """What the bytes depend on besides the sound."""
    return f"{ENCODER_VERSION}-{'.'.join(map(str, av.library_versions['libavcodec']))}"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SoundShape:
    """What sound is encoded."""

    rate_hz: int
    channels: int
    is_16_bit: bool


class StreamEncoder:
    """Writes one stream to a file; made by `open_encoder`."""

    def __init__(
        self, container: av.container.OutputContainer, encoding: StreamEncoding, shape: SoundShape
    ) -> None:
        codec = encoding.codec_16_bit if shape.is_16_bit else encoding.codec_24_bit
        # which kind of stream it is follows from a name that the type checker does not read
        self._stream = cast("av.AudioStream", container.add_stream(codec, rate=shape.rate_hz))
        self._container = container
        self._shape = shape
        self._layout = "mono" if shape.channels == 1 else "stereo"
        self._samples = 0
        context = self._stream.codec_context
        context.layout = self._layout
        context.flags |= av.codec.context.Flags.bitexact
        sample_format = (
            encoding.sample_format_16_bit if shape.is_16_bit else encoding.sample_format_24_bit
        )
        if sample_format:
            context.format = av.AudioFormat(sample_format)
        if encoding.bits_per_s:
            context.bit_rate = encoding.bits_per_s[shape.channels]
        context.open()
        self._resampler = av.AudioResampler(
            context.format, self._layout, shape.rate_hz, context.frame_size or None
        )

    def feed(self, sound: Mono | Stereo) -> None:
        """Encode the next samples, which must have the rate and the channels of the stream."""
        packed = np.ascontiguousarray(sound, np.float32).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(packed, format="flt", layout=self._layout)
        frame.sample_rate = self._shape.rate_hz
        frame.pts, frame.time_base = self._samples, Fraction(1, self._shape.rate_hz)
        self._samples += frame.samples
        self._write(frame)

    def finish(self) -> None:
        """Encode what is held back."""
        if self._samples:
            self._write(None)
        self._container.mux(self._stream.encode(None))

    def _write(self, frame: av.AudioFrame | None) -> None:
        for ready in self._resampler.resample(frame):
            self._container.mux(self._stream.encode(ready))


@contextmanager
def open_encoder(
    target: Target, audio_format: AudioFormat, shape: SoundShape
) -> Iterator[StreamEncoder]:
    """Encoder that writes to an open file; the file is complete when the block ends.

    Raises
    ------
    ConversionFailed
        The encoder refuses the sound.
    OSError, AudioIdentError
        What the target raised.
    """
    encoding = ENCODINGS[audio_format]
    watched = _WatchedTarget(target)
    try:
        with av.open(
            watched, "w", format=encoding.container, container_options=REPEATABLE
        ) as container:
            encoder = StreamEncoder(container, encoding, shape)
            yield encoder
            encoder.finish()
    except av.error.FFmpegError as error:
        if watched.failure is not None:
            raise watched.failure from error
        raise ConversionFailed(f"the sound cannot be encoded: {error}") from error


class _WatchedTarget:
    """Remembers why writing failed: FFmpeg passes on that it did and not why."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self.seek = target.seek
        self.tell = target.tell
        self.failure: Exception | None = None

    def write(self, content: bytes) -> int:
        try:
            return self._target.write(content)
        except (OSError, AudioIdentError) as error:
            self.failure = self.failure or error
            raise
