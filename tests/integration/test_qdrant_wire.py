"""What is sent to a Qdrant server, read back through the client's own typed models."""

import itertools
import json
import logging
import socket
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any

import httpx
import pytest
from qdrant_client import models

from audio_ident.model.vectors import Where
from audio_ident.stores.vectors.protocol import VectorIndex
from audio_ident.stores.vectors.qdrant import QdrantVectorIndex
from audio_ident.stores.vectors.qdrant_collections import QdrantPlace
from audio_ident.stores.vectors.qdrant_transport import PatientTransport
from audio_ident.vibe_errors import VectorsUnreachable
from builders.qdrant_reading import OPERATIONS, UnreadableRequest, open_models, read_body
from builders.qdrant_stub import Fault, QdrantStub, hang_up, running_stub, send_bytes, send_json
from builders.recordings import digest_of
from builders.server import free_port
from builders.vector_entries import DIMENSION, SPACE, entry_of, passages_of, unit_vectors

COLLECTION = f"audio-ident-{SPACE.id}"
KEY = "key-that-nobody-may-see"

GROUPS = models.QueryGroupsRequest
QUERY = {"query": [0.5, 0.5], "group_by": "file", "limit": 3, "group_size": 2}


@pytest.fixture
def stub() -> Iterator[QdrantStub]:
    """A server that wants a key."""
    with running_stub(KEY) as running:
        yield running


@pytest.fixture
def index(stub: QdrantStub) -> Iterator[QdrantVectorIndex]:
    """An index on it."""
    opened = open_index(stub.url)
    yield opened
    opened.close()


def open_index(url: str, *, key: str = KEY, timeout_s: float = 30) -> QdrantVectorIndex:
    """An index on any server."""
    return QdrantVectorIndex(QdrantPlace(url=url, api_key=key, timeout_s=timeout_s))


def test_collection_is_made_as_measured(stub: QdrantStub, index: QdrantVectorIndex) -> None:
    """Cosine, a graph of 16 and 200, bytes in memory, originals on disk, and what it is for."""
    index.put(SPACE, [])

    [made] = stub.bodies("PUT", "")
    assert made == models.CreateCollection(
        vectors=models.VectorParams(size=DIMENSION, distance=models.Distance.COSINE, on_disk=True),
        hnsw_config=models.HnswConfigDiff(m=16, ef_construct=200),
        quantization_config=models.ScalarQuantization(
            scalar=models.ScalarQuantizationConfig(
                type=models.ScalarType.INT8, quantile=0.99, always_ram=True
            )
        ),
        on_disk_payload=True,
        metadata=made.metadata,
    )
    assert made.metadata["space"]["model"] == "timbre-118"
    assert made.metadata["space"]["parameters"] == {"rhythm_weight": 0.35, "center": [0.5, -1.25]}
    assert stub.requests[1].collection == COLLECTION


def test_every_field_that_is_filtered_by_is_indexed(
    stub: QdrantStub, index: QdrantVectorIndex
) -> None:
    """Names as keywords, years and tempi as numbers; those of a half made collection later."""
    index.put(SPACE, [])
    made = {body.field_name: body.field_schema for body in stub.bodies("PUT", "/index")}
    words = ("file", "track", "artist", "genre", "key")
    assert {made[field] for field in words} == {models.PayloadSchemaType.KEYWORD}
    assert made["year"] is models.PayloadSchemaType.INTEGER
    assert made["tempo_bpm"] is models.PayloadSchemaType.FLOAT

    del stub._indexed[COLLECTION]["year"]
    again = open_index(stub.url)
    again.put(SPACE, [])
    again.close()

    assert [body.field_name for body in stub.bodies("PUT", "/index")][len(made) :] == ["year"]


def test_points_come_in_batches_of_a_hundred(stub: QdrantStub, index: QdrantVectorIndex) -> None:
    """Recordings share requests, long ones have several, and each point has its own id."""
    index.put(SPACE, [entry_of(n, windows=30) for n in range(5)])
    index.put(SPACE, [entry_of(9, windows=230)])

    sizes = [len(body.points) for body in stub.bodies("PUT", "/points")]
    assert sizes == [100, 20, 30, 100, 100, 30]
    ids = [point.id for body in stub.bodies("PUT", "/points") for point in body.points]
    assert len(set(ids)) == len(ids) == 380


def test_the_same_recording_has_the_same_ids(stub: QdrantStub, index: QdrantVectorIndex) -> None:
    """Putting again after everything was lost makes the same points."""
    for _ in range(2):
        index.put(SPACE, [entry_of(1)])
        index.drop(SPACE.id)

    first, second = stub.bodies("PUT", "/points")
    assert [point.id for point in first.points] == [point.id for point in second.points]


