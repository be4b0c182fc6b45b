"""Filling never hinders an import: it goes on without vectors, and lets go when told."""

import contextlib
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from audio_ident.errors import DiskFull
from audio_ident.ingest.filling import Filling
from audio_ident.ingest.filling_along import FillingAlong
from audio_ident.ingest.idle_filling import NEWS_INTERVAL_S, PASS_INTERVAL_S, IdleFilling
from audio_ident.ingest.space_choice import WantedSpaces
from audio_ident.ingest.tools import Clock, Stores
from audio_ident.ingest.vector_sources import FileVectors
from audio_ident.library.edits import TrackEditor
from audio_ident.model.vectors import Where, WindowVectors
from audio_ident.stores.sql.vector_marks import SpaceOfStore
from audio_ident.stores.vectors.exact_memory import ExactVectorIndex
from audio_ident.vibe_errors import VectorsUnreachable
from builders.filling import a_space, filling_of, held, import_sounds, sounding_stores
from builders.wav import write_wav

TIMBRE, MODEL = a_space(), a_space("clap-a-1", "clap", 8)


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[Stores]:
    """A library of three recordings."""
    for seed in range(3):
        write_wav(tmp_path / "music" / f"{seed}.wav", seed)
    made = sounding_stores(tmp_path / "data")
    import_sounds(tmp_path, made)
    yield made
    made.catalogue.close()


