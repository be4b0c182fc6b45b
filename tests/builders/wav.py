"""Wav files of noise, and an analyser that reads them inside worker processes."""

import dataclasses
import hashlib
import os
import time
import wave
from pathlib import Path

import numpy as np

from audio_ident.errors import DecodeFailed
from audio_ident.model.analysis import Analysis, AudioDigest, Section
from audio_ident.model.audio import MONO_RATE_HZ, AudioFacts, AudioWarning, Mono
from audio_ident.units import samples_to_ticks

RATE_HZ = 8000


def write_wav(path: Path, seed: int, samples: int = 800) -> Path:
    """A wav file of noise that the seed names."""
    path.parent.mkdir(parents=True, exist_ok=True)
    noise = np.random.default_rng(seed).integers(-9000, 9000, samples, dtype=np.int16)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(noise.tobytes())
    return path


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Listened:
    """What the analyser gives."""

    sha256: str
    analysis: Analysis


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class WavAnalyser:
    """Reads wav files; names tell it to misbehave; the log tells which files it was given."""

    log: Path
    version: int = 1
    pause_s: float = 0.0

    def __call__(self, path: Path) -> Listened:
        """Analyse one file, or die as its name demands."""
        with self.log.open("ab") as log:
            log.write(os.fsencode(path.name) + b"\n")
        time.sleep(self.pause_s)
        self._misbehave(path.name)
        content = path.read_bytes()
        with path.open("rb") as raw, wave.open(raw) as file:
            frames = file.readframes(file.getnframes())
            facts = AudioFacts(
                container="wav",
                codec="pcm_s16le",
                rate_hz=file.getframerate(),
                channels=file.getnchannels(),
                bits_per_sample=16,
                duration_ticks=samples_to_ticks(file.getnframes(), file.getframerate()),
                declared_duration_ticks=None,
            )
        peaks = np.frombuffer(frames, np.int16).astype(np.uint32)[:20]
        warnings = (AudioWarning(code="DECODE_PARTIAL", message="heard 1 of 2 s"),)
        return Listened(
            sha256=hashlib.sha256(content).hexdigest(),
            analysis=Analysis(
                digest=AudioDigest(hashlib.md5(frames).hexdigest()),  # noqa: S324
                facts=facts,
                warnings=warnings if "partial" in path.name else (),
                sections={"landmarks": Section(version=self.version, fields={"frame": peaks})},
            ),
        )

    def _misbehave(self, name: str) -> None:
        if "crash" in name:
            os._exit(7)
        if "hang" in name:
            time.sleep(60)
        if "broken" in name:
            raise DecodeFailed(f"{name} cannot be decoded")
        if "bug" in name:
            raise ZeroDivisionError("nobody thought of this")

    def heard(self) -> list[str]:
        """Names of the files it was given, sorted."""
        if not self.log.exists():
            return []
        return sorted(os.fsdecode(self.log.read_bytes()).split("\n")[:-1])


def write_music_wav(path: Path, samples: Mono) -> Path:
    """A wav file of 16 kHz sound."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(MONO_RATE_HZ)
        file.writeframes((samples * 32_000).astype("<i2").tobytes())
    return path
