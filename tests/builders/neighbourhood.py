"""Libraries of one window a track, for paths and mixes through them."""

import contextlib
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from audio_ident.model.tags import Tags
from audio_ident.model.vectors import Vectors, WindowVectors
from builders.sounding import TIMBRE, Soundscape, soundscape

FEW_DIMENSIONS = 8
"""Of `some_vectors`: with as few, tracks have near neighbours in a library of some dozens."""


@contextlib.contextmanager
def neighbourhood(
    vectors: Vectors, artists: Sequence[str | None] | None = None
) -> Iterator[Soundscape]:
    """A library of a track for each vector of a few dimensions, numbered from 0."""
    names = artists or [None] * len(vectors)
    padded = np.pad(vectors, ((0, 0), (0, TIMBRE.dimension - vectors.shape[1])))
    with tempfile.TemporaryDirectory() as folder, soundscape(Path(folder)) as made:
        for number, (vector, artist) in enumerate(zip(padded, names, strict=True)):
            made.add(number, _window(vector), Tags(title=f"title {number}", artist=artist))
        yield made


def some_vectors(count: int, seed: int = 0) -> Vectors:
    """Vectors of length 1 in all of a few directions."""
    return of_length_1(np.random.default_rng(seed).standard_normal((count, FEW_DIMENSIONS)))


def of_length_1(values: np.typing.ArrayLike) -> Vectors:
    """Rows scaled to length 1."""
    rows = np.asarray(values, np.float64)
    scaled: Vectors = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    return scaled


def _window(vector: Vectors) -> WindowVectors:
    start_ms, end_ms = np.zeros(1, np.uint32), np.full(1, 10_000, np.uint32)
    return WindowVectors(vectors=vector[None], start_ms=start_ms, end_ms=end_ms)
