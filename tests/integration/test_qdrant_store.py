"""Vectors on a Qdrant server behave as those in memory do; see `stores/vectors/protocol.py`."""

import dataclasses
from collections.abc import Iterator

import numpy as np
import pytest
from qdrant_client import QdrantClient, models

from audio_ident.errors import BadInput
from audio_ident.model.vectors import Entry, Passage, Space, SpaceId, Where
from audio_ident.stores.vectors.exact_memory import ExactVectorIndex
from audio_ident.stores.vectors.protocol import VectorIndex
from audio_ident.stores.vectors.qdrant import QdrantVectorIndex
from audio_ident.stores.vectors.qdrant_collections import QdrantPlace
from audio_ident.vibe_errors import VectorsUnreachable
from builders.qdrant_stub import QdrantStub, running_stub
from builders.recordings import digest_of
from builders.vector_entries import (
    DIMENSION,
    OTHER_SPACE,
    SPACE,
    assert_same,
    entry_of,
    passages_of,
    unit_vectors,
)

pytestmark = [
    pytest.mark.filterwarnings("ignore:Payload indexes have no effect in the local Qdrant"),
    pytest.mark.filterwarnings("ignore:Local mode performs exact"),
]

WISHES = [
    Where(),
    Where(artists=frozenset({"artist 1", "nobody"})),
    Where(genres=frozenset({"genre 2", "genre 3"})),
    Where(years=(1995, 2001)),
    Where(tempi_bpm=(95.0, 100.5)),
    Where(keys=frozenset({"A minor"}), artists=frozenset({"everyone"})),
    Where(without_recordings=frozenset(digest_of(n) for n in range(0, 20, 2))),
    Where(without_tracks=frozenset({"track-3", "copy-3", "track-4", "other-5"})),
    Where(years=(1800, 1900)),
]


@pytest.fixture
def stub() -> Iterator[QdrantStub]:
    """A server that refuses every request that it does not understand to the last key."""
    with running_stub() as running:
        yield running
        assert running.refused == []


@pytest.fixture(params=["over HTTP", "in process"])
def index(request: pytest.FixtureRequest) -> Iterator[QdrantVectorIndex]:
    """An index without anything in it."""
    if request.param == "over HTTP":
        opened = over_http(request.getfixturevalue("stub"))
    else:
        place = QdrantPlace(url="http://nowhere:6333")
        opened = QdrantVectorIndex(place, QdrantClient(":memory:"))
    yield opened
    opened.close()


@pytest.fixture
def oracle() -> ExactVectorIndex:
    """The index in memory that every other one is compared with."""
    return ExactVectorIndex()


def over_http(stub: QdrantStub, collection: str = "audio-ident") -> QdrantVectorIndex:
    """An index on a server."""
    return QdrantVectorIndex(QdrantPlace(url=stub.url, collection=collection, timeout_s=30))


def put(index: VectorIndex, *entries: Entry, space: Space = SPACE) -> None:
    """Put recordings so that they are found."""
    index.put(space, entries)
    index.publish()


def fill(*indexes: VectorIndex, count: int = 20) -> None:
    """Put the same recordings into some indexes."""
    for index in indexes:
        index.put(SPACE, (entry_of(n, windows=1 + n % 9) for n in range(count)))
        index.publish()


def assert_equal(index: VectorIndex, oracle: VectorIndex) -> None:
    """Two indexes hold the same recordings and give the same answers."""
    assert list(index.digests(SPACE.id)) == list(oracle.digests(SPACE.id))
    held, expected = (
        each.windows_of(SPACE.id, list(each.digests(SPACE.id))) for each in (index, oracle)
    )
    assert held.keys() == expected.keys()
    for digest, windows in expected.items():
        np.testing.assert_allclose(held[digest].vectors, windows.vectors, atol=1e-6)
        assert held[digest].start_ms.tolist() == windows.start_ms.tolist()
        assert held[digest].end_ms.tolist() == windows.end_ms.tolist()
    for wish in WISHES:
        for count in (1, 2):
            query = unit_vectors(100 + count, count)
            found, expected = (
                each.search(SPACE.id, query, recordings=6, where=wish) for each in (index, oracle)
            )
            assert_same(found, expected)


def test_answers_are_those_of_the_exact_index(
    index: QdrantVectorIndex, oracle: ExactVectorIndex
) -> None:
    """Whatever is wished for, with one vector or several, the same windows are found."""
    fill(index, oracle)

    assert_equal(index, oracle)
    assert any(oracle.search(SPACE.id, unit_vectors(1, 1), recordings=6, where=w) for w in WISHES)


