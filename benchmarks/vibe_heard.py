"""Tracks of albums as the embedder hears them, and copies of them that were encoded badly.

What was heard can be kept in a folder, so that another scaling is measured without any decoding.
"""

import dataclasses
import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from benchmarks.demo.files import decode_stereo
from benchmarks.demo.instruments import RATE_HZ
from benchmarks.hearing import hear
from benchmarks.variants import Variant, as_it_is, louder

from audio_ident.core.listeners.audio_digest import AudioDigest as AudioDigestListener
from audio_ident.core.listeners.descriptors import Descriptors
from audio_ident.core.listeners.file_digest import FileDigest
from audio_ident.errors import FileProblem
from audio_ident.model.audio import Stereo

LISTENERS = (AudioDigestListener, Descriptors, FileDigest)

LEAST_WINDOWS = 4
"""25 s: two windows that do not overlap, and one more."""

COPIED_S = 60.0
"""Of the middle of a track."""

MOST_S = 400.0
"""Of a track that is decoded for its copies."""

COPIES: Mapping[str, Variant] = {
    "itself": Variant(edit=as_it_is, suffix="wav"),
    "mp3 64k": Variant(edit=as_it_is, suffix="mp3", bit_rate=64_000),
    "opus 24k": Variant(edit=as_it_is, suffix="opus", bit_rate=24_000),
    "-12 dB": Variant(edit=louder(-12), suffix="wav"),
    "aac 48k, -6 dB": Variant(edit=louder(-6), suffix="m4a", bit_rate=48_000),
}
"""`itself` is what the others are compared with. The shipped scaling was fitted with the first
three of those; it has not heard the last one."""

Raw: TypeAlias = npt.NDArray[np.float32]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Heard:
    """Windows of a sound, quiet ones left out."""

    raw: Raw
    start_samples: npt.NDArray[np.int64]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Track:
    """A track that is long enough to be measured with."""

    path: Path
    album: str
    heard: Heard


def heard_tracks(files: Iterable[Path], root: Path | None, kept: Path | None) -> tuple[Track, ...]:
    """Tracks of files; an album is a folder of the root, or without one the folder of a file."""
    tracks: list[Track] = []
    for path in files:
        try:
            heard = _whole(path, kept)
        except FileProblem as problem:
            print(f"  {path.name}: {problem.fact}")
            continue
        if len(heard.raw) >= LEAST_WINDOWS:
            album = path.parent.name if root is None else path.relative_to(root).parts[0]
            tracks.append(Track(path=path, album=album, heard=heard))
    return tuple(tracks)


def heard_copies(track: Track, kept: Path | None) -> Mapping[str, Heard]:
    """Copies of the middle of a track, by name; none when it is too quiet to be heard."""
    copies: dict[str, Heard] = {}
    middle: Stereo | None = None
    with TemporaryDirectory() as made:
        for name, variant in COPIES.items():
            heard = _read(kept, track.path, name)
            if heard is None:
                middle = _middle(track.path) if middle is None else middle
                heard = _listened(variant.write(Path(made), middle))
                _write(kept, track.path, name, heard)
            copies[name] = heard
    return copies if all(len(heard.raw) for heard in copies.values()) else {}


def _whole(path: Path, kept: Path | None) -> Heard:
    heard = _read(kept, path, "whole")
    if heard is None:
        heard = _listened(path)
        _write(kept, path, "whole", heard)
    return heard


def _middle(path: Path) -> Stereo:
    sound = decode_stereo(path, RATE_HZ, MOST_S)
    first = max(0, round(len(sound) / 2 - COPIED_S * RATE_HZ / 2))
    return np.ascontiguousarray(sound[first : first + round(COPIED_S * RATE_HZ)])


def _listened(path: Path) -> Heard:
    fields = hear(path, LISTENERS).sections[Descriptors.name].fields
    is_heard = ~np.asarray(fields["is_quiet"], np.bool_)
    return Heard(
        raw=np.asarray(fields["descriptors"], np.float32)[is_heard],
        start_samples=np.asarray(fields["start_samples"], np.int64)[is_heard],
    )


def _place(kept: Path, path: Path, name: str) -> Path:
    stat = path.stat()
    key = f"{path.resolve()} {stat.st_size} {stat.st_mtime_ns} {name} {Descriptors.version}"
    return kept / f"{hashlib.sha256(key.encode()).hexdigest()[:32]}.npz"


def _read(kept: Path | None, path: Path, name: str) -> Heard | None:
    if kept is None or not (place := _place(kept, path, name)).exists():
        return None
    with np.load(place) as arrays:
        return Heard(raw=arrays["raw"], start_samples=arrays["start_samples"])


def _write(kept: Path | None, path: Path, name: str, heard: Heard) -> None:
    if kept is not None:
        kept.mkdir(parents=True, exist_ok=True)
        np.savez(_place(kept, path, name), raw=heard.raw, start_samples=heard.start_samples)