def test_wishes_are_filters(stub: QdrantStub, index: QdrantVectorIndex) -> None:
    """Each of them is a condition of its kind, and nothing else is asked."""
    index.put(SPACE, [entry_of(1)])
    wish = Where(
        artists=frozenset({"b", "a"}),
        genres=frozenset({"rock"}),
        years=(1990, 1999),
        tempi_bpm=(90.5, 120.0),
        keys=frozenset({"A minor"}),
        without_recordings=frozenset({digest_of(7), digest_of(3)}),
        without_tracks=frozenset({"t2", "t1"}),
    )
    index.search(SPACE.id, unit_vectors(1, 1), recordings=4, windows_each=2, where=wish)

    asked = stub.bodies("POST", "/points/query/groups")[0]
    assert (asked.group_by, asked.limit, asked.group_size) == ("file", 14, 2)
    assert asked.query.nearest == pytest.approx(unit_vectors(1, 1)[0].tolist())
    assert asked.params.quantization.rescore is True
    assert asked.params.quantization.oversampling == 3.0
    assert (asked.params.hnsw_ef, asked.params.exact) == (512, False)
    assert asked.with_payload == ["window", "start_ms", "end_ms"]
    assert asked.filter == models.Filter(
        must=[
            keyword("artist", "a", "b"),
            keyword("genre", "rock"),
            keyword("key", "A minor"),
            models.FieldCondition(key="year", range=models.Range(gte=1990, lte=1999)),
            models.FieldCondition(key="tempo_bpm", range=models.Range(gte=90.5, lte=120.0)),
            models.Filter(
                should=[
                    models.FieldCondition(
                        key="track", match=models.MatchExcept(**{"except": ["t1", "t2"]})
                    ),
                    models.IsEmptyCondition(is_empty=models.PayloadField(key="track")),
                ]
            ),
        ],
        must_not=[
            flag("is_pending"),
            flag("is_silent"),
            keyword("file", digest_of(3), digest_of(7)),
        ],
    )


def keyword(field: str, *values: str) -> models.FieldCondition:
    """One of some words."""
    return models.FieldCondition(key=field, match=models.MatchAny(any=list(values)))


def flag(field: str) -> models.FieldCondition:
    """True."""
    return models.FieldCondition(key=field, match=models.MatchValue(value=True))


def test_replacing_deletes_the_former_points_and_shows_the_new_ones_in_one_request(
    stub: QdrantStub, index: QdrantVectorIndex
) -> None:
    """Publishing: first what is old goes, then what is new is seen."""
    index.put(SPACE, [entry_of(1)])
    index.publish()

    [change] = stub.bodies("POST", "/points/batch")
    name = stub.bodies("PUT", "/points")[0].points[0].payload["entry"]
    gone, shown = change.operations
    file = keyword("file", digest_of(1))
    assert gone.delete.filter == models.Filter(must=[file], must_not=[keyword("entry", name)])
    assert shown.delete_payload == models.DeletePayload(
        keys=["is_pending"], filter=models.Filter(must=[file])
    )


def test_every_operation_is_understood_to_the_last_key(
    stub: QdrantStub, index: QdrantVectorIndex
) -> None:
    """All that an index does was sent once, and the strict reading refused none of it."""
    use_everything(index)

    asked = {(read.method, read.path) for read in stub.requests}
    known = {
        (method, pattern.removeprefix(r"/collections/(?P<name>[^/]+)"))
        for method, pattern in OPERATIONS
    }
    assert asked == known
    assert stub.refused == []
    assert {read.headers["api-key"] for read in stub.requests} == {KEY}


def use_everything(index: VectorIndex) -> None:
    """Do with an index whatever it can do."""
    index.put(SPACE, [entry_of(1), entry_of(2, windows=0)])
    index.publish()
    index.describe(digest_of(1), passages_of(4))
    index.search(SPACE.id, unit_vectors(1, 2), recordings=3)
    index.windows_of(SPACE.id, list(index.digests(SPACE.id)))
    index.delete(SPACE.id, [digest_of(1)])
    index.drop(SPACE.id)


@pytest.mark.parametrize("model", [model for model in OPERATIONS.values() if model is not None])
def test_no_model_of_a_request_lets_an_unknown_key_pass(model: Any) -> None:
    """Whatever a body may consist of, at every level, refuses keys that it does not know."""
    assert open_models(model) == set()


