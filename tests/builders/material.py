"""The files that an import must cope with: every format, and what is wrong in real folders."""

import dataclasses
import os
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path

import mutagen.id3
import numpy as np

from builders.encode import KINDS, Kind, encode
from builders.music import music, played_at
from builders.signals import Channels

SECONDS = 6.0

FORMATS: Mapping[str, str] = {
    "mp3": "mp3",
    "flac": "flac",
    "ogg vorbis": "ogg",
    "opus": "opus",
    "aac faststart": "m4a",
    "adts aac": "aac",
    "wav 16 bit": "wav",
    "aiff": "aiff",
    "wma": "wma",
    "wavpack": "wv",
}
"""Ten formats, with the extension of their files."""

RATES_HZ = (8000, 11_025, 96_000, 192_000)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """One file and what an import owes it."""

    name: str
    """What is special about it."""
    relative_path: str
    code: str | None = None
    """The error it fails with, None where it is imported."""
    warning: str | None = None
    """A warning that it is imported with."""
    seconds: float | None = None
    """How long it is, None where nobody can say."""


def sound(seed: int, rate_hz: int, channels: int = 2, seconds: float = SECONDS) -> Channels:
    """A piece of music at a rate, the same on all channels."""
    mono = music(seed, seconds + 1.0)
    stretched = played_at(mono, 16_000 / rate_hz)[: round(seconds * rate_hz)]
    return np.repeat(stretched[:, None], channels, axis=1)


