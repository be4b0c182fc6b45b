"""Cuts clips out of music, degrades them and remembers the truth."""

import dataclasses
import itertools
from collections.abc import Iterable, Iterator
from pathlib import Path

import av
import numpy as np
from benchmarks.demo.degrade import DEGRADATIONS
from benchmarks.demo.files import decode, encode
from benchmarks.demo.instruments import RATE_HZ

from audio_ident.model.audio import Mono

CLIP_S = 5.0

AUDIBLE_RMS = 0.01
"""-40 dBFS; there is nothing to recognise in a clip that is quieter."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Clip:
    """A clip and where it comes from."""

    path: Path
    degradation: str
    origin: Path
    is_in_library: bool
    offset_s: float


def cut_clips(
    origins: Iterable[tuple[Path, bool]], folder: Path, rng: np.random.Generator
) -> Iterator[Clip]:
    """Two clips of each file, every degradation in turn; the bool tells what is in the library."""
    names = itertools.cycle(DEGRADATIONS)
    for origin, is_in_library in origins:
        try:
            sound = decode(origin, RATE_HZ)
        except av.FFmpegError:
            continue  # one's own music may hold a damaged file; there is enough of the others
        for _ in range(2 if is_in_library else len(DEGRADATIONS)):
            start = _find_audible_place(sound, rng)
            if start is None:
                continue
            name = next(names)
            degrade, ending = DEGRADATIONS[name]
            path = folder / f"clip-{len(list(folder.iterdir())) + 1:02d}.{ending}"
            encode(
                path,
                degrade(sound[start : start + round(CLIP_S * RATE_HZ)], RATE_HZ, rng),
                RATE_HZ,
                bit_rate=24_000 if ending == "opus" else None,
            )
            yield Clip(
                path=path,
                degradation=name,
                origin=origin,
                is_in_library=is_in_library,
                offset_s=start / RATE_HZ,
            )


def _find_audible_place(sound: Mono, rng: np.random.Generator) -> int | None:
    length = round(CLIP_S * RATE_HZ)
    if len(sound) <= length:
        return None
    for _ in range(20):
        start = int(rng.integers(len(sound) - length))
        if np.sqrt(np.mean(sound[start : start + length] ** 2)) > AUDIBLE_RMS:
            return start
    return None