@pytest.mark.parametrize(
    ("model", "body"),
    [
        (GROUPS, {**QUERY, "limt": 3}),
        (GROUPS, {**QUERY, "limit": "3"}),
        (GROUPS, {**QUERY, "filter": {"musst": []}}),
        (GROUPS, {**QUERY, "filter": {"must": [{"key": "file", "mtch": {"any": ["a"]}}]}}),
        (GROUPS, {**QUERY, "filter": {"must": [{"key": "file", "match": {"anny": ["a"]}}]}}),
        (GROUPS, {**QUERY, "filter": {"must": [{"key": "year", "range": {"gt_e": 1}}]}}),
        (GROUPS, {**QUERY, "filter": {"must": [{"key": "file"}]}}),
        (GROUPS, {**QUERY, "params": {"quantization": {"rescor": True}}}),
        (models.CreateCollection, {"vectors": {"size": 8, "distance": "cosine"}}),
        (models.CreateCollection, {"vectors": {"size": 8, "distance": "Cosine", "ondisk": True}}),
        (models.PointInsertOperations, {"points": [{"vector": [1.0]}]}),
        (models.UpdateOperations, {"operations": [{"deletes": {"points": ["a"]}}]}),
        (models.ScrollRequest, {"filters": {"must": []}}),
    ],
)
def test_strict_reading_refuses_what_is_misspelt(model: Any, body: dict[str, Any]) -> None:
    """A wrong key, spelling or kind of value is noticed, wherever it stands."""
    with pytest.raises(UnreadableRequest):
        read_body(model, json.dumps(body).encode())


def test_strict_reading_accepts_what_is_right() -> None:
    """The bodies above are refused for their mistakes alone."""
    body = {**QUERY, "filter": {"must": [{"key": "file", "match": {"any": ["a"]}}]}}
    read = read_body(GROUPS, json.dumps(body).encode())

    assert read.filter.must[0].match == models.MatchAny(any=["a"])


def _status(status: int) -> Fault:
    return lambda handler: send_json(handler, status, None)


def _content(content: bytes) -> Fault:
    return lambda handler: send_bytes(handler, 200, content)


