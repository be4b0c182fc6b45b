"""The service starts always, says how its parts are, and recovers by itself."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from audio_ident.library.places import LibraryPlaces
from builders.databases import sqlite_only
from builders.probe_service import probing

GUARD_S = 60

PARTS = {"catalogue", "data_directory", "index", "clip_workers", "importer"}


def components(client: httpx.Client) -> dict[str, Any]:
    """The parts as they are now."""
    found: dict[str, Any] = client.get("/health/ready").json()["components"]
    return found


def wait_until(is_so: Callable[[], bool]) -> None:
    """Return once something is so."""
    deadline_s = time.monotonic() + GUARD_S
    while not is_so():
        assert time.monotonic() < deadline_s
        time.sleep(0.2)


def test_the_original_answers_are_kept(client: httpx.Client) -> None:
    """`/health` and the version have the fields of the first version of the API, and no more."""
    version = client.get("/api/v1/version").json()

    assert client.get("/health").json() == {"status": "ok", "version": version["version"]}
    assert set(version) == {"name", "version", "git_sha", "build_time"}
    assert all(version.values())


@pytest.mark.parametrize("path", ["/health/live", "/ping"])
def test_the_process_says_that_it_lives(client: httpx.Client, path: str) -> None:
    """Under both names."""
    assert client.get(path).json()["status"] == "ok"


def test_a_whole_library_is_ready(client: httpx.Client) -> None:
    """All parts are ok, with nothing to remedy, once the workers have started."""
    wait_until(lambda: bool(client.get("/health/ready").json()["status"] == "ok"))
    answer = client.get("/health/ready")

    assert (answer.status_code, answer.json()["status"]) == (200, "ok")
    assert set(answer.json()["components"]) >= PARTS


def test_a_damaged_index_degrades_the_service(own_library: Path) -> None:
    """Browsing goes on, so the answer is 200, with the remedy; no path is told."""
    index = LibraryPlaces(data_directory=own_library).index
    for path in index.glob("manifest*"):
        path.write_bytes(b"damaged")
    with probing(own_library) as client:
        answer = client.get("/health/ready")
        part = answer.json()["components"]["index"]

    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")
    assert part["status"] == "failed"
    assert "rebuild" in part["remedy"]
    assert str(own_library) not in answer.text


@sqlite_only
def test_a_damaged_catalogue_stops_the_library_and_not_the_service(own_library: Path) -> None:
    """It lives, is not ready, refuses what needs the library, and recovers once it is mended."""
    catalogue = LibraryPlaces(data_directory=own_library).catalogue
    whole = catalogue.read_bytes()
    for path in own_library.glob(f"{catalogue.name}-*"):
        path.unlink()
    catalogue.write_bytes(b"this is no database" * 1000)
    with probing(own_library) as client:
        ready = client.get("/health/ready")
        refused = client.get("/metrics")
        catalogue.write_bytes(whole)
        wait_until(lambda: client.get("/health/ready").status_code == 200)
        answered = client.get("/metrics")

    assert (ready.status_code, ready.json()["status"]) == (503, "failed")
    assert ready.json()["components"]["catalogue"]["status"] == "failed"
    assert (refused.status_code, refused.json()["code"]) == (503, "SERVICE_UNAVAILABLE")
    assert refused.json()["error"]["details"] == {"cause": "DATABASE_ERROR"}
    assert int(refused.headers["retry-after"]) > 0
    assert answered.status_code == 200


def test_a_missing_disk_is_waited_for(tmp_path: Path) -> None:
    """A data directory that cannot be made is told, and used as soon as it can."""
    blocker = tmp_path / "disk"
    blocker.write_text("where a disk should be mounted")
    with probing(blocker / "data") as client:
        states = {name: part["status"] for name, part in components(client).items()}
        blocker.unlink()
        blocker.mkdir()
        wait_until(lambda: client.get("/health/ready").json()["status"] == "ok")

    assert states == {"catalogue": "failed", "data_directory": "failed"}


def test_a_database_that_is_down_is_told_without_its_address(tmp_path: Path) -> None:
    """The service starts and names the part; neither user nor host is told."""
    url = "postgresql+psycopg://ada:hunter2@127.0.0.1:9/music"
    with probing(tmp_path, database_url=url) as client:
        answer = client.get("/health/ready")

    assert answer.status_code == 503
    assert answer.json()["components"]["catalogue"]["status"] == "failed"
    assert not [word for word in ("ada", "hunter2", "127.0.0.1") if word in answer.text]
