"""A small collection of made-up music in several containers, and clips of it."""

import dataclasses
import shutil
from pathlib import Path

import numpy as np
from benchmarks.demo.files import decode, encode, tag
from benchmarks.demo.instruments import RATE_HZ
from benchmarks.demo.pieces import FOREIGN, LIBRARY, Piece
from benchmarks.demo.synthesise import synthesise

from audio_ident.model.audio import Mono
from builders.encode import cover_png

SHORT = {"length_s": 20.0, "tempo_bpm": 160.0}
"""A piece has no fewer than sixteen bars, so that only a fast one is short."""

PIECES = tuple(dataclasses.replace(piece, **SHORT) for piece in LIBRARY[:5])
"""One mp3, flac, ogg, opus and m4a."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """Where the files lie."""

    music: Path
    """Folder to be imported."""
    pieces: tuple[Path, ...]
    """One file for each of `PIECES`."""
    copy: Path
    """The same bytes as the first piece."""
    foreign: Path
    """A piece that is not in the folder."""


def make_collection(folder: Path) -> Collection:
    """Play, encode and tag everything."""
    music = folder / "Musik & Lärm"
    music.mkdir(parents=True)
    paths = tuple(_make(piece, music / piece.artist) for piece in PIECES)
    (paths[0].parent / "cover.png").write_bytes(cover_png())
    copy = music / "again.mp3"
    shutil.copy(paths[0], copy)
    foreign = _make(dataclasses.replace(FOREIGN, **SHORT), folder / "foreign")
    return Collection(music=music, pieces=paths, copy=copy, foreign=foreign)


def _make(piece: Piece, folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / piece.file_name
    encode(path, synthesise(piece), RATE_HZ)
    tag(path, piece, piece.seed % 100 + 1)
    return path


def sound_of(path: Path, start_s: float, length_s: float) -> Mono:
    """Part of a file at `RATE_HZ`."""
    start = round(start_s * RATE_HZ)
    return decode(path, RATE_HZ)[start : start + round(length_s * RATE_HZ)]


def with_noise(sound: Mono, level_db: float, rng: np.random.Generator) -> Mono:
    """Sound and white noise that is so many dB below it."""
    loudness = np.sqrt(np.mean(sound**2)) * 10 ** (-level_db / 20)
    noisy = sound + loudness * rng.standard_normal(len(sound))
    return np.asarray(0.9 * noisy / np.abs(noisy).max(), np.float32)


def write_clip(path: Path, sound: Mono, bit_rate: int | None = None) -> Path:
    """Encode a clip as the end of its name tells."""
    encode(path, sound, RATE_HZ, bit_rate)
    return path
