"""Deadlines, room and lost workers, with workers that stand still."""

import contextlib
import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from builders.asking import (
    clip_of,
    found,
    go_on,
    search,
    spooled,
    stop,
    wait_until,
    workers_of,
)
from builders.collection import Collection
from builders.server import free_port, process, wait_until_alive

NARROW = {"AUDIO_IDENT_QUERY_WORKERS": "1", "AUDIO_IDENT_QUERY_BACKLOG": "0"}


@contextlib.contextmanager
def narrow_service(library: Path, deadline_s: float) -> Iterator[tuple[httpx.Client, int]]:
    """A service with one worker and nothing that waits; its process id."""
    port = free_port()
    settings = {**NARROW, "AUDIO_IDENT_SEARCH_DEADLINE_S": str(deadline_s)}
    with (
        process(library, port, **settings) as server,
        httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client,
    ):
        wait_until_alive(client, server)
        yield client, server.pid


@pytest.fixture(scope="module")
def clip(collection: Collection) -> bytes:
    """A clip that the library knows."""
    return clip_of(collection.pieces[1], "mp3", 6.0, 5.0)


@pytest.fixture(scope="module")
def patient(library: Path, clip: bytes) -> Iterator[tuple[httpx.Client, int]]:
    """A service with one worker that takes its time."""
    with narrow_service(library, 60) as (client, pid):
        found(client, clip)
        yield client, pid


def test_work_past_the_deadline_is_ended(library: Path, clip: bytes) -> None:
    """The answer says that the lane was late; the worker is gone and another one answers."""
    with narrow_service(library, 2) as (client, pid):
        wait_until(lambda: search(client, clip).status_code == 200)
        late = workers_of(pid)
        stop(late)
        answer = search(client, clip)
        lanes = answer.json()["error"]["details"]["lanes"]

        assert (answer.status_code, answer.json()["code"]) == (504, "SEARCH_TIMEOUT")
        assert lanes["exact"]["status"] == "timeout"
        wait_until(lambda: bool(workers_of(pid)) and not workers_of(pid) & late)
        wait_until(lambda: search(client, clip).status_code == 200)


def test_a_busy_service_refuses_and_says_when_to_come_back(
    patient: tuple[httpx.Client, int], clip: bytes
) -> None:
    """With nothing that may wait, the second clip is refused; the first is answered."""
    client, pid = patient
    busy = workers_of(pid)
    stop(busy)
    first: list[httpx.Response] = []
    asking = threading.Thread(target=lambda: first.append(search(client, clip)))
    asking.start()
    try:
        answers: list[httpx.Response] = []

        def is_refused() -> bool:
            answers.append(client.get("/health/live") if not asking.is_alive() else _quick(client))
            return answers[-1].status_code == 429

        wait_until(is_refused)
    finally:
        go_on(busy)
    asking.join()

    assert answers[-1].json()["code"] == "RATE_LIMITED"
    assert int(answers[-1].headers["retry-after"]) >= 1
    assert first[0].status_code == 200


def _quick(client: httpx.Client) -> httpx.Response:
    """A search that is refused for its bytes, if there is room for it."""
    return search(client, b"no audio", mode="loud")


def test_a_client_that_goes_away_frees_the_worker(
    patient: tuple[httpx.Client, int], clip: bytes, library: Path
) -> None:
    """Nobody listens on for an answer that nobody waits for."""
    client, pid = patient
    left_alone = workers_of(pid)
    stop(left_alone)
    with pytest.raises(httpx.ReadTimeout):
        client.post("/api/v1/search", files={"audio": ("clip", clip)}, timeout=0.5)

    wait_until(lambda: bool(workers_of(pid)) and not workers_of(pid) & left_alone)
    wait_until(lambda: not spooled(library))
    assert found(client, clip)["verdict"] == "match"


def test_a_crash_costs_one_clip(patient: tuple[httpx.Client, int], clip: bytes) -> None:
    """A decoder that takes its process with it fails that clip; the next one is answered."""
    client, pid = patient
    doomed = workers_of(pid)
    stop(doomed)
    answers: list[httpx.Response] = []
    asking = threading.Thread(target=lambda: answers.append(search(client, clip)))
    asking.start()
    wait_until(lambda: _quick(client).status_code == 429)
    for worker in doomed:
        os.kill(worker, signal.SIGKILL)
    asking.join()

    assert (answers[0].status_code, answers[0].json()["code"]) == (422, "DECODE_FAILED")
    assert answers[0].json()["error"]["details"] == {"code": "WORKER_CRASHED"}
    assert found(client, clip)["verdict"] == "match"
