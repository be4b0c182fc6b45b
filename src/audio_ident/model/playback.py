"""What is played of a track, and in which form."""

import dataclasses
import datetime
import enum
from typing import BinaryIO

from audio_ident.model.audio import AudioFacts
from audio_ident.model.library import Track
from audio_ident.units import Ticks


class AudioFormat(enum.StrEnum):
    """A form in which a track can be sent."""

    ORIGINAL = "original"
    """The bytes of the file."""
    FLAC = "flac"
    OPUS = "opus"
    MP3 = "mp3"
    WAV = "wav"


class FormatWish(enum.StrEnum):
    """What somebody asks for."""

    AUTO = "auto"
    """The original if browsers play it, else what comes nearest."""
    ORIGINAL = "original"
    FLAC = "flac"
    OPUS = "opus"
    MP3 = "mp3"
    WAV = "wav"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class StoredTrack:
    """A track and the file it lies in, as the catalogue knows them."""

    track: Track
    file_id: int
    root: str
    """Absolute path of the imported folder; odd bytes are surrogate escapes."""
    is_displaced: bool
    """Whether another file lies where this one was."""
    sha256: str | None
    size_bytes: int
    mtime_ns: int
    facts: AudioFacts

    @property
    def is_whole_file(self) -> bool:
        """Whether nothing of the file lies outside the track."""
        points = self.track.points
        return points.start_ticks <= 0 and points.end_ticks >= self.facts.duration_ticks


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OpenFile:
    """A regular file that was opened for reading; whoever holds it closes it."""

    file: BinaryIO
    size_bytes: int
    mtime_ns: int
    inode: int

    @property
    def changed_at(self) -> datetime.datetime:
        """When its content was last written."""
        return datetime.datetime.fromtimestamp(self.mtime_ns // 10**9, datetime.UTC)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Conversion:
    """What is made of which part of which file; equal ones have equal bytes as a result."""

    path: str
    """As the operating system spells it; odd bytes are surrogate escapes."""
    root: str
    """Imported folder that must hold the file, links resolved."""
    start_ticks: Ticks
    end_ticks: Ticks
    format: AudioFormat
    rate_hz: int
    """Of the result."""
    channels: int
    """Of the result: 1 or 2."""
    is_16_bit: bool
    """Whether 16 bits hold all that the file has; only lossless formats care."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Playing:
    """Audio that is complete: the original, or a finished conversion."""

    opened: OpenFile
    media_type: str
    version: str
    """Equal versions are equal bytes, for ever."""
    changed_at: datetime.datetime
    file_name: str
    """What to call it when it is saved."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Artwork:
    """A picture of a track as it is sent."""

    content: bytes
    media_type: str
    sha256: str
    """Of the picture it was made of."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class WaveformWish:
    """Which part of a waveform is wanted, and how fine."""

    start_s: float = 0.0
    """From the start of the track."""
    end_s: float | None = None
    """From the start of the track; None is its end."""
    level: int | None = None
    """0 is the finest; None chooses one by `points`."""
    points: int = 2000
    """How many are wanted at least, as far as the finest level has them."""