def test_replaced_described_and_deleted_recordings_are_found_as_they_are_now(
    index: QdrantVectorIndex, oracle: ExactVectorIndex
) -> None:
    """After changes of every kind, and the same again, both indexes hold the same."""
    fill(index, oracle)

    for each in (index, oracle, index):
        put(each, entry_of(3, windows=9, seed=70), entry_of(5, windows=2, seed=71))
        put(each, dataclasses.replace(entry_of(4, windows=5), passages=passages_of(11)))
        each.describe(digest_of(7), passages_of(2))
        each.describe(digest_of(999), passages_of(2))
        each.delete(SPACE.id, [digest_of(8), digest_of(999)])

    assert_equal(index, oracle)


def test_what_is_no_longer_known_of_a_passage_is_forgotten(index: QdrantVectorIndex) -> None:
    """A recording whose artist was taken back is not found by that artist any more."""
    put(index, entry_of(1))
    by_artist = Where(artists=frozenset({"everyone"}))
    query = unit_vectors(1, 1)
    assert index.search(SPACE.id, query, recordings=1, where=by_artist)

    index.describe(digest_of(1), (Passage(start_ms=0, end_ms=1, track_ids=()),))

    assert index.search(SPACE.id, query, recordings=1, where=by_artist) == ()
    assert index.search(SPACE.id, query, recordings=1)


def test_recording_without_windows_is_there_and_never_found(index: QdrantVectorIndex) -> None:
    """Silence is known to the index, and no search finds it, even one for its mark."""
    silent = entry_of(1, windows=0)
    put(index, silent)
    anything = np.eye(DIMENSION, dtype=np.float32)

    assert list(index.digests(SPACE.id)) == [silent.digest]
    assert index.windows_of(SPACE.id, [silent.digest])[silent.digest].vectors.shape == (0, 8)
    assert index.search(SPACE.id, anything, recordings=5) == ()


def test_space_that_nothing_was_put_into_is_empty(index: QdrantVectorIndex) -> None:
    """It has no recordings, finds none, and can be dropped; dropping takes everything away."""
    for _ in range(2):
        assert index.search(SPACE.id, unit_vectors(1, 1), recordings=3) == ()
        assert index.windows_of(SPACE.id, [digest_of(1)]) == {}
        assert list(index.digests(SPACE.id)) == []
        index.delete(SPACE.id, [digest_of(1)])
        index.drop(SPACE.id)
        put(index, entry_of(1))
        assert list(index.digests(SPACE.id)) == [digest_of(1)]
        index.drop(SPACE.id)


def test_space_dropped_by_another_process_is_empty(stub: QdrantStub) -> None:
    """A reader that has seen a space notices that it is gone, and that it is there again."""
    with_lock, reader = over_http(stub), over_http(stub)
    put(with_lock, entry_of(1))
    query = unit_vectors(1, 1)
    assert reader.search(SPACE.id, query, recordings=1)

    with_lock.drop(SPACE.id)
    assert reader.search(SPACE.id, query, recordings=1) == ()
    assert list(reader.digests(SPACE.id)) == []

    put(with_lock, entry_of(1))
    assert reader.search(SPACE.id, query, recordings=1)
    with_lock.close()
    reader.close()


def test_spaces_are_kept_apart(index: QdrantVectorIndex) -> None:
    """A search sees its space alone; describing a recording reaches every space that has it."""
    put(index, entry_of(1), entry_of(2))
    put(index, entry_of(1, dimension=5), space=OTHER_SPACE)
    by_artist = Where(artists=frozenset({"artist 0"}))

    index.describe(digest_of(1), passages_of(3))

    for space in (SPACE, OTHER_SPACE):
        query = unit_vectors(5, 1, space.dimension)
        found = index.search(space.id, query, recordings=5, where=by_artist)
        assert [hits.digest for hits in found] == [digest_of(1)]
    assert list(index.digests(OTHER_SPACE.id)) == [digest_of(1)]
    index.drop(SPACE.id)
    assert list(index.digests(OTHER_SPACE.id)) == [digest_of(1)]


@pytest.mark.parametrize(
    "query",
    [
        unit_vectors(1, 1, 7),
        np.zeros((0, DIMENSION), np.float32),
        unit_vectors(1, 1)[0],
        np.full((1, DIMENSION), np.nan, np.float32),
    ],
)
def test_query_that_is_not_of_the_space_is_refused(
    index: QdrantVectorIndex, query: np.typing.NDArray[np.float32]
) -> None:
    """Another dimension, no vector, no matrix or no numbers are bad input."""
    put(index, entry_of(1))
    with pytest.raises(BadInput):
        index.search(SPACE.id, query, recordings=1)


