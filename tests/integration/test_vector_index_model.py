"""The vector index in files against the oracle, in any order of calls."""

import contextlib

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from audio_ident.model.vectors import Passage, RecordingHits, Space, Where
from audio_ident.stores.vectors.exact_memory import ExactVectorIndex
from audio_ident.stores.vectors.index_check import find_vector_problems
from audio_ident.stores.vectors.index_files import FileVectorIndex, FileVectorReader
from audio_ident.stores.vectors.protocol import VectorReader
from builders.memory_directory import memory_directory
from builders.recordings import digest_of
from builders.vectors import new_entry, new_space, random_vectors

SPACES = (new_space("made-1", dimension=4), new_space("made-2", dimension=6))
NUMBERS = st.integers(0, 9)
SEEDS = st.integers(0, 1000)
CHOSEN = st.sampled_from(SPACES)

WISHES = (
    Where(),
    Where(genres=frozenset({"pop"})),
    Where(years=(1970, 1990), without_recordings=frozenset({digest_of(1)})),
    Where(keys=frozenset({"A minor"}), tempi_bpm=(90.0, 130.0)),
    Where(without_tracks=frozenset({"0", "1", "2"}), artists=frozenset({"a", "b"})),
)


def passages_of(seed: int) -> tuple[Passage, ...]:
    """None to three passages of any kind, the same for the same seed."""
    rng = np.random.default_rng(seed)
    ends = np.sort(rng.integers(0, 40_000, 6)).reshape(-1, 2)[: seed % 4]
    return tuple(
        Passage(
            start_ms=int(start),
            end_ms=int(end),
            track_ids=tuple(map(str, rng.integers(0, 4, rng.integers(0, 3)))),
            artists=tuple(rng.choice(["a", "b", "c"], rng.integers(0, 3), replace=False)),
            genres=("pop",) if rng.random() < 0.5 else (),
            year=int(rng.integers(1950, 2020)) if rng.random() < 0.7 else None,
            tempo_bpm=float(rng.integers(60, 180)) if rng.random() < 0.7 else None,
            key="A minor" if rng.random() < 0.5 else None,
        )
        for start, end in ends.tolist()
    )


def state_of(reader: VectorReader) -> list[object]:
    """All that readers are shown."""
    return [_state_of(reader, space) for space in SPACES]


def _state_of(reader: VectorReader, space: Space) -> object:
    digests = list(reader.digests(space.id))
    windows = reader.windows_of(space.id, digests)
    assert windows.keys() == set(digests)
    query = random_vectors(77, 2, space.dimension)
    every = {"recordings": 100, "windows_each": 100}
    answers = [reader.search(space.id, query, where=where, **every) for where in WISHES]  # type: ignore[arg-type]
    return (
        digests,
        [windows[digest].vectors.round(2).tolist() for digest in digests],
        [windows[digest].end_ms.tolist() for digest in digests],
        [sorted(_told(hits) for hits in answer) for answer in answers],
    )


def _told(hits: RecordingHits) -> tuple[str, list[tuple[int, float]]]:
    return hits.digest, sorted((w.start_ms, w.cosine) for w in hits.windows)


def assert_same(found: object, expected: object) -> None:
    """Two states are the same, as exactly as vectors are stored."""
    if isinstance(expected, float):
        assert found == pytest.approx(expected, abs=0.011)
    elif isinstance(expected, list | tuple):
        assert isinstance(found, list | tuple)
        assert len(found) == len(expected)
        for own, other in zip(found, expected, strict=True):
            assert_same(own, other)
    else:
        assert found == expected


class VectorMachine(RuleBasedStateMachine):
    """Does the same to an index and to the oracle, which a reader must agree with."""

    @initialize()
    def start(self) -> None:
        """An empty index."""
        self.home = contextlib.ExitStack()
        self.folder = self.home.enter_context(memory_directory()) / "vectors"
        self.index = FileVectorIndex(self.folder)
        self.reader = FileVectorReader(self.folder)
        self.oracle = ExactVectorIndex()
        self.published = state_of(self.oracle)

    @rule(space=CHOSEN, number=NUMBERS, seed=SEEDS)
    def put(self, space: Space, number: int, seed: int) -> None:
        """Add or replace."""
        vectors = random_vectors(seed, seed % 6, space.dimension)
        for index in (self.index, self.oracle):
            index.put(space, [new_entry(number, vectors, passages_of(seed))])

    @rule(number=NUMBERS, seed=SEEDS)
    def describe(self, number: int, seed: int) -> None:
        """Say anew what filters see."""
        for index in (self.index, self.oracle):
            index.describe(digest_of(number), passages_of(seed))

    @rule(space=CHOSEN, numbers=st.lists(NUMBERS))
    def delete(self, space: Space, numbers: list[int]) -> None:
        """Delete what may be there."""
        for index in (self.index, self.oracle):
            index.delete(space.id, [digest_of(number) for number in numbers])

    @rule()
    def publish(self) -> None:
        """The reader sees everything."""
        self.index.publish()
        self.published = state_of(self.oracle)
        assert_same(state_of(self.index), self.published)

    @rule(space=CHOSEN)
    def drop(self, space: Space) -> None:
        """Forget a space."""
        self.publish()
        for index in (self.index, self.oracle):
            index.drop(space.id)
        self.publish()

    @rule()
    def open_again(self) -> None:
        """An orderly restart."""
        self.publish()
        self.index.close()
        self.index = FileVectorIndex(self.folder)
        assert_same(state_of(self.index), self.published)

    @invariant()
    def reader_sees_what_is_published(self) -> None:
        """What the reader sees is what the oracle held when it was published."""
        if hasattr(self, "index"):
            assert_same(state_of(self.reader), self.published)

    def teardown(self) -> None:
        """The files are sound."""
        if hasattr(self, "index"):
            assert find_vector_problems(self.folder) == ()
            self.index.close()
            self.reader.close()
            self.home.close()


VectorMachine.TestCase.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)
TestVectorsAgainstModel = VectorMachine.TestCase
