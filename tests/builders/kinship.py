"""Recordings that are alike, and others that only seem so, made of the same few stems."""

import functools
import math
from collections.abc import Mapping

import numpy as np
import soxr

from audio_ident.core.alignment import Level, Sound
from audio_ident.core.kinship import find_relations
from audio_ident.core.listeners.chromaprint import Chromaprint
from audio_ident.core.segments import build_segment
from audio_ident.model.analysis import AudioDigest
from audio_ident.model.audio import MONO_RATE_HZ, Mono
from audio_ident.model.kinship import Relation
from audio_ident.model.segment import Snapshot
from builders.music import landmarks_of, music

CHROMA_RATE_HZ = 11_025
NEW = AudioDigest("f" * 32)


def sound_of(samples: Mono) -> Sound:
    """What both listeners remember of some sound."""
    listener = Chromaprint()
    resampled = soxr.resample(samples, MONO_RATE_HZ, CHROMA_RATE_HZ)
    listener.feed(np.clip(np.rint(32767 * resampled), -32768, 32767).astype(np.int16))
    return Sound(
        chroma=np.asarray(listener.finish()["sub_fingerprints"], np.uint32),
        landmarks=landmarks_of(samples),
        duration_s=len(samples) / MONO_RATE_HZ,
        level=Level(
            loudness_lufs=10 * math.log10(max(1e-12, float(np.mean(np.square(samples))))),
            peak_dbfs=20 * math.log10(max(1e-6, float(np.abs(samples).max()))),
        ),
    )


def relations_to(new: Sound, known: Mapping[AudioDigest, Sound]) -> tuple[Relation, ...]:
    """Relations of a new recording to known ones."""
    segment = build_segment([(digest, sound.landmarks) for digest, sound in known.items()])
    alive = np.ones(len(known), np.bool_)
    snapshot = Snapshot(generation=1, segments=(segment,), alive=(alive,))
    return find_relations(snapshot, NEW, new, known.get)


@functools.lru_cache(maxsize=8)
def singing(seed: int, seconds: float) -> Mono:
    """Phrases of a voice with vibrato and formants, and pauses between them."""
    rng = np.random.default_rng(seed)
    out = np.zeros(round(seconds * MONO_RATE_HZ), np.float32)
    at = round(2 * MONO_RATE_HZ)
    while at < len(out):
        for _ in range(int(rng.integers(5, 10))):
            note = _sung(rng, 220 * 2 ** (rng.integers(0, 17) / 12))
            out[at : at + len(note)] += note[: max(0, len(out) - at)]
            at += len(note)
        at += round(rng.uniform(0.8, 2.5) * MONO_RATE_HZ)
    return out / np.float32(np.abs(out).max())


def _sung(rng: np.random.Generator, pitch_hz: float) -> Mono:
    time = np.arange(round(rng.uniform(0.25, 0.6) * MONO_RATE_HZ)) / MONO_RATE_HZ
    cycles = pitch_hz * (time - 0.02 * np.cos(2 * np.pi * 5.5 * time) / (2 * np.pi * 5.5))
    partials = [
        np.sin(2 * np.pi * number * cycles) / (1 + ((number * pitch_hz - 800) / 500) ** 2)
        for number in range(1, 12)
    ]
    envelope = np.sin(np.pi * np.linspace(0, 1, len(time))) ** 0.4
    return (np.sum(partials, axis=0) * envelope).astype(np.float32)


def mixed(*parts: tuple[Mono, float]) -> Mono:
    """Stems at their levels (root mean square) in one sound."""
    length = min(len(stem) for stem, _ in parts)
    scaled = [level * stem[:length] / np.sqrt(np.mean(stem**2)) for stem, level in parts]
    return np.sum(scaled, axis=0).astype(np.float32)


def song(seed: int, seconds: float = 60.0, voice_level: float = 0.1) -> Mono:
    """A band and a singer; at level 0 the karaoke version of it."""
    band = music(seed, seconds)
    if not voice_level:
        return mixed((band, 0.1))
    return mixed((band, 0.1), (singing(seed, seconds), voice_level))
