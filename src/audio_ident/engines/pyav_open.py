"""Opens audio with FFmpeg's libraries, and only audio: the one place that calls `av.open`.

FFmpeg reads through a Python file object, never by name, with no protocol allowed and only
the containers listed here. A text that asks FFmpeg to open a socket (SDP) or another file
(HLS, concat) is refused as what it is: no audio.
"""

import dataclasses
import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

import av
import av.error
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Disposition, Stream

from audio_ident.engines.file_headers import (
    HEAD_BYTES,
    file_bytes,
    first_bytes,
    foreign_tag_bytes,
    has_magic,
    id3_bytes,
)
from audio_ident.errors import (
    DecodeFailed,
    FileUnreadable,
    NoAudio,
    SettingsInvalid,
    UnsupportedFormat,
    VideoFile,
)

CONTAINERS = (
    "aac,ac3,aiff,amr,ape,asf,au,avi,caf,dsf,flac,iff,matroska,mov,mp3,mpc,mpc8,ogg,tak,tta,w64,"
    "wav,wv"
)
"""FFmpeg's names of the containers that may be opened; `avi` only to say that it is a film."""

STILL_CODECS = frozenset({"mjpeg", "png", "gif", "bmp", "webp", "tiff"})
"""Codecs of pictures; one frame of them is a cover even when the container does not say so."""

READ_BUFFER_BYTES = 256 * 1024
"""Bytes per call of Python's `read`; makes the calls too few to be measurable."""

OLDEST_LIBRARIES = {"libavformat": (62, 0, 0), "libavcodec": (62, 0, 0)}
"""FFmpeg 8.0: the major version that our tests of delay, padding and refusals run with."""

ID3V1_BYTES = 128
"""Length of the old tag at the end of an MP3 file."""

PYAV_ODDITIES = (av.error.FFmpegError, IndexError, AttributeError, ValueError, RuntimeError)
"""What PyAV was seen to raise on damaged files; `ValueError` includes `UnicodeDecodeError`."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OpenedAudio:
    """A container that holds music, and the stream to listen to."""

    container: InputContainer
    stream: AudioStream
    container_name: str
    codec_name: str


def library_versions() -> dict[str, str]:
    """Versions of PyAV and of the FFmpeg libraries inside it.

    Raises
    ------
    SettingsInvalid
        The libraries are older than those the decoder is proved with.
    """
    found = {name: tuple(version) for name, version in av.library_versions.items()}
    for name, oldest in OLDEST_LIBRARIES.items():
        if found.get(name, (0, 0, 0)) < oldest:
            raise SettingsInvalid(f"PyAV brings {name} {found.get(name)}, older than {oldest}")
    return {
        "pyav": av.__version__,
        "ffmpeg": av.ffmpeg_version_info,
        **{name: ".".join(map(str, version)) for name, version in found.items()},
    }


@contextmanager
def open_audio(file: BinaryIO) -> Iterator[OpenedAudio]:
    """Container and audio stream of a file that can seek.

    Raises
    ------
    UnsupportedFormat, DecodeFailed, NoAudio, VideoFile
        What the file is instead of music.
    """
    container = _open_container(file)
    try:
        yield _choose_stream(container)
    finally:
        container.close()


def _open_container(file: BinaryIO) -> InputContainer:
    try:
        return av.open(
            _ForgivingFile(file, foreign_tag_bytes(file)),
            mode="r",
            options={"format_whitelist": CONTAINERS, "protocol_whitelist": "none"},
            metadata_errors="replace",
            buffer_size=READ_BUFFER_BYTES,
        )
    except PYAV_ODDITIES as error:
        if id3_bytes(file) and file_bytes(file) <= id3_bytes(file) + ID3V1_BYTES:
            raise NoAudio("the file holds tags and nothing else") from error
        if id3_bytes(file) or has_magic(first_bytes(file, HEAD_BYTES)):
            raise DecodeFailed(f"the container is damaged: {error}") from error
        raise UnsupportedFormat("the bytes are no audio that we know") from error
    except OSError as error:
        raise FileUnreadable(f"cannot be read: {error.strerror or error}") from error


class _ForgivingFile:
    """Answers a seek to before the start as C does, with an error number.

    FFmpeg tries such seeks on short files and takes "no" for an answer; Python would raise.
    The file has no name here either, so only its content tells what it is. The first bytes may
    be left out, as if the file began behind them.
    """

    def __init__(self, file: BinaryIO, left_out_bytes: int) -> None:
        self.read = file.read
        self._file = file
        self._start = left_out_bytes
        file.seek(left_out_bytes)

    def tell(self) -> int:
        return self._file.tell() - self._start

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        origins = {os.SEEK_SET: self._start, os.SEEK_CUR: self._file.tell()}
        origin = origins[whence] if whence in origins else file_bytes(self._file)
        if origin + offset < self._start:
            return -errno.EINVAL
        return self._file.seek(origin + offset) - self._start


def _choose_stream(container: InputContainer) -> OpenedAudio:
    if any(_is_film(stream) for stream in container.streams.video):
        raise VideoFile("the file has moving pictures")
    if not len(container.streams):
        raise DecodeFailed("the container is damaged: it lists no streams")
    if not container.streams.audio:
        raise NoAudio("the file has no audio stream")
    stream = container.streams.audio[0]
    if stream.codec_context is None:
        raise UnsupportedFormat("the codec of the audio stream is unknown")
    stream.codec_context.thread_count = 1
    return OpenedAudio(
        container=container,
        stream=stream,
        container_name=container.format.name.split(",")[0],
        codec_name=stream.codec_context.codec.canonical_name,
    )


def _is_film(stream: Stream) -> bool:
    if stream.disposition & Disposition.attached_pic:
        return False
    codec = stream.codec_context
    is_still = getattr(codec, "name", None) in STILL_CODECS
    return not (is_still and stream.frames <= 1)
