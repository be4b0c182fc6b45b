"""The fingerprint index on disk against a dictionary, in any order of calls."""

import contextlib

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from audio_ident.model.analysis import AudioDigest
from audio_ident.stores.fingerprints.index_reader import SegmentIndexReader
from audio_ident.stores.fingerprints.index_segments import SegmentIndex
from builders.memory_directory import memory_directory
from builders.plain_segments import content_of, contents, plain_options
from builders.recordings import digest_of, random_landmarks

NUMBERS = st.integers(0, 12)
SEEDS = st.integers(0, 1000)


class IndexMachine(RuleBasedStateMachine):
    """Does the same to an index and to a dictionary; the reader must show a past state of it."""

    @initialize(flush_landmarks=st.sampled_from([1, 300, 10_000]), fan_in=st.integers(2, 4))
    def start(self, flush_landmarks: int, fan_in: int) -> None:
        """An empty index of any configuration."""
        self.home = contextlib.ExitStack()
        self.directory = self.home.enter_context(memory_directory())
        self.options = plain_options(flush_landmarks=flush_landmarks, fan_in=fan_in)
        self.index = SegmentIndex(self.directory, self.options)
        self.reader = SegmentIndexReader(self.directory)
        self.model: dict[AudioDigest, bytes] = {}
        self.past: list[dict[AudioDigest, bytes]] = [{}]
        self.published = 0

    @rule(number=NUMBERS, seed=SEEDS)
    def add(self, number: int, seed: int) -> None:
        """Add or replace."""
        self.index.add(digest_of(number), random_landmarks(seed))
        self.model[digest_of(number)] = content_of(random_landmarks(seed))
        self.past.append(dict(self.model))

    @rule(number=NUMBERS)
    def delete(self, number: int) -> None:
        """Delete what may be there."""
        self.index.delete(digest_of(number))
        self.model.pop(digest_of(number), None)
        self.past.append(dict(self.model))

    @rule()
    def publish(self) -> None:
        """The reader sees everything."""
        self.index.publish()
        self.published = len(self.past) - 1

    @rule()
    def look(self) -> None:
        """The writer sees everything."""
        assert contents(self.index.snapshot()) == self.model

    @rule()
    def close_and_open(self) -> None:
        """An orderly restart."""
        self.index.close()
        self.published = len(self.past) - 1
        assert contents(self.reader.snapshot()) == self.model
        self.index = SegmentIndex(self.directory, self.options)

    @rule()
    def rebuild(self) -> None:
        """Everything anew from the outside."""
        seeds = {digest_of(number): random_landmarks(number) for number in range(6)}
        self.index.rebuild(seeds.items())
        self.model = {digest: content_of(landmarks) for digest, landmarks in seeds.items()}
        self.past.append(dict(self.model))
        self.published = len(self.past) - 1

    @invariant()
    def reader_sees_one_whole_state(self) -> None:
        """What the reader sees was true at some moment since the last publication."""
        if hasattr(self, "index"):
            assert contents(self.reader.snapshot()) in self.past[self.published :]
            assert self.index.digests() == self.model.keys()

    def teardown(self) -> None:
        """A closed index is sound."""
        if hasattr(self, "index"):
            self.index.close()
            assert self.index.verify() == ()
            assert contents(self.reader.snapshot()) == self.model
            self.reader.close()
            self.home.close()


IndexMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
TestIndexAgainstModel = IndexMachine.TestCase
