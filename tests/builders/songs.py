"""Songs of a known tempo and key, at 16 kHz mono: chords, bass, a melody and drums."""

import numpy as np

from audio_ident.core.listeners.protocol import Listener
from audio_ident.core.sound_frames import SoundFrames
from audio_ident.model.analysis import Fields
from audio_ident.model.audio import MONO_RATE_HZ, Mono

MAJOR_SCALE = (0, 2, 4, 5, 7, 9, 11)
MINOR_SCALE = (0, 2, 3, 5, 7, 8, 10)

PROGRESSION = (0, 3, 4, 0, 0, 5, 3, 4)
"""Roots of the chords, a bar of four beats each, as steps of the scale."""


def song(tempo_bpm: float, tonic: int, *, is_major: bool, seed: int, seconds: float = 40.0) -> Mono:
    """A song in a key (tonic 0 = C) at a tempo; the seed chooses melody, timbre and levels."""
    rng = np.random.default_rng(seed)
    scale = MAJOR_SCALE if is_major else MINOR_SCALE
    sound = np.zeros(round((seconds + 4) * MONO_RATE_HZ))
    beat_s = 60 / tempo_bpm
    for beat in range(int(seconds / beat_s)):
        root = PROGRESSION[beat // 4 % len(PROGRESSION)]
        if beat % 4 == 0:
            for step in (0, 2, 4):
                _add(sound, rng, beat * beat_s, _pitch(scale, tonic, root + step, 60), 4 * beat_s)
        _add(sound, rng, beat * beat_s, _pitch(scale, tonic, root, 36), beat_s)
        for half in (0.0, 0.5):
            step = root + int(rng.choice([0, 2, 4, 1, 7]))
            _add(sound, rng, (beat + half) * beat_s, _pitch(scale, tonic, step, 72), beat_s / 2)
        _hit(sound, rng, beat * beat_s, 0.5 if beat % 2 else 0.8)
        _hit(sound, rng, (beat + 0.5) * beat_s, 0.15)
    sound = sound[: round(seconds * MONO_RATE_HZ)]
    return (0.5 * sound / np.abs(sound).max()).astype(np.float32)


def _pitch(scale: tuple[int, ...], tonic: int, step: int, lowest: int) -> float:
    octave, degree = divmod(step, len(scale))
    return float(440 * 2 ** ((lowest + tonic + scale[degree] + 12 * octave - 69) / 12))


def _add(
    sound: np.ndarray, rng: np.random.Generator, at_s: float, pitch_hz: float, length_s: float
) -> None:
    time_s = np.arange(round(length_s * MONO_RATE_HZ)) / MONO_RATE_HZ
    partials = range(1, 5)
    waves = [
        rng.uniform(0.3, 1) / partial**1.5 * np.sin(2 * np.pi * partial * pitch_hz * time_s)
        for partial in partials
    ]
    note = 0.3 * np.sum(waves, axis=0) * np.exp(-time_s * rng.uniform(1, 3) / length_s)
    _mix(sound, note, at_s)


def _hit(sound: np.ndarray, rng: np.random.Generator, at_s: float, level: float) -> None:
    decay = np.exp(-np.arange(1600) / 300)
    _mix(sound, level * rng.standard_normal(1600) * decay, at_s)


def _mix(sound: np.ndarray, part: np.ndarray, at_s: float) -> None:
    at = round(at_s * MONO_RATE_HZ)
    room = sound[at : at + len(part)]
    room += part[: len(room)]


def heard_by(listener: Listener, samples: Mono) -> Fields:
    """What a listener for frames says of some sound."""
    maker = SoundFrames(listener.feed)
    maker.feed(samples)
    maker.finish()
    return listener.finish()
