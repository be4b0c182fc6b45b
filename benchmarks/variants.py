"""What becomes of a recording on its way into a library twice: codecs, edits, mixes, and fakes.

Everything is mono at `RATE_HZ`; a variant is written to a real file and heard like any other.
"""

import dataclasses
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
from benchmarks.demo.files import encode
from benchmarks.demo.instruments import RATE_HZ

from audio_ident.core.degrade import babble
from audio_ident.model.audio import Mono

Edit = Callable[[Mono], Mono]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """An edit and the file that it is written to."""

    edit: Edit
    suffix: str
    bit_rate: int | None = None

    def write(self, folder: Path, sound: Mono) -> Path:
        """The variant of a sound as a file."""
        path = folder / f"variant.{self.suffix}"
        encode(path, self.edit(sound), RATE_HZ, self.bit_rate)
        return path


def as_it_is(sound: Mono) -> Mono:
    """Leave it alone: only the codec changes it."""
    return sound


def louder(decibels: float) -> Edit:
    """Change the level; what is too loud clips."""
    return lambda sound: np.clip(sound * np.float32(10 ** (decibels / 20)), -1, 1)


def without(start_s: float, end_s: float) -> Edit:
    """Cut seconds off at both ends."""
    return lambda sound: sound[_samples(start_s) : len(sound) - _samples(end_s)]


def late(sound: Mono) -> Mono:
    """Three seconds of silence before."""
    return np.concatenate([np.zeros(_samples(3), np.float32), sound])


def faded(sound: Mono) -> Mono:
    """Fades of five and ten seconds."""
    place = np.arange(len(sound))
    gain = np.minimum(place / _samples(5), (len(sound) - place) / _samples(10))
    return (sound * np.minimum(1, gain)).astype(np.float32)


def at_speed(speed: float) -> Edit:
    """Play faster, pitch and tempo together."""

    def played(sound: Mono) -> Mono:
        at = np.arange(0, len(sound) - 1, speed)
        faster: Mono = np.interp(at, np.arange(len(sound)), sound).astype(np.float32)
        return faster

    return played


VARIANTS: Mapping[str, Variant] = {
    "mp3 64": Variant(edit=as_it_is, suffix="mp3", bit_rate=64_000),
    "mp3 128": Variant(edit=as_it_is, suffix="mp3", bit_rate=128_000),
    "mp3 320": Variant(edit=as_it_is, suffix="mp3", bit_rate=320_000),
    "aac 128": Variant(edit=as_it_is, suffix="m4a", bit_rate=128_000),
    "opus 48": Variant(edit=as_it_is, suffix="opus", bit_rate=48_000),
    "ogg vorbis": Variant(edit=as_it_is, suffix="ogg", bit_rate=128_000),
    "lead-in 3 s": Variant(edit=late, suffix="mp3"),
    "trim 10 s at the start": Variant(edit=without(10, 0), suffix="mp3"),
    "trim 10 s at the end": Variant(edit=without(0, 10), suffix="ogg"),
    "trim 5 s at both ends": Variant(edit=without(5, 5), suffix="opus"),
    "fade": Variant(edit=faded, suffix="mp3"),
    "+12 dB": Variant(edit=louder(12), suffix="mp3"),
    "-12 dB": Variant(edit=louder(-12), suffix="mp3"),
    "1 % faster": Variant(edit=at_speed(1.01), suffix="mp3"),
    "2 % slower": Variant(edit=at_speed(0.98), suffix="mp3"),
}
"""One recording each: all of them must be found."""


def with_voice(sound: Mono) -> Mono:
    """The same with voices over it, 5 dB softer: as a song is to its karaoke version."""
    return babble(sound, RATE_HZ, np.random.default_rng(7))


KARAOKE = Variant(edit=with_voice, suffix="mp3")
"""Another version: it must stay apart."""


def stretch_in_a_mix(
    sound: Mono, others: list[Mono], length_s: float, rng: np.random.Generator
) -> tuple[Mono, float]:
    """A stretch of a recording between parts of two others, and where in the recording it is."""
    start = int(rng.integers(max(1, len(sound) - _samples(length_s))))
    around = [other[: _samples(30)] for other in others]
    mix = np.concatenate([around[0], sound[start : start + _samples(length_s)], around[1]])
    return mix.astype(np.float32), start / RATE_HZ


def _samples(seconds: float) -> int:
    return round(seconds * RATE_HZ)
