"""Recordings of the vibe lane that never sounded: vectors, windows and passages."""

import dataclasses
from collections.abc import Sequence

import numpy as np

from audio_ident.model.vectors import (
    Entry,
    Passage,
    RecordingHits,
    Space,
    SpaceId,
    Vectors,
    WindowVectors,
)
from builders.recordings import digest_of

DIMENSION = 8

SPACE = Space(
    id=SpaceId("timbre-0a1b2c3d-r35"),
    embedder="timbre",
    model="timbre-118",
    revision="0a1b2c3d",
    preprocessing="1",
    dimension=DIMENSION,
    rate_hz=11025,
    window_s=10.0,
    hop_s=5.0,
    parameters={"rhythm_weight": 0.35, "center": [0.5, -1.25]},
)

OTHER_SPACE = dataclasses.replace(
    SPACE, id=SpaceId("clap-small-01234567"), embedder="clap", dimension=5
)


def unit_vectors(seed: int, count: int, dimension: int = DIMENSION) -> Vectors:
    """Vectors of length 1, always the same for a seed."""
    drawn = np.random.default_rng(seed).normal(size=(count, dimension))
    return (drawn / np.linalg.norm(drawn, axis=1, keepdims=True)).astype(np.float32)


def entry_of(
    number: int, *, windows: int = 6, dimension: int = DIMENSION, seed: int | None = None
) -> Entry:
    """A recording of two passages with facts of their own."""
    starts = np.arange(windows, dtype=np.uint32) * 5000
    return Entry(
        digest=digest_of(number),
        windows=WindowVectors(
            vectors=unit_vectors(number if seed is None else seed, windows, dimension),
            start_ms=starts,
            end_ms=starts + 10_000,
        ),
        passages=passages_of(number),
    )


def passages_of(number: int) -> tuple[Passage, ...]:
    """A described passage and one of which only the tracks are known."""
    return (
        Passage(
            start_ms=0,
            end_ms=15_000,
            track_ids=(f"track-{number}", f"copy-{number}"),
            artists=(f"artist {number % 3}", "everyone"),
            genres=(f"genre {number % 4}",),
            year=1990 + number,
            tempo_bpm=90.5 + number,
            key=("A minor", "C major")[number % 2],
        ),
        Passage(start_ms=15_000, end_ms=600_000, track_ids=(f"other-{number}",)),
    )


def assert_same(found: Sequence[RecordingHits], expected: Sequence[RecordingHits]) -> None:
    """The same windows in the same order; cosines as near as arithmetic goes."""
    times = [
        [(hits.digest, [(hit.start_ms, hit.end_ms) for hit in hits.windows]) for hits in answer]
        for answer in (found, expected)
    ]
    assert times[0] == times[1]
    cosines = [[hit.cosine for hits in each for hit in hits.windows] for each in (found, expected)]
    np.testing.assert_allclose(cosines[0], cosines[1], atol=1e-5)