def test_entry_that_is_not_of_the_space_is_refused(index: QdrantVectorIndex) -> None:
    """Vectors of another length, without times or without numbers are not put."""
    whole = entry_of(1).windows
    broken = [
        entry_of(1, dimension=7).windows,
        dataclasses.replace(whole, start_ms=whole.start_ms[:2]),
        dataclasses.replace(whole, vectors=whole.vectors * np.float32(np.inf)),
    ]
    for windows in broken:
        with pytest.raises(BadInput):
            index.put(SPACE, [dataclasses.replace(entry_of(1), windows=windows)])
    with pytest.raises(BadInput, match="made in another way"):
        index.put(dataclasses.replace(SPACE, parameters={"rhythm_weight": 0.7}), [])
    assert list(index.digests(SPACE.id)) == []


def test_recordings_that_are_equally_near_come_by_digest(index: QdrantVectorIndex) -> None:
    """The digest decides, also which of them are left out."""
    put(index, *[entry_of(n, seed=1) for n in (9, 4, 6, 2, 8)])

    found = index.search(SPACE.id, unit_vectors(1, 1), recordings=3, windows_each=1)

    assert [hits.digest for hits in found] == [digest_of(n) for n in (2, 4, 6)]
    assert [hits.windows[0].cosine for hits in found] == [pytest.approx(1, abs=1e-6)] * 3


def test_long_recording_is_put_in_batches_and_read_in_pages(
    index: QdrantVectorIndex, oracle: ExactVectorIndex
) -> None:
    """More windows than a request or a page holds come back in order, all of them."""
    for each in (index, oracle):
        put(each, entry_of(1, windows=603), entry_of(2))

    held, expected = (each.windows_of(SPACE.id, digests(1, 2)) for each in (index, oracle))
    for digest, windows in expected.items():
        np.testing.assert_allclose(held[digest].vectors, windows.vectors, atol=1e-6)
        assert held[digest].start_ms.tolist() == windows.start_ms.tolist()


def test_as_many_recordings_are_found_as_there_are(stub: QdrantStub) -> None:
    """A server that gives few groups at once is asked until it knows no more."""
    index = over_http(stub)
    fill(index)
    stub.groups_at_once = 3

    found = index.search(SPACE.id, unit_vectors(1, 2), recordings=50)

    assert {hits.digest for hits in found} == {digest_of(n) for n in range(20)}
    index.close()


def test_many_recordings_can_be_left_out(stub: QdrantStub) -> None:
    """Twenty thousand of them are named in one request."""
    index = over_http(stub)
    fill(index)
    unwanted = frozenset(digest_of(n) for n in range(1, 20_000))

    found = index.search(
        SPACE.id, unit_vectors(1, 1), recordings=5, where=Where(without_recordings=unwanted)
    )

    assert [hits.digest for hits in found] == [digest_of(0)]
    index.close()


def test_names_that_are_no_text_are_stored_and_found(index: QdrantVectorIndex) -> None:
    """A broken letter in a tag stops neither the recording nor the search for it."""
    broken = "half a \ud83d letter"
    passages = (Passage(start_ms=0, end_ms=1, track_ids=("t",), artists=(broken,), key=broken),)
    put(index, dataclasses.replace(entry_of(1), passages=passages))

    wish = Where(artists=frozenset({broken}), keys=frozenset({broken}))
    assert index.search(SPACE.id, unit_vectors(1, 1), recordings=1, where=wish)


@pytest.mark.parametrize("requests_before", [0, 2, 4, 6, 7])
def test_put_that_is_interrupted_shows_the_former_recording(
    stub: QdrantStub, requests_before: int
) -> None:
    """However far a writer came, readers see what was whole, and putting again mends it."""
    index = over_http(stub)
    put(index, entry_of(1, windows=150))
    served, answer = 0, stub.answer

    def until_it_breaks(read: object) -> tuple[int, object]:
        nonlocal served
        served += 1
        return answer(read) if served <= requests_before else (500, None)  # type: ignore[arg-type]

    stub.answer = until_it_breaks  # type: ignore[method-assign]
    with pytest.raises(VectorsUnreachable):
        put(index, entry_of(1, windows=250, seed=50), entry_of(2, windows=130))
    stub.answer = answer  # type: ignore[method-assign]

    counts = {d: len(w.vectors) for d, w in index.windows_of(SPACE.id, digests(1, 2)).items()}
    assert counts == {digest_of(1): 150}
    assert list(index.digests(SPACE.id)) == [digest_of(1)]
    found = index.search(SPACE.id, unit_vectors(50, 1), recordings=2)
    assert [hits.digest for hits in found] == [digest_of(1)]
    assert found[0].windows[0].cosine < 0.999
    put(index, entry_of(1, windows=250, seed=50), entry_of(2, windows=130))
    counts = {d: len(w.vectors) for d, w in index.windows_of(SPACE.id, digests(1, 2)).items()}
    assert counts == {digest_of(1): 250, digest_of(2): 130}
    assert stub.memory.count("audio-ident-timbre-0a1b2c3d-r35").count == 380
    index.close()