def _half(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n{")
    handler.wfile.flush()
    hang_up(handler)


FAULTS: dict[str, tuple[Fault, str]] = {
    "an error of the server": (_status(500), "answered with HTTP 500"),
    "a bad gateway": (_status(502), "answered with HTTP 502"),
    "too many requests": (_status(429), "answered with HTTP 429"),
    "a refused request": (_status(400), "answered with HTTP 400"),
    "a refused key": (_status(401), "refuses the key"),
    "a forbidden collection": (_status(403), "refuses the key"),
    "another program": (_status(404), "not that of a Qdrant server"),
    "a redirection": (_status(302), "answered with HTTP 302"),
    "no JSON": (_content(b"<html>"), "not that of a Qdrant server"),
    "half of it": (_content(b'{"result": {"exis'), "not that of a Qdrant server"),
    "no result": (_content(b'{"status": "ok"}'), "not that of a Qdrant server"),
    "another result": (_content(b'{"result": [1, 2]}'), "not that of a Qdrant server"),
    "a list": (_content(b"[]"), "not that of a Qdrant server"),
    "a broken line": (_half, "connection to Qdrant broke"),
    "no answer": (hang_up, "connection to Qdrant broke"),
}

READS: list[Callable[[VectorIndex], Any]] = [
    lambda index: index.search(SPACE.id, unit_vectors(1, 1), recordings=3),
    lambda index: index.search(SPACE.id, unit_vectors(1, 2), recordings=3),
    lambda index: index.windows_of(SPACE.id, [digest_of(1)]),
    lambda index: list(index.digests(SPACE.id)),
]
WRITES: list[Callable[[VectorIndex], Any]] = [
    lambda index: index.put(SPACE, [entry_of(3)]),
    lambda index: index.describe(digest_of(1), passages_of(2)),
    lambda index: index.delete(SPACE.id, [digest_of(1)]),
    lambda index: index.drop(SPACE.id),
]


@pytest.mark.parametrize("fault", FAULTS)
def test_fault_of_the_server_is_an_outage_and_never_an_empty_answer(
    stub: QdrantStub, index: QdrantVectorIndex, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever goes wrong while whatever is asked, it is told, without any secret."""
    answer, fact = FAULTS[fault]
    caplog.set_level(logging.DEBUG)
    index.put(SPACE, [entry_of(1)])
    for ask in (QdrantVectorIndex.publish, *READS, *WRITES):
        stub.faults.extend([answer] * 2)  # a broken line is tried twice
        with pytest.raises(VectorsUnreachable, match=fact) as caught:
            ask(index)
        stub.faults.clear()
        assert caught.value.__cause__ is None
        told = repr(caught.value) + caplog.text
        assert KEY not in told
        assert "secret-in-the-answer" not in told
        assert "127.0.0.1" not in repr(caught.value)


def test_broken_line_is_tried_once_more(stub: QdrantStub, index: QdrantVectorIndex) -> None:
    """A connection that died while it was kept open is no outage; two in a row are."""
    index.put(SPACE, [entry_of(1)])
    for ask in (*READS, *WRITES):
        stub.faults.append(hang_up)
        ask(index)
        assert not stub.faults
        index.put(SPACE, [entry_of(1)])


def test_wrong_key_is_an_outage(stub: QdrantStub) -> None:
    """The server refuses, and the fact does not repeat the key."""
    index = open_index(stub.url, key="wrong-key")
    for ask in (*READS, *WRITES, QdrantVectorIndex.look):
        with pytest.raises(VectorsUnreachable, match="refuses the key") as caught:
            ask(index)
        assert "wrong-key" not in repr(caught.value)
    index.close()


def test_key_that_cannot_be_sent_is_an_outage(stub: QdrantStub) -> None:
    """Letters that no header can hold are told of like a wrong key, without them."""
    with pytest.raises(VectorsUnreachable) as caught:
        open_index(stub.url, key="snow \N{SNOWMAN}\n")
    assert "snow" not in repr(caught.value)


def test_server_that_is_not_there_is_an_outage() -> None:
    """Nobody listens at the port."""
    index = open_index(f"http://127.0.0.1:{free_port()}")
    for ask in (*READS, *WRITES, QdrantVectorIndex.look):
        with pytest.raises(VectorsUnreachable, match="no connection"):
            ask(index)
    index.close()


def test_server_that_does_not_answer_is_an_outage() -> None:
    """It takes the connection and says nothing, for longer than we wait."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        index = open_index(url, timeout_s=0.1)
        with pytest.raises(VectorsUnreachable, match="in time"):
            index.look()
        index.close()


def test_server_that_answers_for_ever_is_an_outage(stub: QdrantStub) -> None:
    """A byte now and then does not keep anybody waiting."""

    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n")
        for _ in itertools.count():
            try:
                handler.wfile.write(b" ")
            except OSError:
                return
            time.sleep(0.02)

    stub.faults.append(drip)
    index = open_index(stub.url, timeout_s=0.3)
    with pytest.raises(VectorsUnreachable, match="in time"):
        index.look()
    index.close()


def test_change_that_the_server_has_not_finished_is_an_outage(
    stub: QdrantStub, index: QdrantVectorIndex
) -> None:
    """A change counts when it was made, not when it was noted."""
    index.put(SPACE, [])
    answer = stub.answer

    def acknowledge(read: Any) -> tuple[int, Any]:
        if read.path == "/points":
            return 200, {"operation_id": 1, "status": "acknowledged"}
        return answer(read)

    stub.answer = acknowledge  # type: ignore[method-assign]
    with pytest.raises(VectorsUnreachable, match="not finished"):
        index.put(SPACE, [entry_of(1)])


@pytest.mark.parametrize(
    "damage",
    [{"window": "one"}, {"windows": None}, {"file": 5}, {"start_ms": 1.5}, {"entry": None}],
)
def test_points_that_are_not_as_they_were_written_are_an_outage(
    stub: QdrantStub, index: QdrantVectorIndex, damage: dict[str, Any]
) -> None:
    """Somebody changed what lies on the server: nothing is made up from it."""
    index.put(SPACE, [entry_of(1)])
    index.publish()
    stub.memory.set_payload(COLLECTION, damage, models.Filter(must=[flag_of_window(0)]))

    with pytest.raises(VectorsUnreachable, match="not as it was written"):
        for ask in (READS[0], READS[2], READS[3]):
            ask(index)
        pytest.fail("nobody noticed")


def flag_of_window(number: int) -> models.FieldCondition:
    """A window of a recording."""
    return models.FieldCondition(key="window", match=models.MatchValue(value=number))


def test_looking_asks_with_the_key(stub: QdrantStub, index: QdrantVectorIndex) -> None:
    """A look is one request that needs the right key."""
    index.look()

    assert [(read.method, read.headers["api-key"]) for read in stub.requests] == [("GET", KEY)]


def test_proxies_of_the_environment_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Vectors and the key go to the server that was named, and nowhere else."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    with running_stub(KEY) as stub:
        index = open_index(stub.url)
        index.look()
        index.close()


def test_transport_gives_whole_answers(stub: QdrantStub) -> None:
    """What a server compressed is read like anything else."""
    with httpx.Client(transport=PatientTransport(30, is_encrypted=False)) as client:
        answer = client.get(f"{stub.url}/collections", headers={"api-key": KEY})

    assert answer.json()["result"] == {"collections": []}
