"""Real audio files of every kind, encoded in memory."""

import dataclasses
import io
import tempfile
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.audio.stream import AudioStream
from av.container import OutputContainer

from builders.signals import Channels

LAYOUTS = {1: "mono", 2: "stereo", 6: "5.1", 8: "7.1"}
"""FFmpeg's name of the layout, by number of channels."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A way to encode audio."""

    container: str
    codec: str
    suffix: str
    rate_hz: int = 44_100
    is_lossless: bool = False
    tells_delay: bool = True
    """Whether the container says how much the encoder added before the audio."""
    tells_length: bool = True
    """Whether it says how long the audio was before it was encoded."""
    sample_format: str | None = None
    """FFmpeg's name; None for the first that the encoder takes."""
    container_options: Mapping[str, str] = dataclasses.field(default_factory=dict)
    codec_options: Mapping[str, str] = dataclasses.field(default_factory=dict)


def _wav(codec: str, **options: str) -> Kind:
    return Kind(
        container="wav", codec=codec, suffix=".wav", is_lossless=True, container_options=options
    )


def _aac(movflags: str, **options: str) -> Kind:
    return Kind(
        container="mp4",
        codec="aac",
        suffix=".m4a",
        tells_length=not options,
        container_options={"movflags": movflags, **options},
    )


def _mp3(*, tells_delay: bool, **options: str) -> Kind:
    return Kind(
        container="mp3",
        codec="libmp3lame",
        suffix=".mp3",
        tells_delay=tells_delay,
        tells_length=tells_delay,
        container_options=options,
    )


KINDS: Mapping[str, Kind] = {
    "mp3": _mp3(tells_delay=True),
    "mp3 without Xing": _mp3(tells_delay=False, write_xing="0"),
    "mp3 without Xing and ID3": _mp3(tells_delay=False, write_xing="0", id3v2_version="0"),
    "mp3 without ID3": _mp3(tells_delay=True, id3v2_version="0"),
    "flac": Kind(container="flac", codec="flac", suffix=".flac", is_lossless=True),
    "ogg vorbis": Kind(
        container="ogg",
        codec="vorbis",
        suffix=".ogg",
        tells_length=False,
        codec_options={"strict": "experimental"},
    ),
    "opus": Kind(container="ogg", codec="libopus", suffix=".opus", rate_hz=48_000),
    "webm": Kind(container="webm", codec="libopus", suffix=".webm", rate_hz=48_000),
    "aac, moov at the end": _aac("+write_colr"),
    "aac faststart": _aac("faststart"),
    "aac fragmented": _aac("delay_moov+default_base_moof", frag_duration="1000000"),
    "alac": Kind(container="ipod", codec="alac", suffix=".m4a", is_lossless=True),
    "wav 8 bit": _wav("pcm_u8"),
    "wav 16 bit": _wav("pcm_s16le"),
    "wav 24 bit": _wav("pcm_s24le"),
    "wav 32 bit": _wav("pcm_s32le"),
    "wav float": _wav("pcm_f32le"),
    "RF64": _wav("pcm_s16le", rf64="always"),
    "aiff": Kind(container="aiff", codec="pcm_s16be", suffix=".aiff", is_lossless=True),
    "adts aac": Kind(
        container="adts", codec="aac", suffix=".aac", tells_delay=False, tells_length=False
    ),
    "wma": Kind(
        container="asf", codec="wmav2", suffix=".wma", tells_delay=False, tells_length=False
    ),
    "wavpack": Kind(
        container="wv", codec="wavpack", suffix=".wv", is_lossless=True, sample_format="s16p"
    ),
}
"""By the name that a person would say."""


def encode(samples: Channels, kind: Kind, rate_hz: int | None = None) -> bytes:
    """A whole file of that kind; the samples are at `rate_hz`, by default the kind's own rate."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"encoded{kind.suffix}"
        with av.open(
            path, "w", format=kind.container, container_options=dict(kind.container_options)
        ) as output:
            stream = output.add_stream(
                kind.codec,
                rate=rate_hz or kind.rate_hz,
                layout=LAYOUTS[samples.shape[1]],
                options=dict(kind.codec_options),
            )
            stream.bit_rate = 128_000
            if kind.sample_format:
                stream.codec_context.format = kind.sample_format
            _write_sound(output, stream, samples)
        return path.read_bytes()


def _write_sound(output: OutputContainer, stream: AudioStream, samples: Channels) -> None:
    context = stream.codec_context
    if not context.is_open:
        context.open()
    packed = np.ascontiguousarray(samples.reshape(1, -1), np.float32)
    frame = av.AudioFrame.from_ndarray(packed, format="flt", layout=context.layout)
    frame.sample_rate = context.sample_rate
    frame.time_base = Fraction(1, context.sample_rate)
    frame.pts = 0
    convert = av.AudioResampler(
        context.format, context.layout, context.sample_rate, frame_size=context.frame_size or 4096
    )
    for piece in [*convert.resample(frame), *convert.resample(None)]:
        output.mux(stream.encode(piece))
    output.mux(stream.encode(None))


def encode_to(folder: Path, samples: Channels, kind_name: str) -> Path:
    """A file of that kind in a folder."""
    kind = KINDS[kind_name]
    path = folder / f"{kind_name.replace(' ', '-')}{kind.suffix}"
    path.write_bytes(encode(samples, kind))
    return path


def encode_film(*, with_sound: bool = True, container: str = "matroska") -> bytes:
    """Two seconds of moving pictures."""
    buffer = io.BytesIO()
    with av.open(buffer, "w", format=container) as output:
        video = output.add_stream("mpeg4", rate=10, width=64, height=64)
        video.pix_fmt = "yuv420p"
        sound = "flac" if container == "matroska" else "aac"
        audio = output.add_stream(sound, rate=44_100, layout="mono") if with_sound else None
        for number in range(20):
            picture = np.full((64, 64, 3), number * 10, np.uint8)
            output.mux(video.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        output.mux(video.encode(None))
        if audio is not None:
            _write_sound(output, audio, np.zeros((88_200, 1), np.float32))
    return buffer.getvalue()


def cover_png() -> bytes:
    """A small picture."""
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="image2pipe") as output:
        stream = output.add_stream("png", rate=1, width=16, height=16)
        stream.pix_fmt = "rgb24"
        picture = av.VideoFrame.from_ndarray(np.full((16, 16, 3), 90, np.uint8), format="rgb24")
        output.mux(stream.encode(picture))
        output.mux(stream.encode(None))
    return buffer.getvalue()
