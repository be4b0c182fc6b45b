"""What the vector index costs, and how much of the exact answer it finds.

`VECTOR_WINDOWS` says how many windows there are (100,000 unless told), in recordings of a few
windows each. Those of 118 dimensions are descriptors of the music at hand, varied: a window moved
by the difference of two others. Those of 512 are clusters with a shape of their own, and noise.
"""

import os
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeAlias

import numpy as np
from benchmarks.hearing import hear
from benchmarks.measure import Figure, cost_s
from benchmarks.music import Music

from audio_ident.core.listeners.audio_digest import AudioDigest as AudioDigestListener
from audio_ident.core.listeners.descriptors import Descriptors
from audio_ident.core.listeners.file_digest import FileDigest
from audio_ident.core.vector_kernels import widest_variant
from audio_ident.core.vibe.timbre import SHIPPED, timbre_windows
from audio_ident.model.analysis import AudioDigest
from audio_ident.model.vectors import Entry, Passage, Space, SpaceId, Vectors, Where, WindowVectors
from audio_ident.stores.vectors.index_files import FileVectorIndex, FileVectorReader

WINDOWS = int(os.environ.get("VECTOR_WINDOWS", "100000"))

MOST_FILES = 8
"""Pieces whose windows are varied."""

QUERIES = 40
NEAREST = 10
SEVERAL = 8
"""Vectors that one question may ask for, such as the windows of a clip."""

LEAST_RECALL = 0.98
MOST_BESIDE_FLOATS = 1.0
MOST_MS_PER_MILLION = 25.0
"""Bound of a query in 118 dimensions ..."""

LEAST_MILLIONS = 0.4
"""... of which a part does not depend on how many windows there are."""

PIECE_WINDOWS = 20_000
LONGEST_RECORDING = 6

Make: TypeAlias = Callable[[np.random.Generator, int], Vectors]
"""Makes windows of a kind."""


def measure(music: Music) -> list[Figure]:
    """Costs and recall in 118 and in 512 dimensions."""
    figures = [Figure(name="width of the scan (0, 1, 2)", value=widest_variant(), unit="level")]
    for dimension, make in ((118, _varied(music)), (512, _clustered(512))):
        with TemporaryDirectory() as made:
            figures += _measure_space(Path(made), dimension, make)
    return figures


