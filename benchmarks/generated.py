"""Libraries larger than the music at hand: landmarks of real pieces, varied.

Uniformly random landmarks would spread over all hashes alike and make look-ups look cheaper than
they are. So every generated track is put together from stretches of real pieces: the low and the
high half come from different ones, each moved in time and frequency, slowed or hastened, and a
part of the peaks is moved or lost. The distribution of hashes stays that of music.
"""

from collections.abc import Iterator, Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from audio_ident.core.peaks import INDEX_RULE
from audio_ident.core.spectrum import BINS, FRAMES_PER_SECOND
from audio_ident.model.analysis import AudioDigest
from audio_ident.model.landmarks import Landmarks

TRACK_S = 240
STRETCH_FRAMES = (300, 1500)
MOST_BIN_SHIFT = 40
MOST_TEMPO_OCTAVES = 0.4
LOST_SHARE = 0.1
MOVED_SHARE = 0.2

Recording: TypeAlias = tuple[AudioDigest, Landmarks]

Peaks: TypeAlias = npt.NDArray[np.int64]
"""Frame and bin of each peak, shape `(n, 2)`."""


def generated_tracks(pieces: Sequence[Landmarks], numbers: range) -> Iterator[Recording]:
    """Generated tracks of `TRACK_S`, the same for the same number."""
    peaks = [np.stack([p.frame, p.bin], axis=1).astype(np.int64) for p in pieces]
    lengths = [piece.frame_count for piece in pieces]
    for number in numbers:
        rng = np.random.default_rng([number, 1])
        yield AudioDigest(f"{number:032x}"), _track(peaks, lengths, rng)


def _track(pieces: Sequence[Peaks], lengths: Sequence[int], rng: np.random.Generator) -> Landmarks:
    frame_count = round(TRACK_S * FRAMES_PER_SECOND)
    middle = int(rng.integers(80, 200))
    halves = [
        _half(pieces, lengths, rng, bins)
        for bins in ((INDEX_RULE.lowest_bin, middle), (middle, BINS - 2))
    ]
    peaks = np.unique(_worn(np.concatenate(halves), rng), axis=0)
    inside = (peaks[:, 0] >= 0) & (peaks[:, 0] < frame_count)
    inside &= (peaks[:, 1] >= INDEX_RULE.lowest_bin) & (peaks[:, 1] < BINS - 2)
    peaks = peaks[inside]
    return Landmarks(
        frame=peaks[:, 0].astype(np.uint32),
        bin=peaks[:, 1].astype(np.uint16),
        strength=rng.integers(16, 160, len(peaks)).astype(np.uint8),
        frame_count=frame_count,
    )


def _half(
    pieces: Sequence[Peaks],
    lengths: Sequence[int],
    rng: np.random.Generator,
    bins: tuple[int, int],
) -> Peaks:
    """Stretches of pieces one after the other, as far as they sound between two bins."""
    found: list[Peaks] = []
    start, end = 0, round(TRACK_S * FRAMES_PER_SECOND)
    while start < end:
        number = int(rng.integers(len(pieces)))
        tempo = 2 ** rng.uniform(-MOST_TEMPO_OCTAVES, MOST_TEMPO_OCTAVES)
        most = min(int(rng.integers(*STRETCH_FRAMES)), int(lengths[number] * tempo))
        peaks = pieces[number].copy()
        peaks[:, 0] = (peaks[:, 0] - rng.integers(lengths[number])) % lengths[number] * tempo
        peaks[:, 1] += rng.integers(-MOST_BIN_SHIFT, MOST_BIN_SHIFT + 1)
        kept = (peaks[:, 0] < most) & (peaks[:, 1] >= bins[0]) & (peaks[:, 1] < bins[1])
        found.append(peaks[kept] + (start, 0))
        start += max(most, 1)
    return np.concatenate(found)


def _worn(peaks: Peaks, rng: np.random.Generator) -> Peaks:
    fate = rng.random(len(peaks))
    is_moved = fate < MOVED_SHARE
    peaks[is_moved] += rng.integers(-3, 4, (int(is_moved.sum()), 2))
    return peaks[fate < 1 - LOST_SHARE]
