"""What becomes of a recording on its way into a library twice: codecs, edits, mixes, and fakes.

Everything has two channels at `RATE_HZ`; a variant is written to a real file and heard like any
other.
"""

import dataclasses
import functools
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from benchmarks.demo.files import encode
from benchmarks.demo.instruments import RATE_HZ

from audio_ident.core.degrade import babble, room_echo
from audio_ident.model.audio import Mono, Stereo

Edit = Callable[[Stereo], Stereo]

Blend = Callable[[Stereo, Stereo], Stereo]
"""Makes another version of the first piece, with sound of a second one of the same length."""

PHRASE_S, PAUSE_S = 7.0, 4.0
"""How long a voice or a lead sings, and rests."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """An edit and the file that it is written to."""

    edit: Edit
    suffix: str
    bit_rate: int | None = None

    def write(self, folder: Path, sound: Stereo) -> Path:
        """The variant of a sound as a file."""
        path = folder / f"variant.{self.suffix}"
        encode(path, self.edit(sound), RATE_HZ, self.bit_rate)
        return path


def as_it_is(sound: Stereo) -> Stereo:
    """Leave it alone: only the codec changes it."""
    return sound


def louder(decibels: float) -> Edit:
    """Change the level; what is too loud clips."""
    return lambda sound: np.clip(sound * np.float32(10 ** (decibels / 20)), -1, 1)


def without(start_s: float, end_s: float) -> Edit:
    """Cut seconds off at both ends."""
    return lambda sound: sound[_samples(start_s) : len(sound) - _samples(end_s)]


def late(sound: Stereo) -> Stereo:
    """Three seconds of silence before."""
    return np.concatenate([np.zeros((_samples(3), 2), np.float32), sound])


def faded(sound: Stereo) -> Stereo:
    """Fades of five and ten seconds."""
    place = np.arange(len(sound))
    gain = np.minimum(place / _samples(5), (len(sound) - place) / _samples(10))
    return (sound * np.minimum(1, gain)[:, np.newaxis]).astype(np.float32)


def at_speed(speed: float) -> Edit:
    """Play faster, pitch and tempo together."""

    def played(sound: Stereo) -> Stereo:
        at = np.arange(0, len(sound) - 1, speed)
        place = np.arange(len(sound))
        return np.stack([np.interp(at, place, channel) for channel in sound.T], axis=1).astype(
            np.float32
        )

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
}
"""One recording each: all of them must be found."""

AT_OTHER_SPEED: Mapping[str, Variant] = {
    "1 % faster": Variant(edit=at_speed(1.01), suffix="mp3"),
    "2 % slower": Variant(edit=at_speed(0.98), suffix="mp3"),
}
"""One recording too, for information: no bound is set."""


def voice(decibels: float) -> Blend:
    """The same with somebody talking over it in phrases: as a song is to its karaoke version."""

    def blend(sound: Stereo, other: Stereo) -> Stereo:
        del other
        return _over(sound, np.resize(_talk(), len(sound))[:, np.newaxis], decibels)

    return blend


def lead(decibels: float) -> Blend:
    """The same with an instrument over it in phrases: the middle of another piece."""

    def blend(sound: Stereo, other: Stereo) -> Stereo:
        middle = other.mean(axis=1)[: 1 << (len(other).bit_length() - 1)]
        spectrum = np.fft.rfft(middle)
        frequency_hz = np.fft.rfftfreq(len(middle), 1 / RATE_HZ)
        spectrum[(frequency_hz < 300) | (frequency_hz > 3000)] = 0
        played = np.fft.irfft(spectrum, len(middle)).astype(np.float32)
        return _over(sound, np.resize(played, len(sound))[:, np.newaxis], decibels)

    return blend


def layer(decibels: float) -> Blend:
    """The same with a second layer from beginning to end, as games play calm and tense music."""

    def blend(sound: Stereo, other: Stereo) -> Stereo:
        return _added(sound, other, decibels)

    return blend


def shuffled(sound: Stereo, other: Stereo) -> Stereo:
    """Another arrangement: the same bars in another order."""
    del other
    parts = np.array_split(sound, max(2, round(len(sound) / _samples(14))))
    order = np.random.default_rng(3).permutation(len(parts))
    return np.concatenate([parts[number] for number in order])


def on_stage(sound: Stereo, other: Stereo) -> Stereo:
    """As if played again: a hall, people who talk, a tempo that wanders by half a per cent."""
    del other
    at_s = np.arange(len(sound)) / RATE_HZ
    pace = 1 + 0.005 * np.sin(2 * np.pi * at_s / 40)
    at = np.minimum(np.cumsum(pace), len(sound) - 1)
    played = np.interp(at, np.arange(len(sound)), sound.mean(axis=1)).astype(np.float32)
    hall = room_echo(played, RATE_HZ, np.random.default_rng(11))[:, np.newaxis]
    people = np.resize(_talk(), len(sound))[:, np.newaxis]
    return np.repeat(_added(hall, people, -5.0), 2, axis=1)


OTHER_VERSIONS: Mapping[str, Blend] = {
    "voice as loud as the music": voice(0),
    "voice 6 dB below": voice(-6),
    "voice 10 dB below": voice(-10),
    "lead 3 dB below": lead(-3),
    "lead 9 dB below": lead(-9),
    "layer as loud as the music": layer(0),
    "layer 6 dB below": layer(-6),
    "bars in another order": shuffled,
    "on stage": on_stage,
}
"""Other recordings: none of them may be merged with the piece."""


def stretch_in_a_mix(
    sound: Stereo, others: Sequence[Stereo], length_s: float, rng: np.random.Generator
) -> tuple[Stereo, float]:
    """A stretch of a recording between parts of two others, and where in the recording it is."""
    start = int(rng.integers(max(1, len(sound) - _samples(length_s))))
    around = [other[: _samples(30)] for other in others]
    mix = np.concatenate([around[0], sound[start : start + _samples(length_s)], around[1]])
    return mix.astype(np.float32), start / RATE_HZ


@functools.cache
def _talk() -> Mono:
    """A minute of voices."""
    nothing = np.full(_samples(60), 1e-6, np.float32)
    return babble(nothing, RATE_HZ, np.random.default_rng(7)) - nothing


def _over(sound: Stereo, added: Stereo, decibels: float) -> Stereo:
    """Sound with another over it that sings and rests in turn."""
    at_s = np.arange(len(sound)) / RATE_HZ
    is_sung = (at_s % (PHRASE_S + PAUSE_S)) >= PAUSE_S
    return _added(sound, added * is_sung[:, np.newaxis], decibels, is_sung)


def _added(
    sound: Stereo,
    added: Stereo,
    decibels: float,
    where: npt.NDArray[np.bool_] | slice = slice(None),
) -> Stereo:
    power, added_power = np.mean(sound[where] ** 2), np.mean(added[where] ** 2)
    gain = np.sqrt(power / max(float(added_power), 1e-12) * 10 ** (decibels / 10))
    mixed = sound + gain * added
    quieter = min(1.0, 0.95 / max(float(np.abs(mixed).max()), 1e-9))
    return np.asarray(mixed * quieter, np.float32)


def _samples(seconds: float) -> int:
    return round(seconds * RATE_HZ)
