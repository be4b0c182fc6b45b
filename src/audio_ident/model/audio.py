"""Arrays of sound and the facts about the file they came from."""

import dataclasses
import enum
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from audio_ident.units import Ticks

Mono: TypeAlias = npt.NDArray[np.float32]
"""Samples in [-1, 1], shape `(n,)`."""

Stereo: TypeAlias = npt.NDArray[np.float32]
"""Samples in [-1, 1], shape `(n, 2)`."""

Mono16Bit: TypeAlias = npt.NDArray[np.int16]
"""Samples as they are on a CD, one channel, shape `(n,)`."""

MONO_RATE_HZ = 16_000
"""Rate of the mono stream that most listeners hear."""

STEREO_RATE_HZ = 48_000
"""Rate of the stereo stream that is made only when a listener asks for it."""

CHROMA_RATE_HZ = 11_025
"""Rate of the stream that Chromaprint is defined on."""


class Feed(enum.StrEnum):
    """What a listener wants to be fed with."""

    FILE_BYTES = "file_bytes"
    """Blocks of the file as it lies on disk (`bytes`)."""
    AUDIO_PACKETS = "audio_packets"
    """The encoded packets of the audio stream (`bytes`), free of tags and container.

    The first block is one line of text: codec, rate in Hz, channels."""
    MONO_16K = "mono_16k"
    """`Mono` blocks at `MONO_RATE_HZ`."""
    STEREO_48K = "stereo_48k"
    """`Stereo` blocks at `STEREO_RATE_HZ`."""
    MONO_11K = "mono_11k"
    """`Mono16Bit` blocks at `CHROMA_RATE_HZ`, resampled as `fpcalc` does it."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class AudioFacts:
    """What decoding a file told about its audio."""

    container: str
    """FFmpeg's name of the container, such as `mp3`, `flac`, `ogg`, `mov`."""
    codec: str
    """FFmpeg's name of the codec, such as `mp3`, `flac`, `vorbis`, `alac`."""
    rate_hz: int
    """Sample rate of the file itself."""
    channels: int
    """Channels of the file itself."""
    bits_per_sample: int | None
    """Bits of one sample of a lossless file; None for lossy codecs."""
    duration_ticks: Ticks
    """Length of what was really decoded."""
    declared_duration_ticks: Ticks | None
    """Length that the container claims, None when it claims none."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class AudioWarning:
    """Something a person should know about a file that was used all the same."""

    code: str
    """Stable, such as `DECODE_PARTIAL`."""
    message: str
    """The fact in a sentence, with its numbers."""
