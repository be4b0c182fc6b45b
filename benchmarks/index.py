"""What the index costs: writing, merging, opening, disk; looking clips up, and their memory.

Tracks beyond the music at hand are generated, see `generated`. Clips are cut from the real ones.
"""

import time
from collections.abc import Iterable, Iterator
from contextlib import closing
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from benchmarks.decode import decoding_cost_s, duration_s
from benchmarks.generated import Recording, generated_tracks
from benchmarks.hearing import hear, recording_of
from benchmarks.listeners import MOST_FILES, listening_cost_s
from benchmarks.lookup import CLIPS, cut_plain_clips, look_up
from benchmarks.measure import Figure, cost_s
from benchmarks.music import Music

from audio_ident.core.listeners.landmarks import LandmarkListener
from audio_ident.core.spectrum import FRAMES_PER_SECOND
from audio_ident.stores.fingerprints.index_reader import SegmentIndexReader
from audio_ident.stores.fingerprints.index_segments import SegmentIndex

SIZES = (260, 1000, 10_000)
"""Generated tracks in the index, beside the real ones."""

MOST_PIECES = 40

MOST_COST = 0.25
"""Bound of landmarks and index writing beside decoding mp3."""

MOST_MB_PER_HOUR = 2.5


def measure(music: Music) -> list[Figure]:
    """Costs of writing and of reading at every size."""
    figures: list[Figure] = []
    query_ms: dict[int, float] = {}
    with TemporaryDirectory() as made:
        clips = cut_plain_clips(music, Path(made), CLIPS, np.random.default_rng(11))
        pieces = [recording_of(hear(path)) for path in music.files[:MOST_PIECES]]
        for size in SIZES:
            home = Path(made) / f"index-{size}"
            cost_s_per_h, written = _write(home, pieces, size)
            query_ms[size], looked_up = look_up(home, clips, f"{size} tracks")
            figures += [*written, *looked_up]
            if size == SIZES[0]:
                figures += _beside_decoding(music, cost_s_per_h)
    return [*figures, *_growth(query_ms)]


class _Clocked:
    """Passes recordings on and knows how long making them took."""

    def __init__(self, recordings: Iterable[Recording]) -> None:
        self._recordings = iter(recordings)
        self.spent_s = 0.0
        self.audio_h = 0.0

    def __iter__(self) -> Iterator[Recording]:
        return self

    def __next__(self) -> Recording:
        # of this thread only: meanwhile another one merges
        started_s = time.thread_time()
        digest, landmarks = next(self._recordings)
        self.spent_s += time.thread_time() - started_s
        self.audio_h += landmarks.frame_count / FRAMES_PER_SECOND / 3600
        return digest, landmarks


def _write(home: Path, pieces: list[Recording], size: int) -> tuple[float, list[Figure]]:
    """Processor seconds per hour of audio, and figures."""
    recordings = _Clocked(chain(pieces, generated_tracks([p for _, p in pieces], range(size))))
    index = SegmentIndex(home)

    def write() -> None:
        for digest, landmarks in recordings:
            index.add(digest, landmarks)
        index.close()

    writing_s = (cost_s(write) - recordings.spent_s) / recordings.audio_h
    statistics = index.statistics()
    with closing(SegmentIndexReader(home)) as reader:
        opening_s = cost_s(reader.snapshot)
    mb_per_h = statistics.segment_bytes / 1e6 / recordings.audio_h
    name = f"{size} tracks"
    return writing_s, [
        Figure(name=f"{name}: writing and merging", value=writing_s, unit="CPU s / h"),
        Figure(name=f"{name}: disk", value=mb_per_h, unit="MB / h", most=MOST_MB_PER_HOUR),
        Figure(name=f"{name}: segments", value=statistics.segments, unit="files"),
        Figure(name=f"{name}: opening", value=1e3 * opening_s, unit="CPU ms"),
    ]


def _beside_decoding(music: Music, writing_s_per_h: float) -> list[Figure]:
    """What is known of the bound on listening: landmarks and writing beside decoding."""
    paths = music.of_one_format()[:MOST_FILES]
    hours = sum(map(duration_s, paths)) / 3600
    decoding_s = sum(map(decoding_cost_s, paths)) / hours
    landmarks_s = sum(listening_cost_s(path, LandmarkListener) for path in paths) / hours
    total_s = landmarks_s + writing_s_per_h
    form = f"decoding {paths[0].suffix}"
    return [
        Figure(name=f"landmarks / {form}", value=landmarks_s / decoding_s),
        Figure(name=f"index writing / {form}", value=writing_s_per_h / decoding_s),
        Figure(
            name=f"landmarks and index writing / {form}",
            value=total_s / decoding_s,
            most=MOST_COST,
        ),
    ]


def _growth(query_ms: dict[int, float]) -> list[Figure]:
    small, *others = query_ms
    return [
        Figure(name=f"query at {size} tracks / at {small}", value=query_ms[size] / query_ms[small])
        for size in others
    ]