class Broken(ExactVectorIndex):
    """Fails whenever it is published."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error
        self.attempts = 0

    def publish(self) -> None:
        """Fail."""
        self.attempts += 1
        raise self.error


def along(stores: Stores, index: ExactVectorIndex) -> FillingAlong:
    """Fills an index."""

    @contextlib.contextmanager
    def open_filling() -> Iterator[Filling]:
        yield filling_of(stores, index)

    return FillingAlong(open_filling, stores.clock)


def test_an_import_goes_on_without_vectors_when_they_are_out(stores: Stores) -> None:
    """It is not tried again in the same import; a full disk ends the import."""
    index = Broken(VectorsUnreachable("no answer"))
    with contextlib.closing(along(stores, index)) as filling:
        filling.finish(lambda: False)
        filling.finish(lambda: False)
    assert index.attempts == 1

    full = along(stores, Broken(DiskFull("no space")))
    with contextlib.closing(full) as filling, pytest.raises(DiskFull):
        filling.finish(lambda: False)


def test_asking_whether_to_stop_may_tend_again(stores: Stores) -> None:
    """As it does in an import, where that question is what lets things happen meanwhile."""
    index = ExactVectorIndex()
    with contextlib.closing(along(stores, index)) as filling:

        def should_stop() -> bool:
            filling.finish(lambda: False)
            return False

        filling.finish(should_stop)
    assert len(held(index, TIMBRE)) == 3


def test_workers_are_left_at_once_when_something_else_is_to_be_done(stores: Stores) -> None:
    """What they hear is given up, and heard by the next filling."""
    has_begun, is_ended = threading.Event(), threading.Event()

    def embed(path: Path) -> WindowVectors:
        del path
        has_begun.set()
        is_ended.wait()
        raise RuntimeError("ended")

    index = ExactVectorIndex()
    with ThreadPoolExecutor(2) as pool:
        source = FileVectors(
            space=MODEL,
            catalogue=stores.catalogue,
            pool=pool,
            embed=embed,
            files_at_once=2,
            end_calls=is_ended.set,
        )
        wanted = WantedSpaces(timbre=TIMBRE, model=MODEL)
        summary = filling_of(stores, index, wanted, [source]).fill(has_begun.is_set)
    assert is_ended.is_set()
    assert not summary.is_complete
    with stores.catalogue.reading() as rows:
        marked = rows.vector_marks.spaces_of(index.name)
    assert marked == {MODEL.id}
    assert held(index, MODEL) == set()


def test_idle_filling_is_due_when_rows_tell_of_something_new(
    stores: Stores, tmp_path: Path
) -> None:
    """After a complete filling nothing is, until a recording comes; trouble is waited out."""
    now_s = [0.0]
    clock = Clock(now=stores.clock.now, monotonic_s=lambda: now_s[0], sleep_s=time.sleep)
    index: list[ExactVectorIndex] = [Broken(VectorsUnreachable("no answer"))]

    @contextlib.contextmanager
    def open_filling() -> Iterator[Filling]:
        yield filling_of(stores, index[0])

    idle = IdleFilling(stores.catalogue, "memory", open_filling, clock)
    assert idle.is_due()
    idle.fill(lambda: False)
    assert not idle.is_due()
    now_s[0] += 100
    assert idle.is_due()
    index[0] = ExactVectorIndex()
    idle.fill(lambda: False)
    assert not idle.is_due()

    write_wav(tmp_path / "music" / "new.wav", 9)
    import_sounds(tmp_path, stores)
    now_s[0] += NEWS_INTERVAL_S
    assert idle.is_due()
    idle.fill(lambda: False)
    assert not idle.is_due()
    assert len(held(index[0], TIMBRE)) == 4


def test_what_was_looked_at_is_left_to_the_end_of_the_import(
    stores: Stores, tmp_path: Path
) -> None:
    """While it goes on, only what came since is put, so that a large library costs no more."""
    index = ExactVectorIndex()
    filling_of(stores, index).fill()
    filling = filling_of(stores, index)
    filling.fill_some()
    place = SpaceOfStore(space_id=TIMBRE.id, store=index.name)
    with stores.catalogue.writing() as rows:
        before = rows.vector_marks.stored(place)
        rows.vector_marks.make_due(place, before)

    write_wav(tmp_path / "music" / "new.wav", 7)
    import_sounds(tmp_path, stores)
    filling.fill_some()

    with stores.catalogue.reading() as rows:
        assert rows.vector_marks.stored(place) == sorted(held(index, TIMBRE) - set(before))
    filling.fill()
    with stores.catalogue.reading() as rows:
        assert rows.vector_marks.stored(place) == sorted(held(index, TIMBRE))
    assert len(held(index, TIMBRE)) == 4


def test_an_edit_is_told_without_looking_through_the_library(stores: Stores) -> None:
    """What only the rows of all recordings tell waits for the next pass."""
    now_s = [0.0]
    clock = Clock(now=stores.clock.now, monotonic_s=lambda: now_s[0], sleep_s=time.sleep)
    index = ExactVectorIndex()

    @contextlib.contextmanager
    def open_filling() -> Iterator[Filling]:
        yield filling_of(stores, index)

    idle = IdleFilling(stores.catalogue, index.name, open_filling, clock)
    idle.fill(lambda: False)
    place = SpaceOfStore(space_id=TIMBRE.id, store=index.name)
    with stores.catalogue.writing() as rows:
        due, *_ = rows.vector_marks.stored(place)
        rows.vector_marks.make_due(place, [due])
        track = rows.tracks.shown_spans([due])[0]
    TrackEditor(stores.catalogue, stores.clock.now).edit(
        track.track_id, {"genres": ("Post-Rock",)}, "me"
    )
    now_s[0] += NEWS_INTERVAL_S
    assert idle.is_due()
    idle.fill(lambda: False)

    with stores.catalogue.reading() as rows:
        assert (rows.vector_marks.untold(index.name), due in rows.vector_marks.stored(place)) == (
            [],
            False,
        )
    where = Where(genres=frozenset({"post-rock"}))
    query = index.windows_of(TIMBRE.id, [due])[due].vectors[:1]
    found = index.search(TIMBRE.id, query, recordings=5, where=where)
    assert [hits.digest for hits in found] == [due]

    now_s[0] += PASS_INTERVAL_S
    idle.fill(lambda: False)
    with stores.catalogue.reading() as rows:
        assert due in rows.vector_marks.stored(place)
