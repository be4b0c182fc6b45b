"""Instruments: each gives the sound of one note, mono, peak about 1."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from audio_ident.model.audio import Mono

RATE_HZ = 44_100
"""Rate of everything that is synthesised."""

Instrument: TypeAlias = Callable[[float, float], Mono]
"""Pitch in Hz and length in seconds to sound, which rings on for a little longer."""


def plucked_string(pitch_hz: float, length_s: float) -> Mono:
    """Guitar-like: high partials die first, partials slightly sharp as on stiff strings."""
    time_s = _time(length_s + 0.35)
    sound = np.zeros(len(time_s), np.float32)
    for number in _partials(pitch_hz, 14):
        partial_hz = pitch_hz * number * np.sqrt(1 + 0.0002 * number**2)
        pluck_at = 0.5 + abs(np.sin(np.pi * number * 0.21))
        decay = np.exp(-time_s * (1.2 + 0.55 * number))
        sound += (pluck_at / number) * _sine(partial_hz * time_s) * decay
    return _finish(sound, attack_s=0.002, release_s=0.3)


def electric_piano(pitch_hz: float, length_s: float) -> Mono:
    """Two frequency-modulated pairs: a warm body and a short bell at the attack."""
    time_s = _time(length_s + 0.25)
    cycles = pitch_hz * time_s
    warmth = 1.6 * np.exp(-time_s * 2.2) * _sine(cycles) / (2 * np.pi)
    body = _sine(cycles + warmth) * np.exp(-time_s * 1.3)
    bell_index = 0.35 * np.exp(-time_s * 14) * _sine(14 * cycles) / (2 * np.pi)
    bell = _sine(cycles + bell_index) * np.exp(-time_s * 5)
    return _finish(body + 0.6 * bell, attack_s=0.003, release_s=0.22)


def bass(pitch_hz: float, length_s: float) -> Mono:
    """Fingered bass: a dark saw whose edge softens while it sounds."""
    time_s = _time(length_s + 0.06)
    sound = np.zeros(len(time_s), np.float32)
    for number in _partials(pitch_hz, 10):
        decay = np.exp(-time_s * (0.9 + 0.5 * number))
        sound += _sine(pitch_hz * number * time_s) * decay / number
    return _finish(sound, attack_s=0.006, release_s=0.05)


def pad(pitch_hz: float, length_s: float) -> Mono:
    """Slow strings: saws a little out of tune that beat against each other."""
    time_s = _time(length_s + 0.5)
    sound = np.zeros(len(time_s), np.float32)
    for cents in (-7, 6):
        voice_hz = pitch_hz * 2 ** (cents / 1200)
        for number in _partials(voice_hz, 7):
            sound += _sine(voice_hz * number * time_s + 0.13 * cents) / number**1.3
    return _finish(sound, attack_s=0.25, release_s=0.5)


def lead(pitch_hz: float, length_s: float) -> Mono:
    """Singing voice: vibrato that sets in late, strong odd partials."""
    time_s = _time(length_s + 0.12)
    depth = 0.006 * np.clip((time_s - 0.15) / 0.3, 0, 1)
    cycles = pitch_hz * (time_s + depth * _sine(5.3 * time_s) / (2 * np.pi * 5.3))
    sound = np.zeros(len(time_s), np.float32)
    for number in _partials(pitch_hz, 9):
        sound += (1.0 if number % 2 else 0.55) * _sine(cycles * number) / number**1.1
    return _finish(sound, attack_s=0.03, release_s=0.1)


MELODIC: Mapping[str, Instrument] = {
    "plucked string": plucked_string,
    "electric piano": electric_piano,
    "bass": bass,
    "pad": pad,
    "lead": lead,
}


def drum_kit(rng: np.random.Generator) -> dict[str, Sequence[Mono]]:
    """Four strokes of each drum, so that no two hits in a row are the same."""
    strokes = range(4)
    return {
        "kick": [_kick(rng) for _ in strokes],
        "snare": [_snare(rng) for _ in strokes],
        "hat": [_hat(rng, 55.0) for _ in strokes],
        "open hat": [_hat(rng, 11.0) for _ in strokes],
        "crash": [_hat(rng, 3.0) for _ in strokes],
        "tom": [_tom(rng) for _ in strokes],
    }


def _kick(rng: np.random.Generator) -> Mono:
    time_s = _time(0.35)
    sweep = 47 * time_s + 75 * (1 - np.exp(-time_s * 32)) / 32
    click = rng.standard_normal(len(time_s)) * np.exp(-time_s * 400) * 0.3
    return _finish(_sine(sweep) * np.exp(-time_s * 9) + click, attack_s=0.001, release_s=0.05)


def _snare(rng: np.random.Generator) -> Mono:
    time_s = _time(0.28)
    wires = rng.standard_normal(len(time_s)) * np.exp(-time_s * 18)
    shell = _sine(rng.uniform(183, 192) * time_s) * np.exp(-time_s * 24)
    return _finish(0.5 * wires + shell, attack_s=0.001, release_s=0.05)


def _hat(rng: np.random.Generator, decay: float) -> Mono:
    time_s = _time(min(1.6, 6 / decay))
    bright = np.diff(rng.standard_normal(len(time_s) + 2), n=2)
    return _finish(bright * np.exp(-time_s * decay), attack_s=0.001, release_s=0.02)


def _tom(rng: np.random.Generator) -> Mono:
    time_s = _time(0.4)
    sweep = rng.uniform(95, 140) * time_s + 30 * (1 - np.exp(-time_s * 20)) / 20
    return _finish(_sine(sweep) * np.exp(-time_s * 8), attack_s=0.002, release_s=0.05)


def _time(length_s: float) -> npt.NDArray[np.float64]:
    return np.arange(round(length_s * RATE_HZ)) / RATE_HZ


def _sine(cycles: npt.NDArray[np.floating]) -> npt.NDArray[np.float32]:
    # float32 sines are several times faster, and exact enough once whole cycles are gone
    angle = (2 * np.pi * (cycles - np.floor(cycles))).astype(np.float32)
    return np.asarray(np.sin(angle), np.float32)


def _partials(pitch_hz: float, most: int) -> range:
    return range(1, min(most, int(0.45 * RATE_HZ / pitch_hz)) + 1)


def _finish(sound: npt.NDArray[np.floating], attack_s: float, release_s: float) -> Mono:
    rise, fall = round(attack_s * RATE_HZ), round(release_s * RATE_HZ)
    shaped = sound.astype(np.float32)
    shaped[:rise] *= np.linspace(0, 1, rise, dtype=np.float32)
    shaped[-fall:] *= np.linspace(1, 0, fall, dtype=np.float32)
    return shaped / np.float32(np.max(np.abs(shaped)) + 1e-9)