def _varied(music: Music) -> Make:
    listeners = (AudioDigestListener, FileDigest, Descriptors)
    fields = (
        hear(path, listeners).sections[Descriptors.name].fields
        for path in music.files[:: -(-len(music.files) // MOST_FILES)]
    )
    held = [timbre_windows(own, SHIPPED, 0.25).vectors for own in fields]
    real = np.concatenate(held)

    def make(rng: np.random.Generator, count: int) -> Vectors:
        chosen, first, second = rng.integers(len(real), size=(3, count))
        strength = rng.random((count, 1), np.float32)
        # Noise, since thousands of copies of a window would have no ten nearest.
        noise = rng.standard_normal(real[chosen].shape, np.float32) / np.float32(118**0.5)
        return _unit(real[chosen] + strength * (real[first] - real[second]) + 0.2 * noise)

    return make


def _clustered(dimension: int) -> Make:
    rng = np.random.default_rng(3)
    centres = _unit(rng.standard_normal((2000, dimension), np.float32))
    shapes = _unit(rng.standard_normal((16, 32, dimension), np.float32))

    def make(rng: np.random.Generator, count: int) -> Vectors:
        cluster = rng.integers(len(centres), size=count)
        made = centres[cluster] + rng.standard_normal((count, dimension), np.float32) * np.float32(
            0.5 / dimension**0.5
        )
        inside = rng.standard_normal((count, shapes.shape[1]), np.float32) * np.float32(0.15)
        for number, shape in enumerate(shapes):
            own = cluster % len(shapes) == number
            made[own] += inside[own] @ shape
        return _unit(made)

    return make


def _unit(vectors: Vectors) -> Vectors:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    made: Vectors = (vectors / np.maximum(lengths, 1e-9)).astype(np.float32)
    return made


class _Library:
    """Makes recordings, and notes what the exact answers to some questions are."""

    def __init__(self, make: Make) -> None:
        self._make = make
        self.queries = make(np.random.default_rng(7), QUERIES)
        self.best: list[np.ndarray] = []
        self.spent_s = 0.0
        self.floats_s: list[float] = []

    def entries(self) -> Iterator[Entry]:
        """All recordings; the time that this takes is noted."""
        rng = np.random.default_rng(5)
        started_s = time.process_time()
        number = 0
        for first in range(0, WINDOWS, PIECE_WINDOWS):
            vectors = self._make(rng, min(PIECE_WINDOWS, WINDOWS - first))
            begins = self._begins(rng, len(vectors))
            self._ask(vectors, begins)
            for begin, end in zip(begins, [*begins[1:], len(vectors)], strict=True):
                self.spent_s += time.process_time() - started_s
                yield _entry(number, vectors[begin:end])
                started_s = time.process_time()
                number += 1
        self.spent_s += time.process_time() - started_s

    def _begins(self, rng: np.random.Generator, count: int) -> list[int]:
        ends = np.cumsum(rng.integers(1, LONGEST_RECORDING, count))
        return [0, *ends[ends < count].tolist()]

    def _ask(self, vectors: Vectors, begins: list[int]) -> None:
        started_s = time.process_time()
        vectors @ self.queries[0]
        self.floats_s.append((time.process_time() - started_s) / len(vectors))
        cosines = vectors @ self.queries.T
        self.best.append(np.maximum.reduceat(cosines, begins, axis=0))


def _entry(number: int, vectors: Vectors) -> Entry:
    starts = 5000 * np.arange(len(vectors), dtype=np.uint32)
    return Entry(
        digest=AudioDigest(f"{number:032x}"),
        windows=WindowVectors(vectors=vectors, start_ms=starts, end_ms=starts + np.uint32(10_000)),
        passages=(
            Passage(
                start_ms=0,
                end_ms=10**6,
                track_ids=(f"track-{number}",),
                genres=(f"genre-{number % 20}",),
                year=1950 + number % 70,
            ),
        ),
    )


def _measure_space(folder: Path, dimension: int, make: Make) -> list[Figure]:
    space = Space(
        id=SpaceId(f"made-{dimension}"),
        embedder="timbre",
        model="made-up",
        revision="1",
        preprocessing="1",
        dimension=dimension,
        rate_hz=16_000,
        window_s=10.0,
        hop_s=5.0,
    )
    library = _Library(make)
    name = f"{WINDOWS} windows of {dimension}"
    with closing(FileVectorIndex(folder)) as index:

        def write() -> None:
            index.put(space, library.entries())
            index.publish()

        writing_s = cost_s(write) - library.spent_s
    size = sum(path.stat().st_size for path in folder.rglob("*.vec"))
    with closing(FileVectorReader(folder)) as reader:
        opening_s = cost_s(lambda: next(reader.digests(space.id)))
        asked = _ask(reader, space, library, name)
    return [
        Figure(name=f"{name}: recordings", value=sum(map(len, library.best)), unit="recordings"),
        Figure(name=f"{name}: disk", value=size / WINDOWS, unit="B / window"),
        Figure(name=f"{name}: writing", value=1e5 * writing_s / WINDOWS, unit="CPU s / 100k"),
        Figure(name=f"{name}: opening", value=1e3 * opening_s, unit="CPU ms"),
        *asked,
    ]


def _ask(reader: FileVectorReader, space: Space, library: _Library, name: str) -> list[Figure]:
    query = library.queries[:1]
    genre = Where(genres=frozenset({"genre-3"}))
    reader.search(space.id, query, recordings=NEAREST, where=genre)
    one_ms = _median_ms(lambda: reader.search(space.id, query, recordings=NEAREST))
    filtered_ms = _median_ms(
        lambda: reader.search(space.id, query, recordings=NEAREST, where=genre)
    )
    several_ms = _median_ms(
        lambda: reader.search(space.id, library.queries[:SEVERAL], recordings=NEAREST)
    )
    floats_ms = 1e3 * WINDOWS * statistics.median(library.floats_s)
    bound = (
        MOST_MS_PER_MILLION * max(WINDOWS / 1e6, LEAST_MILLIONS) if space.dimension < 512 else None
    )
    return [
        Figure(name=f"{name}: query", value=one_ms, unit="CPU ms", most=bound),
        Figure(name=f"{name}: query of a genre", value=filtered_ms, unit="CPU ms"),
        Figure(name=f"{name}: query of {SEVERAL} vectors", value=several_ms, unit="CPU ms"),
        Figure(
            name=f"{name}: query beside exact floats",
            value=one_ms / floats_ms,
            most=MOST_BESIDE_FLOATS,
        ),
        Figure(
            name=f"{name}: recall of {NEAREST}",
            value=_recall(reader, space, library),
            least=LEAST_RECALL,
        ),
    ]


def _median_ms(work: Callable[[], object]) -> float:
    costs_s = []
    for _ in range(9):
        started_s = time.thread_time()
        work()
        costs_s.append(time.thread_time() - started_s)
    return 1e3 * statistics.median(costs_s)


def _recall(reader: FileVectorReader, space: Space, library: _Library) -> float:
    best = np.concatenate(library.best)
    found = 0
    for number in range(QUERIES):
        query = library.queries[number : number + 1]
        answer = reader.search(space.id, query, recordings=NEAREST)
        nearest = set(np.argsort(-best[:, number])[:NEAREST].tolist())
        found += len(nearest & {int(hits.digest, 16) for hits in answer})
    return found / (NEAREST * QUERIES)
