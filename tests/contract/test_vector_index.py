"""What every vector index owes; see `stores/vectors/protocol.py`."""

import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pytest

from audio_ident.errors import BadInput
from audio_ident.model.analysis import AudioDigest
from audio_ident.model.vectors import Passage, RecordingHits, SpaceId, Where
from audio_ident.stores.vectors.exact_memory import ExactVectorIndex
from audio_ident.stores.vectors.protocol import VectorIndex, VectorReader
from builders.recordings import digest_of
from builders.vectors import (
    MAKERS,
    new_entry,
    new_space,
    random_vectors,
    unit,
    whole_passage,
)

SPACE = new_space()

NEAR = 0.002
"""Indexes may store vectors with fewer digits than they are given."""


@pytest.fixture(params=MAKERS)
def index(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[VectorIndex]:
    """An empty index of each kind."""
    opened = MAKERS[request.param](tmp_path)
    yield opened
    opened.close()


def _fill(index: VectorIndex, count: int = 30) -> None:
    index.put(SPACE, [new_entry(number) for number in range(count)])
    index.publish()


def _numbers(hits: tuple[RecordingHits, ...]) -> list[int]:
    return [int(found.digest, 16) for found in hits]


def _ask(reader: VectorReader, **wishes: object) -> list[int]:
    found = reader.search(SPACE.id, random_vectors(99, 1), recordings=1000, where=Where(**wishes))  # type: ignore[arg-type]
    return sorted(_numbers(found))


def _agree(found: tuple[RecordingHits, ...], every: tuple[RecordingHits, ...]) -> None:
    """An answer is the beginning of a list of all, as exactly as vectors are stored."""
    expected = {hits.digest: hits for hits in every}
    assert len(expected.keys() & {hits.digest for hits in found}) == len(found)
    for own, same_rank in zip(found, every, strict=False):
        assert own.windows[0].cosine == pytest.approx(same_rank.windows[0].cosine, abs=NEAR)
        cosines = [window.cosine for window in expected[own.digest].windows]
        assert [window.cosine for window in own.windows] == pytest.approx(cosines, abs=NEAR)


def test_new_index_is_empty(index: VectorIndex) -> None:
    """A space that nothing was put into is empty, and no error."""
    assert index.search(SPACE.id, random_vectors(1, 1), recordings=5) == ()
    assert list(index.digests(SPACE.id)) == []
    assert index.windows_of(SPACE.id, [digest_of(1)]) == {}


def test_index_has_a_name(index: VectorIndex) -> None:
    """Rows remember by a name what was put where."""
    assert index.name


def test_recordings_are_found_as_the_oracle_finds_them(index: VectorIndex) -> None:
    """Recordings, windows and cosines of an answer are those of comparing with everything."""
    oracle = ExactVectorIndex()
    _fill(index, 200)
    _fill(oracle, 200)

    for seed in range(20):
        query = random_vectors(1000 + seed, 1 + seed % 3)
        found = index.search(SPACE.id, query, recordings=10, windows_each=2)
        assert len(found) == 10
        _agree(found, oracle.search(SPACE.id, query, recordings=200, windows_each=2))


def test_stored_windows_are_those_put_in(index: VectorIndex) -> None:
    """Windows come back with their times, those that are not there are left out."""
    _fill(index)
    given = new_entry(7).windows

    found = index.windows_of(SPACE.id, [digest_of(7), digest_of(500)])

    assert list(found) == [digest_of(7)]
    windows = found[AudioDigest(digest_of(7))]
    assert windows.vectors.dtype == np.float32
    np.testing.assert_allclose(windows.vectors, given.vectors, atol=NEAR)
    np.testing.assert_array_equal(windows.start_ms, given.start_ms)
    np.testing.assert_array_equal(windows.end_ms, given.end_ms)


def test_digests_are_in_order(index: VectorIndex) -> None:
    """Every recording is listed once, in order, wherever it lies."""
    for number in (5, 1, 9, 3):
        index.put(SPACE, [new_entry(number)])
        index.publish()

    assert list(index.digests(SPACE.id)) == [digest_of(n) for n in (1, 3, 5, 9)]


def test_putting_a_known_digest_replaces(index: VectorIndex) -> None:
    """Of two entries for a digest the later one counts, published between or not."""
    index.put(SPACE, [new_entry(1), new_entry(2)])
    index.publish()
    index.put(SPACE, [new_entry(1, random_vectors(50, 4))])
    index.put(SPACE, [new_entry(1, random_vectors(51, 2))])
    index.publish()

    assert list(index.digests(SPACE.id)) == [digest_of(1), digest_of(2)]
    windows = index.windows_of(SPACE.id, [digest_of(1)])[digest_of(1)]
    np.testing.assert_allclose(windows.vectors, random_vectors(51, 2), atol=NEAR)


def test_putting_twice_is_putting_once(index: VectorIndex) -> None:
    """The same again changes no answer."""
    _fill(index)
    before = index.search(SPACE.id, random_vectors(3, 1), recordings=10)
    _fill(index)

    assert index.search(SPACE.id, random_vectors(3, 1), recordings=10) == before
    assert len(list(index.digests(SPACE.id))) == 30


def test_deleted_recordings_are_gone(index: VectorIndex) -> None:
    """What is deleted is found, listed and read no more; the rest stays."""
    _fill(index)
    index.delete(SPACE.id, [digest_of(3), digest_of(4), digest_of(777)])
    index.publish()

    assert _ask(index) == [n for n in range(30) if n not in (3, 4)]
    assert index.windows_of(SPACE.id, [digest_of(3)]) == {}
    assert digest_of(3) not in list(index.digests(SPACE.id))


def test_deleting_nothing_is_no_error(index: VectorIndex) -> None:
    """Neither a recording nor a space needs to be there to be forgotten."""
    index.delete(SPACE.id, [digest_of(1)])
    index.drop(SPACE.id)
    index.describe(digest_of(1), ())
    index.publish()

    assert list(index.digests(SPACE.id)) == []


def test_deleted_before_it_was_published(index: VectorIndex) -> None:
    """What is put and deleted again was never there; what is put after that is."""
    index.put(SPACE, [new_entry(1), new_entry(2)])
    index.delete(SPACE.id, [digest_of(1), digest_of(2)])
    index.put(SPACE, [new_entry(2)])
    index.publish()

    assert _ask(index) == [2]


def test_dropped_space_is_gone_and_can_be_made_anew(index: VectorIndex) -> None:
    """A dropped space is empty, others stay, and its name may stand for another one then."""
    other = new_space("made-2")
    _fill(index)
    index.put(other, [new_entry(1)])
    index.drop(SPACE.id)
    index.publish()
    assert index.search(SPACE.id, random_vectors(1, 1), recordings=5) == ()
    assert list(index.digests(other.id)) == [digest_of(1)]

    wider = new_space(dimension=3)
    index.put(wider, [new_entry(1, random_vectors(1, 2, 3))])
    index.publish()
    assert len(index.search(SPACE.id, random_vectors(1, 1, 3), recordings=5)) == 1


def test_spaces_never_mix(index: VectorIndex) -> None:
    """A search sees the windows of its space alone."""
    other = new_space("made-2", revision="2")
    index.put(SPACE, [new_entry(1)])
    index.put(other, [new_entry(2)])
    index.publish()

    assert _ask(index) == [1]
    assert list(index.windows_of(other.id, [digest_of(1)])) == []


def test_vectors_of_another_dimension_are_refused(index: VectorIndex) -> None:
    """Neither entries nor queries of other dimensions, or of no numbers, get in."""
    _fill(index)
    nothing = np.full((1, 8), np.nan, np.float32)
    for wrong in (random_vectors(1, 2, 7), nothing):
        with pytest.raises(BadInput):
            index.put(SPACE, [new_entry(1, wrong)])
        with pytest.raises(BadInput):
            index.search(SPACE.id, wrong, recordings=5)
    with pytest.raises(BadInput):
        index.search(SPACE.id, np.zeros((0, 8), np.float32), recordings=5)
    index.publish()

    assert len(_ask(index)) == 30


@pytest.mark.parametrize(
    "change",
    [{"revision": "2"}, {"model": "other"}, {"dimension": 9}, {"parameters": {"means": [0.5]}}],
)
def test_an_id_stands_for_one_space(index: VectorIndex, change: dict[str, object]) -> None:
    """A space that was made in another way is refused under an id that is taken."""
    _fill(index)

    with pytest.raises(BadInput):
        index.put(dataclasses.replace(SPACE, **change), [])  # type: ignore[arg-type]


def test_a_space_is_the_same_however_its_parameters_are_held(index: VectorIndex) -> None:
    """Parameters that read the same as JSON are the same."""
    _fill(index)
    same = dataclasses.replace(SPACE, parameters=MappingProxyType({"means": (0.5, 1.0)}))

    index.put(same, [new_entry(100)])
    index.publish()

    assert len(_ask(index)) == 31


def test_enough_recordings_are_found_whatever_the_overlap(index: VectorIndex) -> None:
    """One recording of which a thousand windows are nearest is one answer of many."""
    query = random_vectors(1, 1)
    index.put(SPACE, [new_entry(0, np.repeat(query, 1000, axis=0))])
    index.put(SPACE, [new_entry(number) for number in range(1, 40)])
    index.publish()

    found = index.search(SPACE.id, query, recordings=25)

    assert len({hits.digest for hits in found}) == 25
    assert found[0].digest == digest_of(0)


def test_windows_of_an_answer_are_the_nearest_in_order(index: VectorIndex) -> None:
    """At most so many windows as asked for, the nearest first, the earlier one of equals."""
    query = random_vectors(1, 1)
    away = unit(query + 0.5 * random_vectors(2, 1))
    index.put(SPACE, [new_entry(1, np.concatenate([-query, away, query, query]))])
    index.publish()

    (found,) = index.search(SPACE.id, query, recordings=1, windows_each=3)

    assert [window.start_ms for window in found.windows] == [10_000, 15_000, 5_000]
    assert found.windows[0].cosine == pytest.approx(1, abs=NEAR)
    assert all(-1 <= window.cosine <= 1.000001 for window in found.windows)


def test_nearest_to_any_of_several_queries(index: VectorIndex) -> None:
    """Of several vectors that are asked for the nearest counts."""
    index.put(SPACE, [new_entry(n, random_vectors(n, 1)) for n in range(30)])
    index.publish()
    queries = np.concatenate([random_vectors(4, 1), random_vectors(17, 1)])

    found = index.search(SPACE.id, queries, recordings=2)

    assert sorted(_numbers(found)) == [4, 17]
    assert [hits.windows[0].cosine for hits in found] == pytest.approx([1, 1], abs=NEAR)


def test_equals_are_ordered_by_digest(index: VectorIndex) -> None:
    """Of recordings that are equally near the first ones are found, in the order of digests."""
    same = random_vectors(1, 2)
    index.put(SPACE, [new_entry(number, same) for number in reversed(range(150))])
    index.publish()

    found = index.search(SPACE.id, random_vectors(5, 1), recordings=7)

    assert _numbers(found) == list(range(7))


def test_recording_without_windows_is_listed_and_never_found(index: VectorIndex) -> None:
    """A recording of silence is known to a space, and near nothing."""
    index.put(SPACE, [new_entry(1, np.zeros((0, 8), np.float32)), new_entry(2)])
    index.publish()

    assert _ask(index) == [2]
    assert list(index.digests(SPACE.id)) == [digest_of(1), digest_of(2)]


DESCRIBED = (
    whole_passage(0, artists=("abba",), genres=("pop", "disco"), year=1976, tempo_bpm=101.0),
    whole_passage(1, artists=("abba", "cher"), genres=("pop",), year=2018, key="A minor"),
    whole_passage(2, artists=("bach",), genres=("baroque",), year=1720, key="D minor"),
    whole_passage(3, tempo_bpm=128.0, key="A minor"),
    Passage(start_ms=0, end_ms=10, track_ids=("track-4", "track-5")),
)


@pytest.mark.parametrize(
    ("wishes", "expected"),
    [
        ({}, [0, 1, 2, 3, 4]),
        ({"artists": frozenset({"abba"})}, [0, 1]),
        ({"artists": frozenset({"bach", "cher"})}, [1, 2]),
        ({"genres": frozenset({"disco", "baroque"})}, [0, 2]),
        ({"genres": frozenset({"pop"}), "artists": frozenset({"cher"})}, [1]),
        ({"years": (1976, 2018)}, [0, 1]),
        ({"years": (1, 1720)}, [2]),
        ({"tempi_bpm": (101.0, 127.9)}, [0]),
        ({"tempi_bpm": (1.0, 999.0)}, [0, 3]),
        ({"keys": frozenset({"A minor", "B minor"})}, [1, 3]),
        ({"keys": frozenset({"D minor"}), "years": (1, 1700)}, []),
        ({"without_recordings": frozenset({digest_of(0), digest_of(9)})}, [1, 2, 3, 4]),
        ({"without_tracks": frozenset({"track-1", "track-4"})}, [0, 2, 3, 4]),
        ({"without_tracks": frozenset({"track-5", "track-4"})}, [0, 1, 2, 3]),
    ],
)
def test_only_what_fits_is_found(
    index: VectorIndex, wishes: dict[str, object], expected: list[int]
) -> None:
    """Of several values one must fit, of several fields all; the unknown fits no wish."""
    index.put(SPACE, [new_entry(n, passages=(own,)) for n, own in enumerate(DESCRIBED)])
    index.publish()

    assert _ask(index, **wishes) == expected


def test_recording_without_passages_fits_no_wish(index: VectorIndex) -> None:
    """A recording of which nothing is known is found as long as nothing is wished for."""
    index.put(SPACE, [new_entry(1, passages=())])
    index.publish()

    assert _ask(index) == [1]
    assert _ask(index, without_tracks=frozenset({"track-1"})) == [1]
    assert _ask(index, years=(0, 3000)) == []


def test_a_window_belongs_to_the_passage_of_its_middle(index: VectorIndex) -> None:
    """Wishes look at windows, each by the passage that it lies in or comes nearest to."""
    passages = tuple(
        Passage(start_ms=start, end_ms=end, track_ids=(name,), genres=(name,))
        for start, end, name in [(0, 12_000, "a"), (12_000, 30_000, "b"), (60_000, 70_000, "c")]
    )
    index.put(SPACE, [new_entry(1, random_vectors(1, 12), passages), new_entry(2)])
    index.publish()

    def starts(name: str) -> list[int]:
        where = Where(genres=frozenset({name}))
        (hits,) = index.search(
            SPACE.id, random_vectors(9, 1), recordings=3, windows_each=20, where=where
        )
        return sorted(window.start_ms // 1000 for window in hits.windows)

    assert starts("a") == [0, 5]
    assert starts("b") == [10, 15, 20, 25, 30, 35, 40]
    assert starts("c") == [45, 50, 55]


def test_description_replaces_passages_in_every_space(index: VectorIndex) -> None:
    """What filters see can be said anew, before and after publishing; vectors stay."""
    other = new_space("made-2")
    for space in (SPACE, other):
        index.put(space, [new_entry(1), new_entry(2)])
    index.publish()
    before = index.windows_of(SPACE.id, [digest_of(1)])[digest_of(1)]
    index.put(SPACE, [new_entry(3)])
    for number in (1, 3):
        index.describe(digest_of(number), (whole_passage(number, genres=("new",)),))
    index.publish()

    where = Where(genres=frozenset({"new"}))
    assert _ask(index, genres=frozenset({"new"})) == [1, 3]
    found = index.search(other.id, random_vectors(9, 1), recordings=9, where=where)
    assert _numbers(found) == [1]
    after = index.windows_of(SPACE.id, [digest_of(1)])[digest_of(1)]
    np.testing.assert_array_equal(after.vectors, before.vectors)


def test_same_question_same_answer(index: VectorIndex) -> None:
    """Asking twice, in another process's words or after other changes, gives the same."""
    _fill(index, 100)
    queries = random_vectors(5, 3)
    first = index.search(SPACE.id, queries, recordings=10)
    index.put(SPACE, [new_entry(500)])
    index.publish()
    index.delete(SPACE.id, [digest_of(500)])
    index.publish()

    assert index.search(SPACE.id, queries, recordings=10) == first


def test_more_is_asked_for_than_there_is(index: VectorIndex) -> None:
    """All that there is then is the answer; and asking for none gives none."""
    _fill(index, 3)

    assert len(index.search(SPACE.id, random_vectors(1, 1), recordings=10_000)) == 3
    assert index.search(SPACE.id, random_vectors(1, 1), recordings=0) == ()


@pytest.mark.parametrize("make", [MAKERS[kind] for kind in MAKERS if kind != "memory"])
def test_published_changes_outlast_the_index(
    make: Callable[[Path], VectorIndex], tmp_path: Path
) -> None:
    """Whoever opens the index again finds what was published, and nothing else."""
    index = make(tmp_path)
    _fill(index)
    index.delete(SPACE.id, [digest_of(1)])
    index.publish()
    index.put(SPACE, [new_entry(100)])
    index.close()

    again = make(tmp_path)

    assert _ask(again) == [n for n in range(30) if n != 1]
    assert list(again.digests(SpaceId("made-9"))) == []
    again.close()