def write_material(folder: Path) -> list[Material]:
    """Write every file below a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    return [*_write_formats(folder), *_write_shapes(folder), *_write_wrong(folder)]


def _write(folder: Path, relative: str, content: bytes) -> str:
    path = folder / relative
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return relative


def _encoded(seed: int, name: str, seconds: float = SECONDS) -> bytes:
    kind = KINDS[name]
    return encode(sound(seed, kind.rate_hz, seconds=seconds), kind)


def _write_formats(folder: Path) -> Iterator[Material]:
    for seed, (name, extension) in enumerate(FORMATS.items()):
        relative = _write(folder, f"formats/{seed:02} {name}.{extension}", _encoded(seed, name))
        yield Material(name=name, relative_path=relative, seconds=SECONDS)


def _write_shapes(folder: Path) -> Iterator[Material]:
    """Unusual rates, channels and depths."""
    for number, rate_hz in enumerate(RATES_HZ):
        content = encode(sound(20 + number, rate_hz), KINDS["flac"], rate_hz)
        relative = _write(folder, f"shapes/{rate_hz} Hz.flac", content)
        yield Material(name=f"{rate_hz} Hz", relative_path=relative, seconds=SECONDS)
    shapes: list[tuple[str, Kind, int]] = [
        ("mono", KINDS["flac"], 1),
        ("5.1", KINDS["flac"], 6),
        ("8 bit", KINDS["wav 8 bit"], 2),
        ("24 bit", KINDS["wav 24 bit"], 2),
    ]
    for number, (name, kind, channels) in enumerate(shapes):
        content = encode(sound(30 + number, 44_100, channels), kind)
        relative = _write(folder, f"shapes/{name}{kind.suffix}", content)
        yield Material(name=name, relative_path=relative, seconds=SECONDS)


def _write_wrong(folder: Path) -> Iterator[Material]:
    """What is wrong in real folders."""
    mp3, flac = _encoded(40, "mp3"), _encoded(41, "flac")
    yield Material(
        name="wrong extension",
        relative_path=_write(folder, "wrong/really a flac.mp3", flac),
        seconds=SECONDS,
    )
    yield Material(
        name="truncated mp3",
        relative_path=_write(folder, "wrong/truncated.mp3", mp3[: len(mp3) // 2]),
        warning="DECODE_PARTIAL",
    )
    yield Material(
        name="variable rate without header",
        relative_path=_write(folder, "wrong/vbr.mp3", _variable_rate_mp3()),
        seconds=SECONDS,
    )
    yield Material(
        name="ID3 before FLAC",
        relative_path=_write(folder, "wrong/tagged.flac", _id3() + _encoded(43, "flac")),
        seconds=SECONDS,
    )
    yield Material(
        name="zero bytes", relative_path=_write(folder, "wrong/empty.mp3", b""), code="NO_AUDIO"
    )
    yield Material(
        name="half a second",
        relative_path=_write(folder, "wrong/blip.wav", _encoded(44, "wav 16 bit", 0.5)),
        seconds=0.5,
    )
    silence = encode(np.zeros((5 * 44_100, 2), np.float32), KINDS["flac"])
    yield Material(
        name="silence only",
        relative_path=_write(folder, "wrong/silence.flac", silence),
        code="NO_AUDIO",
    )


def _variable_rate_mp3() -> bytes:
    """Variable bit rate, and no frame that tells how long it is."""
    kind = KINDS["mp3 without Xing"]
    options = {"compression_level": "7", "flags": "+qscale", "global_quality": "590"}
    variable = dataclasses.replace(kind, codec_options=options)
    return encode(sound(42, kind.rate_hz), variable)


def _id3() -> bytes:
    """An ID3 tag with a title, as some programs write before any file."""
    frame = b"TIT2" + (6).to_bytes(4, "big") + b"\0\0" + b"\x03Titel"
    return b"ID3\x03\0\0" + bytes([0, 0, 0, len(frame)]) + frame


def write_names(folder: Path) -> list[bytes]:
    """Files whose names are unusual, each with other sound; their exact names."""
    folder.mkdir(parents=True, exist_ok=True)
    names = [
        os.fsencode(unicodedata.normalize("NFC", "Björk é.flac")),
        os.fsencode(unicodedata.normalize("NFD", "Björk é.flac")),
        "🎵 emoji 🎧.flac".encode(),
        b"latin-1 \xe9\xff.flac",
        b"new\nline 'quote\" $HOME `x`.flac",
    ]
    for seed, name in enumerate(names):
        with open(os.path.join(os.fsencode(folder), name), "wb") as file:  # noqa: PTH118, PTH123
            file.write(_encoded(60 + seed, "flac"))
    return names


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Album:
    """A rip of several pieces in one file."""

    path: Path
    starts_s: tuple[float, ...]
    """Where each piece begins."""


def write_album(
    path: Path,
    *,
    gap_s: float = 2.0,
    noise_dbfs: float = -100.0,
    pause_s: float = 0.0,
    with_cue: bool = False,
) -> Album:
    """Three pieces in a row, `gap_s` apart, over noise; each may pause in its middle."""
    rate_hz, pieces, starts_s, at_s = 22_050, [], [], 0.0
    for seed in range(70, 73):
        piece = sound(seed, rate_hz, 1, 8.0)[:, 0].copy()
        if pause_s:
            middle = len(piece) // 2
            piece[middle : middle + round(pause_s * rate_hz)] = 0
        starts_s.append(at_s)
        pieces += [piece, np.zeros(round(gap_s * rate_hz), np.float32)]
        at_s += 8.0 + gap_s
    whole = np.concatenate(pieces)
    whole += np.random.default_rng(7).standard_normal(len(whole)).astype(np.float32) * np.float32(
        10 ** (noise_dbfs / 20)
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(encode(np.clip(whole, -1, 1)[:, None], KINDS["flac"], rate_hz))
    if with_cue:
        path.with_suffix(".cue").write_text(_cue_sheet(path.name, starts_s), encoding="utf-8")
    return Album(path=path, starts_s=tuple(starts_s))


def _cue_sheet(file_name: str, starts_s: list[float]) -> str:
    lines = ['PERFORMER "The Rippers"', 'TITLE "Gaps"', f'FILE "{file_name}" WAVE']
    for number, start_s in enumerate(starts_s, 1):
        minutes, rest_s = divmod(start_s, 60)
        seconds, frames = divmod(round(rest_s * 75), 75)
        lines += [f"  TRACK {number:02} AUDIO", f'    TITLE "Piece {number}"']
        lines.append(f"    INDEX 01 {int(minutes):02}:{seconds:02}:{frames:02}")
    return "\n".join(lines) + "\n"


def retag(path: Path, title: str) -> None:
    """Give an mp3 file another title."""
    tags = mutagen.id3.ID3()
    tags.add(mutagen.id3.TIT2(encoding=3, text=[title]))
    tags.save(path)
