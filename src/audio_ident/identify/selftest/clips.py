"""Chooses tracks of the library and cuts audible pieces out of them."""

import dataclasses
from collections.abc import Iterable

import numpy as np

from audio_ident.identify.selftest.conditions import CLIP_LENGTHS_S, FOREIGN_CLIP_S
from audio_ident.model.audio import MONO_RATE_HZ, Mono
from audio_ident.model.library import Track
from audio_ident.units import ticks_to_seconds

SHORTEST_TRACK_S = 20.0
"""A library may hold jingles; clips of them would be the whole of them."""

PIECE_S = max(*CLIP_LENGTHS_S, FOREIGN_CLIP_S)

LATEST_S = 600.0
"""Places are chosen before this time: files are decoded from their start to the piece."""

AUDIBLE_RMS = 0.01
"""-40 dBFS; there is nothing to recognise in a piece that is quieter."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Piece:
    """Sound of a track, from which clips are cut."""

    track: Track
    start_s: float
    """In the file of the track."""
    sound: Mono
    """`PIECE_S` at `MONO_RATE_HZ`."""

    def clip(self, length_s: float) -> Mono:
        """The first seconds of the piece."""
        return self.sound[: round(length_s * MONO_RATE_HZ)]


def choose_tracks(tracks: Iterable[Track], wanted: int, rng: np.random.Generator) -> list[Track]:
    """Some tracks, every one as likely as another; holds no more than it gives.

    Missing and short ones are left out, and of files with the same audio all but the first.
    """
    chosen: list[Track] = []
    seen: set[str] = set()
    for track in tracks:
        if track.is_missing or _length_s(track) < SHORTEST_TRACK_S or track.digest in seen:
            continue
        seen.add(track.digest)
        if len(chosen) < wanted:
            chosen.append(track)
        elif (place := int(rng.integers(len(seen)))) < wanted:
            chosen[place] = track
    return sorted(chosen, key=lambda track: (track.path, track.points.start_ticks))


def choose_place_s(track: Track, rng: np.random.Generator) -> float:
    """Where in the file of a track a piece begins."""
    start_s = ticks_to_seconds(track.points.start_ticks)
    latest_s = ticks_to_seconds(track.points.end_ticks) - PIECE_S
    if start_s < LATEST_S:
        latest_s = min(latest_s, LATEST_S)
    return float(rng.uniform(start_s, max(start_s, latest_s)))


def is_audible(sound: Mono) -> bool:
    """Whether there is anything to recognise."""
    is_whole = len(sound) >= round(PIECE_S * MONO_RATE_HZ)
    return is_whole and float(np.sqrt(np.mean(sound**2))) > AUDIBLE_RMS


def _length_s(track: Track) -> float:
    return ticks_to_seconds(track.points.end_ticks) - ticks_to_seconds(track.points.start_ticks)
