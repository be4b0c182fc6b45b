"""Event streams of a real service: in order, without loss, and without end for the service."""

import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import filelock
import httpx
import pytest

from builders.collection import Collection
from builders.command import run
from builders.event_stream import Told, listening
from builders.hours import write_hours
from builders.imports import order_import, roots_setting, wait_for_state
from builders.server import running, serving

MOST = 1000


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a file that is no music, whatever its name says."""
    folder = tmp_path_factory.mktemp("broken") / "Bröken"
    folder.mkdir()
    (folder / "no.mp3").write_bytes(b"nothing to hear" * 100)
    return folder


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Data directory of the service of this module."""
    return tmp_path_factory.mktemp("events") / "data"


@pytest.fixture(scope="module")
def service(data: Path, collection: Collection, broken: Path) -> Iterator[httpx.Client]:
    """Client of a service that many may listen to."""
    settings = roots_setting(collection.music, broken)
    with serving(data, AUDIO_IDENT_MAX_EVENT_LISTENERS=str(MOST), **settings) as client:
        yield client


def until_completed(events: Iterator[Told]) -> list[Told]:
    """Events up to the end of an import."""
    found: list[Told] = []
    for told in events:
        found.append(told)
        if told.name == "completed":
            break
    return found


def test_a_stream_tells_an_import_from_order_to_end(
    service: httpx.Client, data: Path, collection: Collection
) -> None:
    """Connected, snapshot, then every change in order of its id; then the stream ends."""
    with filelock.FileLock(data / "writer.lock", timeout=60) as right_to_import:
        session_id = order_import(service, collection.music)
        with listening(service, f"/api/v1/imports/{session_id}/events") as events:
            told = [next(events), next(events)]
            right_to_import.release()
            told += events
    after = service.get(f"/api/v1/imports/{session_id}").json()

    assert [event.name for event in told[:2]] == ["connected", "snapshot"]
    assert told[1].data["imports"][0]["session_id"] == session_id
    ids = [event.id for event in told[1:]]
    assert ids == sorted(set(ids))
    states = [event.data["new_state"] for event in told if event.name == "state_changed"]
    assert states[-1] == told[-1].data["state"] == after["state"] == "completed"
    assert told[-1].name == "completed"
    assert told[-1].data["files_processed"] == after["files_done"]


def test_a_reconnected_stream_misses_and_repeats_nothing(
    service: httpx.Client, broken: Path
) -> None:
    """With `Last-Event-ID` the rest is told once; at the end there is nothing more."""
    session_id = order_import(service, broken)
    wait_for_state(service, session_id, "completed")
    address = f"/api/v1/imports/{session_id}/events"
    with listening(service, address, last_id=0) as events:
        whole = [told for told in events if told.id is not None]
    parts: list[Told] = []
    while len(parts) < len(whole):
        last_id = parts[-1].id if parts else 0
        with listening(service, address, last_id=last_id) as events:
            parts.append(next(told for told in events if told.id is not None))
    done = service.get(address, headers={"Last-Event-ID": str(whole[-1].id)})

    assert [told.id for told in parts] == [told.id for told in whole]
    error = next(told.data for told in whole if told.name == "error")
    assert (error["place"]["path"], error["session_id"]) == ("no.mp3", session_id)
    assert done.status_code == 204


def test_a_gap_is_bridged_by_a_snapshot(service: httpx.Client) -> None:
    """Whoever asks for what never was, or is no longer kept, is told how things are."""
    with listening(service, "/api/v1/events", last_id=10**15) as events:
        told = [next(events) for _ in range(2)]

    assert [event.name for event in told] == ["connected", "snapshot"]
    assert told[1].id is not None
    assert told[1].id < 10**15


def test_the_import_of_another_process_is_told(
    service: httpx.Client, data: Path, collection: Collection
) -> None:
    """The terminal imports, and whoever listens to the service hears of it."""
    with listening(service, "/api/v1/events") as events:
        next(events)
        assert run(data, "import", collection.music, "--json").code == 0
        told = until_completed(events)

    assert [event.name for event in told[:1]] == ["snapshot"]
    assert told[-1].data["state"] == "completed"


def test_hundreds_of_idle_listeners_leave_the_service_answering(
    service: httpx.Client,
) -> None:
    """Each costs a socket and no thread; one too many is told to come back later."""
    address = service.base_url
    request = b"GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n"
    sockets = [socket.create_connection((address.host, address.port or 80)) for _ in range(MOST)]
    try:
        for listener in sockets:
            listener.sendall(request)
        for listener in sockets:
            listener.settimeout(60)
            assert b"200 OK" in listener.recv(64)
        health = service.get("/health/live")
        refused = service.get("/api/v1/events")
    finally:
        for listener in sockets:
            listener.close()

    assert health.status_code == 200
    assert (refused.status_code, refused.json()["code"]) == (503, "SERVICE_UNAVAILABLE")
    assert int(refused.headers["retry-after"]) > 0


def test_a_stopped_service_ends_its_streams(tmp_path: Path) -> None:
    """SIGTERM with an open stream and a running import: both end, and so does the service."""
    folder = tmp_path / "long"
    folder.mkdir()
    write_hours(folder / "hours.wav", hours=2)
    with running(tmp_path / "data", **roots_setting(folder)) as (client, process):
        session_id = order_import(client, folder)
        with listening(client, f"/api/v1/imports/{session_id}/events") as events:
            wait_for_state(client, session_id, "processing")
            process.send_signal(signal.SIGTERM)
            began_s = time.monotonic()
            told = list(events)  # fails when the answer is cut instead of ended
            process.wait(10)
            took_s = time.monotonic() - began_s

    assert took_s < 10  # only a guard; that it ends at all is what `wait` shows
    assert "completed" not in {event.name for event in told}
    assert run(tmp_path / "data", "sessions", "show", session_id, "--json").document["state"] == (
        "interrupted"
    )


@pytest.mark.parametrize("last_id", ["-1", "x", "9" * 30])
def test_an_odd_last_event_id_is_refused(service: httpx.Client, last_id: str) -> None:
    """It is no server error."""
    answer = service.get("/api/v1/events", headers={"Last-Event-ID": last_id})

    assert (answer.status_code, answer.json()["code"]) == (422, "VALIDATION_ERROR")
