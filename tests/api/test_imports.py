"""Imports over HTTP, run by the importer process of a real service."""

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from builders.collection import PIECES, Collection
from builders.command import run
from builders.hours import write_hours
from builders.imports import (
    eventually,
    importer_of,
    order_import,
    roots_setting,
    wait_for_state,
)
from builders.processes import runs
from builders.server import running, serving


@pytest.fixture(scope="module")
def long_music(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose one file keeps an import busy for longer than all requests of a test."""
    folder = tmp_path_factory.mktemp("long")
    write_hours(folder / "hours.wav", hours=2)
    return folder


@pytest.fixture(scope="module")
def hour(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose one file keeps an import busy for some seconds."""
    folder = tmp_path_factory.mktemp("hour")
    write_hours(folder / "hour.wav", hours=1)
    return folder


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Data directory of the service that most tests share."""
    return tmp_path_factory.mktemp("imports") / "data"


@pytest.fixture(scope="module")
def importing(
    data: Path, collection: Collection, long_music: Path
) -> Iterator[tuple[httpx.Client, "subprocess.Popen[bytes]"]]:
    """Client of a service that may import both folders, and its process."""
    with running(
        data, AUDIO_IDENT_WORKERS="1", **roots_setting(collection.music, long_music)
    ) as both:
        yield both


@pytest.fixture
def importer(importing: tuple[httpx.Client, object]) -> httpx.Client:
    """Client of that service."""
    return importing[0]


def test_the_whole_life_of_an_import(collection: Collection, importer: httpx.Client) -> None:
    """It is queued at once, run by the importer, and told with everything that it did."""
    answer = importer.post("/api/v1/imports", json={"folders": [str(collection.music)]})
    session_id = answer.json()["session_id"]
    after = wait_for_state(importer, session_id, "completed", "failed")
    listed = importer.get("/api/v1/imports", params={"state": "completed"}).json()

    assert answer.status_code == 202
    assert answer.headers["location"] == f"/api/v1/imports/{session_id}"
    assert (after["state"], after["files_failed"], after["errors"]) == ("completed", 0, [])
    assert after["folders"][0]["path"] == ""
    assert after["progress"]["current"] == after["progress"]["total"]
    assert after["files_found"] == len(PIECES) + 1
    assert session_id in [document["session_id"] for document in listed["data"]]
    assert str(collection.music) not in answer.text


def test_files_of_an_import_are_listed_by_category(
    collection: Collection, importer: httpx.Client
) -> None:
    """The scan's list has every file once, page by page."""
    session_id = order_import(importer, collection.music)
    wait_for_state(importer, session_id, "completed")
    address = f"/api/v1/imports/{session_id}/files"
    first = importer.get(address, params={"limit": 4}).json()
    rest = importer.get(address, params={"limit": 4, "offset": 4}).json()
    images = importer.get(address, params={"category": "image"}).json()

    names = [Path(file["path"]).name for file in first["files"] + rest["files"]]
    assert sorted(names) == sorted(p.name for p in (*collection.pieces, collection.copy))
    assert (first["has_more"], rest["has_more"]) == (True, False)
    assert [Path(file["path"]).name for file in images["files"]] == ["cover.png"]
    assert images["categories"]["audio"]["files"] == len(names)


def test_an_import_is_paused_resumed_and_cancelled(
    long_music: Path, importer: httpx.Client
) -> None:
    """Each wish is fulfilled, and what makes no sense is refused."""
    session_id = order_import(importer, long_music)
    wait_for_state(importer, session_id, "processing")
    address = f"/api/v1/imports/{session_id}"
    too_early = importer.post(f"{address}/resume")
    early_retry = importer.post(f"{address}/retry")
    importer.post(f"{address}/pause")
    wait_for_state(importer, session_id, "paused")
    active = importer.get("/api/v1/imports/active").json()["data"]
    importer.post(f"{address}/resume")
    wait_for_state(importer, session_id, "processing")
    importer.post(f"{address}/cancel")
    after = wait_for_state(importer, session_id, "cancelled")
    too_late = importer.post(f"{address}/pause")

    codes = [answer.json()["code"] for answer in (too_early, early_retry, too_late)]
    assert codes == ["ILLEGAL_MOVE"] * 3
    assert [document["session_id"] for document in active] == [session_id]
    assert (after["wish"], after["files_failed"]) == (None, 0)


def test_a_killed_importer_is_replaced_and_goes_on(hour: Path, tmp_path: Path) -> None:
    """After `kill -9` the session is resumed by itself, under its id, and nothing is double."""
    data = tmp_path / "data"
    with running(data, AUDIO_IDENT_WORKERS="1", **roots_setting(hour)) as (client, service):
        session_id = order_import(client, hour)
        wait_for_state(client, session_id, "processing")
        first = importer_of(service)
        os.kill(first, signal.SIGKILL)
        # which states it passes through on the way is over too fast to be seen for sure
        eventually(lambda: importer_of(service) != first)
        second = importer_of(service)
        after = wait_for_state(client, session_id, "completed")

    assert first != second
    assert (after["files_done"], after["files_failed"]) == (1, 0)
    assert run(data, "check", "--deep").code == 0
    assert len(run(data, "tracks", "--json").document["tracks"]) == 1


def test_a_stopped_service_goes_on_with_its_import_at_the_next_start(
    hour: Path, tmp_path: Path
) -> None:
    """SIGTERM ends it within seconds; the import is interrupted, and resumed by the next one."""
    data, settings = tmp_path / "data", roots_setting(hour)
    with running(data, AUDIO_IDENT_WORKERS="1", **settings) as (client, service):
        session_id = order_import(client, hour)
        wait_for_state(client, session_id, "processing")
        importer = importer_of(service)
        service.send_signal(signal.SIGTERM)
        code = service.wait(10)
    left = run(data, "sessions", "show", session_id, "--json").document
    is_gone = not Path(f"/proc/{importer}").exists()
    with serving(data, AUDIO_IDENT_WORKERS="1", **settings) as client:
        after = wait_for_state(client, session_id, "completed")

    assert (code in {0, -signal.SIGTERM}, left["state"], is_gone) == (True, "interrupted", True)
    assert (after["files_done"], after["files_failed"]) == (1, 0)


def test_a_paused_import_is_still_paused_at_the_next_start(hour: Path, tmp_path: Path) -> None:
    """It goes on when somebody resumes it, and not before."""
    data, settings = tmp_path / "data", roots_setting(hour)
    with serving(data, AUDIO_IDENT_WORKERS="1", **settings) as client:
        session_id = order_import(client, hour)
        wait_for_state(client, session_id, "processing")
        client.post(f"/api/v1/imports/{session_id}/pause")
        wait_for_state(client, session_id, "paused")
    left = run(data, "sessions", "show", session_id, "--json").document
    with serving(data, AUDIO_IDENT_WORKERS="1", **settings) as client:
        again = wait_for_state(client, session_id, "paused")
        client.post(f"/api/v1/imports/{session_id}/resume")
        after = wait_for_state(client, session_id, "completed")

    assert (left["state"], left["wish"]) == ("interrupted", "pause")
    assert (again["files_done"], after["files_done"]) == (0, 1)


def test_a_killed_service_takes_its_importer_along(hour: Path, tmp_path: Path) -> None:
    """After `kill -9` of the service nobody works on, and the right to write is free."""
    data = tmp_path / "data"
    with running(data, AUDIO_IDENT_WORKERS="1", **roots_setting(hour)) as (client, service):
        session_id = order_import(client, hour)
        wait_for_state(client, session_id, "processing")
        importer = importer_of(service)
        service.kill()
        eventually(lambda: not runs(importer))

    assert run(data, "sessions", "show", session_id, "--json").document["state"] == "interrupted"


def test_an_order_with_a_key_starts_one_import(
    collection: Collection, importer: httpx.Client
) -> None:
    """Sent twice it gives the same import; for another order the key is refused."""
    order = {"folders": [str(collection.music)]}
    headers = {"Idempotency-Key": "once"}
    first = importer.post("/api/v1/imports", json=order, headers=headers)
    second = importer.post("/api/v1/imports", json=order, headers=headers)
    other = importer.post(
        "/api/v1/imports", json=order | {"parameters": {"thorough": True}}, headers=headers
    )

    assert first.json()["session_id"] == second.json()["session_id"]
    assert (other.status_code, other.json()["code"]) == (409, "CONFLICT")


def test_two_services_share_one_queue(collection: Collection, tmp_path: Path) -> None:
    """What one is asked the other one knows, and one of them does it."""
    data, settings = tmp_path / "data", roots_setting(collection.music)
    with serving(data, **settings) as first, serving(data, **settings) as second:
        asked = [order_import(client, collection.music) for client in (first, second, first)]
        ended = [
            wait_for_state(client, session_id, "completed", "failed")
            for client in (second, first)
            for session_id in asked
        ]

    assert {document["state"] for document in ended} == {"completed"}
    tracks = run(data, "tracks", "--json").document["tracks"]
    assert len({track["path"] for track in tracks}) == len(tracks) == len(PIECES) + 1


@pytest.mark.parametrize(
    ("order", "status", "code"),
    [
        ({"folders": ["/etc"]}, 403, "FOLDER_NOT_ALLOWED"),
        ({"folders": ["/"]}, 403, "FOLDER_NOT_ALLOWED"),
        ({"folders": ["music"]}, 422, "BAD_INPUT"),
        ({"folders": ["/\0"]}, 422, "BAD_INPUT"),
        ({"folders": ["/\ud800"]}, 422, "VALIDATION_ERROR"),
        ({"folders": [{"root_id": 1, "path": "../.."}]}, 403, "FOLDER_NOT_ALLOWED"),
        ({"folders": [{"root_id": 1, "path": "%00"}]}, 422, "BAD_INPUT"),
        ({"folders": [{"root_id": 77, "path": ""}]}, 404, "NOT_FOUND"),
        ({"folders": []}, 422, "BAD_INPUT"),
        ({"folders": [], "profile": "none"}, 404, "NOT_FOUND"),
        ({"folders": ["/x"], "more": 1}, 422, "VALIDATION_ERROR"),
    ],
)
def test_orders_that_cannot_be_taken_are_refused(
    importer: httpx.Client, order: dict[str, object], status: int, code: str
) -> None:
    """Folders outside the roots, odd paths and unknown names have each their code."""
    headers = {"Content-Type": "application/json"}
    answer = importer.post("/api/v1/imports", content=json.dumps(order), headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text


def test_a_link_out_of_the_roots_leads_nowhere(tmp_path: Path) -> None:
    """Neither the picker nor an order follows a link out, though one inside may be chosen."""
    music, secret = tmp_path / "music", tmp_path / "secret"
    (music / "album").mkdir(parents=True)
    (music / os.fsdecode(b"B\xf6rk 100%")).mkdir()
    secret.mkdir()
    (music / "out").symlink_to(secret)
    (music / "in").symlink_to(music / "album")
    with serving(tmp_path / "data", **roots_setting(music)) as client:
        root = client.get("/api/v1/roots").json()["data"][0]
        page = client.get("/api/v1/folders", params={"root": root["id"]}).json()
        out = client.post(
            "/api/v1/imports", json={"folders": [{"root_id": root["id"], "path": "out"}]}
        )
        odd = client.post(
            "/api/v1/imports",
            json={"folders": [{"root_id": root["id"], "path": page["data"][0]["path"]}]},
        )
        after = wait_for_state(client, odd.json()["session_id"], "completed")

    assert [folder["name"] for folder in page["data"]] == ["B%F6rk 100%25", "album", "in"]
    assert out.status_code == 403
    assert after["folders"] == [{"root_id": root["id"], "path": "B%F6rk 100%25"}]


def test_roots_are_added_by_whoever_may(tmp_path: Path, collection: Collection) -> None:
    """Without `music_roots` an administrator adds roots; system folders are refused."""
    with serving(tmp_path / "data") as client:
        refused = client.post("/api/v1/imports", json={"folders": [str(collection.music)]})
        added = client.post("/api/v1/roots", json={"path": str(collection.music)})
        again = client.post("/api/v1/roots", json={"path": str(collection.music)})
        system = client.post("/api/v1/roots", json={"path": "/etc"})
        taken = client.post("/api/v1/imports", json={"folders": [str(collection.music)]})

    assert (refused.status_code, added.status_code, taken.status_code) == (403, 201, 202)
    assert (again.status_code, system.json()["code"]) == (409, "BAD_INPUT")
    assert (added.json()["state"], added.json()["path"]) == ("present", str(collection.music))