def digests(*numbers: int) -> list[str]:
    """Digests of some recordings."""
    return [digest_of(number) for number in numbers]


def test_putting_the_same_again_sends_no_vectors(stub: QdrantStub) -> None:
    """What is held already is not sent twice, and is never hidden on the way."""
    index = over_http(stub)
    fill(index)
    sent = len(stub.bodies("PUT", "/points"))

    fill(index)

    assert len(stub.bodies("PUT", "/points")) == sent > 0
    index.close()


def test_collection_of_something_else_is_neither_read_nor_written(stub: QdrantStub) -> None:
    """A collection that does not say that it is this library's, and this space's, is left alone."""
    name = f"audio-ident-{SPACE.id}"
    request = models.CreateCollection(
        vectors=models.VectorParams(size=DIMENSION, distance=models.Distance.COSINE)
    )
    ours = {"program": "audio-ident", "collection": "audio-ident"}
    for metadata in (
        None,
        {"program": "another"},
        {**ours, "collection": "audio", "space": dataclasses.asdict(SPACE)},
        {**ours, "library": "another", "space": dataclasses.asdict(SPACE)},
        {**ours, "space": dataclasses.asdict(OTHER_SPACE)},
        {**ours, "space": {"id": SPACE.id}},
        {**ours, "space": dataclasses.asdict(dataclasses.replace(SPACE, dimension=5))},
    ):
        stub._create(name, request.model_copy(update={"metadata": metadata}))
        index = over_http(stub)
        for ask in (
            lambda index=index: index.search(SPACE.id, unit_vectors(1, 1), recordings=1),
            lambda index=index: index.windows_of(SPACE.id, [digest_of(1)]),
            lambda index=index: index.digests(SPACE.id),
            lambda index=index: index.delete(SPACE.id, [digest_of(1)]),
            lambda index=index: index.put(SPACE, [entry_of(1)]),
            lambda index=index: index.drop(SPACE.id),
        ):
            with pytest.raises(VectorsUnreachable, match="cannot be used"):
                ask()
        index.close()
        stub.memory.delete_collection(name)


def test_libraries_that_share_a_server_do_not_touch_each_other(stub: QdrantStub) -> None:
    """Also when the name of one begins with that of the other."""
    one, other = over_http(stub, "music"), over_http(stub, "music-old")
    put(one, entry_of(1))
    put(other, entry_of(1))

    one.describe(digest_of(1), passages_of(5))
    one.drop(SPACE.id)

    by_year = Where(years=(1991, 1991))
    assert other.search(SPACE.id, unit_vectors(1, 1), recordings=1, where=by_year)
    assert list(one.digests(SPACE.id)) == []
    one.close()
    other.close()


def test_every_point_says_what_made_it(stub: QdrantStub) -> None:
    """Model, revision, preprocessing and dimension lie beside each vector."""
    index = over_http(stub)
    put(index, entry_of(1))

    points, _ = stub.memory.scroll(f"audio-ident-{SPACE.id}", with_payload=True)

    told = [{key: (p.payload or {})[key] for key in ("space", "model", "revision")} for p in points]
    assert told == [{"space": SPACE.id, "model": "timbre-118", "revision": "0a1b2c3d"}] * 6
    assert {(p.payload or {})["dimension"] for p in points} == {DIMENSION}
    assert {(p.payload or {})["preprocessing"] for p in points} == {"1"}
    assert not any("is_pending" in (p.payload or {}) for p in points)
    index.close()


def test_name_of_a_place_tells_no_secret_and_fits_its_column() -> None:
    """Server and collection, however one gets there; a digest when that is too long."""
    place = QdrantPlace(url="https://qdrant.example:6333/behind/", api_key="hush", collection="m")

    assert place.name == "qdrant qdrant.example:6333/behind m"
    assert "hush" not in repr(place)
    long = dataclasses.replace(place, url=f"http://{'a' * 240}:1")
    assert len(long.name) < 200
    assert long.name != dataclasses.replace(long, collection="n").name


def test_windows_of_nothing_asks_nothing(stub: QdrantStub) -> None:
    """No recordings, no request about points."""
    index = over_http(stub)
    index.put(SPACE, [])

    assert index.windows_of(SPACE.id, []) == {}
    assert index.search(SpaceId("timbre-none"), unit_vectors(1, 1), recordings=1) == ()
    assert stub.bodies("POST", "/points/scroll") == []
    index.close()
