"""A service over rows in PostgreSQL: moved there, shared by two, and waiting for the server."""

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from builders.accounts import NAME, PASSWORD
from builders.asking import clip_of, found
from builders.collection import PIECES, Collection
from builders.command import run
from builders.databases import copy_library
from builders.event_stream import listening
from builders.imports import eventually, order_import, roots_setting
from builders.postgresql import PostgresqlServer
from builders.server import serving

OWN_PAGE = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def url(postgresql: PostgresqlServer) -> Iterator[str]:
    """Address of a database without any table."""
    name = f"service_{time.monotonic_ns()}"
    yield postgresql.create(name)
    postgresql.drop(name)


def log_in(client: httpx.Client) -> None:
    """Log in, as the owner does in a browser."""
    told = {"username": NAME, "password": PASSWORD}
    client.post("/api/v1/auth/login", json=told, headers=OWN_PAGE).raise_for_status()


def titles(client: httpx.Client) -> set[str]:
    """Titles of all tracks."""
    answer = client.get("/api/v1/tracks").raise_for_status()
    return {track["title"] for track in answer.json()["data"]}


def test_a_moved_library_serves_as_before(
    library: Path, collection: Collection, tmp_path: Path, url: str
) -> None:
    """Tracks, clips, edits, the owner and who was logged in are as they were before."""
    data = copy_library(library, tmp_path / "data")
    closed = {"AUDIO_IDENT_OPEN_ON_LOOPBACK": "false"}
    run(data, "owner", "set", "--name", NAME, stdin=PASSWORD.encode())
    run(data, "tracks", "edit", collection.pieces[2], "title=Mine")
    with serving(data, **closed) as client:
        log_in(client)
        cookies, before = dict(client.cookies), titles(client)
    moved = run(data, "migrate-store", "--to", url, "--json")
    with serving(data, AUDIO_IDENT_DATABASE_URL=url, **closed) as client:
        refused = client.get("/api/v1/tracks")
        client.cookies.update(cookies)
        client.headers.update(OWN_PAGE)
        after = titles(client)
        answer = found(client, clip_of(collection.pieces[1], "flac", 6.0, 6.0))
        client.cookies.clear()
        log_in(client)

    assert (moved.code, refused.status_code) == (0, 401)
    assert after == before
    assert "Mine" in after
    assert answer["exact_matches"][0]["track"]["title"] == PIECES[1].title


def test_two_services_share_a_database(collection: Collection, tmp_path: Path, url: str) -> None:
    """Both answer, one of them imports, and the events reach whoever listens to either."""
    data = tmp_path / "data"
    settings = {"AUDIO_IDENT_DATABASE_URL": url, **roots_setting(collection.music)}
    with serving(data, **settings) as first, serving(data, **settings) as second:
        with (
            listening(first, "/api/v1/events") as here,
            listening(second, "/api/v1/events") as there,
        ):
            session_id = order_import(first, collection.music)
            ended = [
                next(told.data for told in events if told.name == "completed")
                for events in (here, there)
            ]
        known = [client.get("/api/v1/tracks").json()["data"] for client in (first, second)]

    assert [event["session_id"] for event in ended] == [session_id] * 2
    assert known[0] == known[1]
    assert len(known[0]) == len(PIECES) + 1


def test_a_service_waits_for_its_database(
    postgresql: PostgresqlServer, tmp_path: Path, url: str
) -> None:
    """It starts without, says what is wrong, and serves as soon as the server is there."""
    postgresql.kill()
    with contextlib.ExitStack() as stack:
        try:
            client = stack.enter_context(serving(tmp_path / "data", AUDIO_IDENT_DATABASE_URL=url))
            ready = client.get("/health/ready")
            refused = client.get("/api/v1/tracks")
        finally:
            postgresql.start()
        eventually(lambda: client.get("/health/ready").status_code == 200)
        answered = client.get("/api/v1/tracks")

    part = ready.json()["components"]["catalogue"]
    assert (ready.status_code, part["status"]) == (503, "failed")
    assert part["reason"]
    assert part["remedy"]
    assert (refused.status_code, refused.json()["code"]) == (503, "SERVICE_UNAVAILABLE")
    assert refused.json()["error"]["details"] == {"cause": "DATABASE_UNREACHABLE"}
    assert (answered.status_code, answered.json()["data"]) == (200, [])
