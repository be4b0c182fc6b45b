"""Looks clips up in an index from a fresh process, and tells what that cost."""

import json
import statistics
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.demo.clips import CLIP_S
from benchmarks.demo.files import decode, encode
from benchmarks.measure import Figure
from benchmarks.music import Music

from audio_ident.model.audio import MONO_RATE_HZ

CLIPS = 100
MEMORY_AFTER = (1, 20, CLIPS)
"""Queries after which the memory of a process is told."""

MOST_MS = {"260 tracks": 15.0, "10000 tracks": 30.0}
MOST_MEMORY_MB = {"10000 tracks": 250.0}
"""Bounds, by size of the index."""

MOST_ORIGINS = 20


def cut_plain_clips(music: Music, folder: Path, count: int, rng: np.random.Generator) -> list[Path]:
    """Clips of `CLIP_S` with noise as loud as the music, as wav files at 16 kHz."""
    length = round(CLIP_S * MONO_RATE_HZ)
    origins = music.files[:: -(-len(music.files) // MOST_ORIGINS)]
    sounds = [sound for path in origins if len(sound := decode(path, MONO_RATE_HZ)) > length]
    clips = []
    for number in range(count):
        sound = sounds[number % len(sounds)]
        start = int(rng.integers(len(sound) - length))
        clean = sound[start : start + length]
        noise = rng.standard_normal(length) * np.sqrt(np.mean(clean**2) + 1e-9)
        noisy = (0.4 * (clean + noise)).astype(np.float32)
        clips.append(folder / f"clip-{number:03d}.wav")
        encode(clips[-1], np.clip(noisy, -1, 1), MONO_RATE_HZ)
    return clips


def ask(index: Path, clips: Sequence[Path]) -> list[dict[str, Any]]:
    """What `query_process` tells about each clip."""
    command = [sys.executable, "-m", "benchmarks.query_process", str(index), *map(str, clips)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    answers: list[dict[str, Any]] = json.loads(done.stdout)
    return answers


def look_up(index: Path, clips: Sequence[Path], size: str) -> tuple[float, list[Figure]]:
    """Milliseconds of processor time of a warm query beyond decoding, and figures."""
    answers = ask(index, clips)
    warm_ms = sorted(answer["cpu_ms"] for answer in answers[1:])
    median_ms = statistics.median(warm_ms)
    answered = sum(answer["digest"] is not None for answer in answers) / len(answers)
    memory = [
        Figure(
            name=f"{size}: memory after {count} queries",
            value=answers[count - 1]["peak_memory_mb"],
            unit="MB",
            most=MOST_MEMORY_MB.get(size),
        )
        for count in MEMORY_AFTER
    ]
    return median_ms, [
        Figure(name=f"{size}: query", value=median_ms, unit="CPU ms", most=MOST_MS.get(size)),
        Figure(name=f"{size}: slow query", value=warm_ms[int(0.95 * len(warm_ms))], unit="CPU ms"),
        Figure(name=f"{size}: first query", value=answers[0]["cpu_ms"], unit="CPU ms"),
        Figure(name=f"{size}: clips answered", value=answered, unit="share"),
        *memory,
    ]
