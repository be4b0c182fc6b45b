"""A vector server that takes connections and never answers, behind the real service."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from builders.asking import clip_of, found, search
from builders.collection import Collection
from builders.server import running, serving

PATIENT = {
    "AUDIO_IDENT_SEARCH_DEADLINE_S": "60",
    "AUDIO_IDENT_QDRANT_TIMEOUT_S": "600",
}
"""Longer than the clients of tests wait."""


@contextmanager
def silent_server() -> Iterator[str]:
    """Address of a server that takes every connection and says nothing."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


@pytest.fixture
def qdrant_url() -> Iterator[str]:
    """A server that hangs."""
    with silent_server() as url:
        yield url


def test_a_clip_is_named_while_the_vector_server_hangs(
    own_library: Path, collection: Collection, qdrant_url: str
) -> None:
    """The answer comes long before the server is given up, every time, and says what is lacking."""
    clip = clip_of(collection.pieces[1], "opus", 6.0, 8.0)
    with serving(own_library, AUDIO_IDENT_QDRANT_URL=qdrant_url, **PATIENT) as client:
        answers = [found(client, clip) for _ in range(4)]

    for answer in answers:
        assert answer["exact_matches"][0]["track"]["title"] == "Harbour Lights"
        assert answer["lanes"]["exact"]["status"] == "ok"
        assert answer["vibe_matches"] == []
    assert answers[0]["lanes"]["vibe"]["status"] == "timeout"
    assert {answer["lanes"]["vibe"]["status"] for answer in answers} == {"timeout", "failed"}


def test_whoever_asks_for_what_sounds_alike_is_told_of_a_hanging_server(
    own_library: Path, collection: Collection, qdrant_url: str
) -> None:
    """After one question that hung, others are refused at once instead of hanging as well."""
    clip = clip_of(collection.pieces[1], "opus", 6.0, 8.0)
    with serving(own_library, AUDIO_IDENT_QDRANT_URL=qdrant_url, **PATIENT) as client:
        track_id = client.get("/api/v1/tracks").json()["data"][0]["id"]
        found(client, clip)  # its lane is given up, and the question goes on hanging
        answers = [
            search(client, clip, mode="vibe"),
            client.get(f"/api/v1/tracks/{track_id}/similar"),
        ]

    assert [answer.status_code for answer in answers] == [503, 503]


def test_the_service_stops_while_a_search_of_vectors_hangs(
    own_library: Path, collection: Collection, qdrant_url: str
) -> None:
    """It is not killed for that."""
    clip = clip_of(collection.pieces[1], "opus", 6.0, 8.0)
    with running(own_library, AUDIO_IDENT_QDRANT_URL=qdrant_url, **PATIENT) as (client, server):
        found(client, clip)
        server.terminate()
        assert server.wait(30) == 0
