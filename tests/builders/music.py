"""Cheap music with a known seed, at 16 kHz mono: chords, a melody and drums."""

import functools

import numpy as np

from audio_ident.core.listeners.landmarks import LandmarkListener
from audio_ident.core.segments import build_segment
from audio_ident.model.analysis import AudioDigest
from audio_ident.model.audio import MONO_RATE_HZ, Mono
from audio_ident.model.landmarks import Landmarks
from audio_ident.model.segment import Snapshot


@functools.lru_cache(maxsize=16)
def music(seed: int, seconds: float = 30.0) -> Mono:
    """A piece of music; the same seed is the same piece."""
    rng = np.random.default_rng(seed)
    sound = np.zeros(round((seconds + 2) * MONO_RATE_HZ), np.float32)
    beat_s = float(rng.uniform(0.18, 0.3))
    root_hz = float(rng.uniform(110, 220))
    for number in range(int(seconds / beat_s)):
        at = round(number * beat_s * MONO_RATE_HZ)
        for _ in range(3):
            note = _note(rng, root_hz * 2 ** (rng.integers(0, 36) / 12))
            sound[at : at + len(note)] += note[: len(sound) - at]
        hit = 0.2 * rng.standard_normal(1600) * np.exp(-np.arange(1600) / 300)
        sound[at : at + 1600] += hit.astype(np.float32)
    sound = sound[: round(seconds * MONO_RATE_HZ)]
    return sound / np.float32(1.2 * np.abs(sound).max())


def _note(rng: np.random.Generator, pitch_hz: float) -> Mono:
    time = np.arange(round(rng.uniform(0.2, 0.9) * MONO_RATE_HZ)) / MONO_RATE_HZ
    partials = [p for p in range(1, 7) if p * pitch_hz < MONO_RATE_HZ / 2]
    waves = [np.sin(2 * np.pi * p * pitch_hz * time) * rng.uniform(0.2, 1) / p for p in partials]
    return (np.sum(waves, axis=0) * np.exp(-time * rng.uniform(2, 8))).astype(np.float32)


def landmarks_of(samples: Mono, block_samples: int = MONO_RATE_HZ) -> Landmarks:
    """What the listener remembers of some sound."""
    listener = LandmarkListener()
    for first in range(0, len(samples), block_samples):
        listener.feed(samples[first : first + block_samples])
    return Landmarks(**listener.finish())


def digest_of(number: int) -> AudioDigest:
    """A digest for a recording of a test."""
    return AudioDigest(f"{number:032x}")


@functools.lru_cache(maxsize=4)
def library(seeds: tuple[int, ...], seconds: float = 30.0) -> Snapshot:
    """An index of pieces of music in one segment."""
    found = [(digest_of(seed), landmarks_of(music(seed, seconds))) for seed in seeds]
    segment = build_segment(found)
    return Snapshot(generation=1, segments=(segment,), alive=(np.ones(len(seeds), np.bool_),))


def noise_at(samples: Mono, signal_to_noise_db: float, seed: int = 0) -> Mono:
    """The sound with white noise over it."""
    noise = np.random.default_rng(seed).standard_normal(len(samples))
    level = np.sqrt(np.mean(np.square(samples, dtype=np.float64)))
    return samples + (noise * level * 10 ** (-signal_to_noise_db / 20)).astype(np.float32)


def played_at(samples: Mono, speed: float) -> Mono:
    """The sound played faster (pitch and tempo together), by linear interpolation."""
    at = np.arange(0, len(samples) - 1, speed)
    return np.interp(at, np.arange(len(samples)), samples).astype(np.float32)


def cut(samples: Mono, start_s: float, seconds: float) -> Mono:
    """A piece of a sound."""
    first = round(start_s * MONO_RATE_HZ)
    return samples[first : first + round(seconds * MONO_RATE_HZ)]
