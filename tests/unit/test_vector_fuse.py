"""A vector server that does not answer costs one question now and then, not all of them."""

import threading
from collections.abc import Collection, Mapping

import pytest

from audio_ident.model.analysis import AudioDigest
from audio_ident.model.vectors import SpaceId, WindowVectors
from audio_ident.stores.vectors.exact_memory import ExactVectorIndex
from audio_ident.stores.vectors.fuse import LATE_S, TRIAL_S, FusedReader
from audio_ident.vibe_errors import VectorsUnreachable
from builders.vector_entries import SPACE, entry_of


class Server(ExactVectorIndex):
    """Answers, fails, or hangs until it is told to go on."""

    def __init__(self) -> None:
        super().__init__()
        self.put(SPACE, [entry_of(1)])
        self.asked = 0
        self.is_away = False
        self.is_reached = threading.Event()
        self.goes_on = threading.Event()
        self.goes_on.set()

    def windows_of(
        self, space_id: SpaceId, digests: Collection[AudioDigest]
    ) -> Mapping[AudioDigest, WindowVectors]:
        """As it is told."""
        self.asked += 1
        self.is_reached.set()
        assert self.goes_on.wait(30)
        if self.is_away:
            raise VectorsUnreachable("no answer")
        return super().windows_of(space_id, digests)


class Hands:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        """The time."""
        return self.now_s


def ask(reader: FusedReader) -> int:
    """How many recordings are there of one that is."""
    return len(reader.windows_of(SPACE.id, [entry_of(1).digest]))


def test_a_server_that_failed_is_tried_now_and_then_until_it_answers() -> None:
    """In between it is not asked; once it answers, every question gets through."""
    server, clock = Server(), Hands()
    reader = FusedReader(server, clock)
    server.is_away = True

    for _ in range(3):
        with pytest.raises(VectorsUnreachable):
            ask(reader)
    assert server.asked == 1

    clock.now_s += TRIAL_S
    with pytest.raises(VectorsUnreachable):
        ask(reader)
    assert server.asked == 2

    server.is_away = False
    clock.now_s += TRIAL_S
    assert [ask(reader), ask(reader), len(list(reader.digests(SPACE.id)))] == [1, 1, 1]


def test_nobody_waits_behind_a_question_that_hangs() -> None:
    """As soon as it is late; one that is answered late is no failure."""
    server, clock = Server(), Hands()
    reader = FusedReader(server, clock)
    server.goes_on.clear()
    found: list[int] = []
    hanging = threading.Thread(target=lambda: found.append(ask(reader)))
    hanging.start()
    assert server.is_reached.wait(30)

    clock.now_s += LATE_S
    with pytest.raises(VectorsUnreachable):
        ask(reader)
    server.goes_on.set()
    hanging.join()

    assert (found, ask(reader)) == ([1], 1)


def test_a_long_answer_stands_in_nobodys_way_while_others_are_answered() -> None:
    """The server is there, so questions get through."""
    server, clock = Server(), Hands()
    reader = FusedReader(server, clock)
    server.goes_on.clear()
    long = threading.Thread(target=ask, args=(reader,))
    long.start()
    assert server.is_reached.wait(30)
    assert len(list(reader.digests(SPACE.id))) == 1

    clock.now_s += LATE_S
    found = len(list(reader.digests(SPACE.id)))
    server.goes_on.set()
    long.join()

    assert found == 1
