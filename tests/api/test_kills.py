"""Processes that are killed under load, each in turn: the rest goes on, and nothing is lost."""

import contextlib
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from builders.asking import clip_of, search, spooled, wait_until, workers_of
from builders.collection import PIECES, Collection
from builders.command import run
from builders.databases import copy_library
from builders.imports import (
    eventually,
    import_of,
    importer_of,
    order_import,
    roots_setting,
    wait_for_state,
)
from builders.load import Clip, Load, write_tracks
from builders.postgresql import PostgresqlServer, find_programs, running_server
from builders.processes import descendants_of, import_workers_of, kill, runs
from builders.server import free_port, process, wait_until_alive

CLIENTS = 2
NEW_TRACKS = 8
NEW_TRACK_S = 60
KILLS = 2

HARMLESS = {"found", "RATE_LIMITED", "SEARCH_TIMEOUT"}
"""What clients are told whatever happens, on a machine that is busy."""


@pytest.fixture(scope="module")
def clips(collection: Collection) -> list[Clip]:
    """A clip of each piece."""
    return [
        Clip(content=clip_of(path, "mp3", 6.0, 5.0), title=piece.title)
        for path, piece in zip(collection.pieces, PIECES, strict=True)
    ]


@pytest.fixture(scope="module")
def new_music(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose import takes some seconds."""
    folder = tmp_path_factory.mktemp("new")
    write_tracks(folder, NEW_TRACKS, NEW_TRACK_S)
    return folder


@contextlib.contextmanager
def started(
    data: Path, new_music: Path, port: int, **settings: str
) -> Iterator[tuple[httpx.Client, "subprocess.Popen[bytes]"]]:
    """A service that may import, at a port that it takes again after its death."""
    settings = {"AUDIO_IDENT_WORKERS": "1"} | roots_setting(new_music) | settings
    with (
        process(data, port, **settings) as service,
        httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client,
    ):
        wait_until_alive(client, service)
        yield client, service


def begin_import(client: httpx.Client, new_music: Path) -> str:
    """Order an import and wait until it has imported something; its id."""
    session_id = order_import(client, new_music)
    eventually(lambda: import_of(client, session_id)["files_done"] >= 2)
    return session_id


def kill_all(victims: Callable[[], set[int]], is_over: Callable[[], bool]) -> int:
    """Kill some processes as soon as there are any, unless all is over; how many there were."""
    found: set[int] = set()
    eventually(lambda: found.update(victims()) or found or is_over())
    kill(found)
    eventually(lambda: not any(map(runs, found)))
    return len(found)


def check_library(data: Path, **settings: str) -> None:
    """Everything is there once, everything agrees, and nothing else lies about."""
    tracks = run(data, "tracks", "--json", **settings).document["tracks"]
    assert len({track["path"] for track in tracks}) == len(tracks)
    assert len(tracks) == len(PIECES) + 1 + NEW_TRACKS
    ending = run(data, "check", "--deep", **settings)
    assert ending.code == 0, ending.stdout
    left = [
        path
        for folder in ("jobs", "incoming", "cache", "raw")
        for path in data.glob(f"{folder}/**/*")
        if path.is_file()
    ]
    assert left == []
    wait_until(lambda: not spooled(data))


@pytest.mark.parametrize("victims_of", [workers_of, import_workers_of])
def test_killed_workers_are_replaced(
    victims_of: Callable[[int], set[int]],
    library: Path,
    new_music: Path,
    clips: list[Clip],
    tmp_path: Path,
) -> None:
    """The clip or the file that one has at hand fails, may be tried again, and all else goes on."""
    data = copy_library(library, tmp_path / "data")
    with started(data, new_music, free_port()) as (client, service):
        with Load(client, clips, CLIENTS) as load:
            session_id = order_import(client, new_music)
            has_ended = lambda: import_of(client, session_id)["ended_at"] is not None  # noqa: E731
            killed = sum(kill_all(lambda: victims_of(service.pid), has_ended) for _ in range(KILLS))
            after = wait_for_state(client, session_id, "completed", "failed")
        again = client.post(f"/api/v1/imports/{session_id}/retry")
        retried = wait_for_state(client, again.json()["session_id"], "completed", "failed")
        last = [search(client, clip.content).status_code for clip in clips]

    assert killed
    assert load.answers.keys() <= HARMLESS | {"DECODE_FAILED"}
    assert load.answers["found"]
    assert after["files_failed"] <= (KILLS if victims_of is import_workers_of else 0)
    assert (retried["state"], retried["files_failed"]) == ("completed", 0)
    assert last == [200] * len(clips)
    check_library(data)


def test_a_killed_importer_is_replaced_under_load(
    library: Path, new_music: Path, clips: list[Clip], tmp_path: Path
) -> None:
    """Searches do not notice, and the import goes on by itself where it was."""
    data = copy_library(library, tmp_path / "data")
    with (
        started(data, new_music, free_port()) as (client, service),
        Load(client, clips, CLIENTS) as load,
    ):
        session_id = begin_import(client, new_music)
        importer = importer_of(service)
        below = set(descendants_of(importer))
        kill({importer})
        eventually(lambda: not any(map(runs, below)))
        after = wait_for_state(client, session_id, "completed", "failed")

    assert load.answers.keys() <= HARMLESS
    assert (after["state"], after["files_failed"]) == ("completed", 0)
    check_library(data)


def test_a_killed_service_is_started_again(
    library: Path, new_music: Path, clips: list[Clip], tmp_path: Path
) -> None:
    """Its children end with it; the next one removes what was left, and ends the import."""
    data, port = copy_library(library, tmp_path / "data"), free_port()
    with started(data, new_music, port) as (client, service):
        load = Load(client, clips, CLIENTS)
        with load:
            session_id = begin_import(client, new_music)
            below = set(descendants_of(service.pid))
            service.kill()
            service.wait()
            eventually(lambda: not any(map(runs, below)))
            with started(data, new_music, port) as (second, _):
                after = wait_for_state(second, session_id, "completed", "failed")
                wait_until(lambda: search(second, clips[0].content).status_code == 200)

    assert len(below) >= 3
    assert load.answers.keys() <= HARMLESS | {"gone", "SERVICE_UNAVAILABLE"}
    assert (after["state"], after["files_failed"]) == ("completed", 0)
    check_library(data)


@pytest.fixture
def own_postgresql() -> Iterator[PostgresqlServer]:
    """A server that nobody else uses."""
    programs = find_programs()
    if programs is None:
        pytest.skip("no PostgreSQL below /usr/lib/postgresql")
    with running_server(programs) as server:
        yield server


def test_a_killed_postgresql_is_waited_for(
    own_postgresql: PostgresqlServer,
    collection: Collection,
    new_music: Path,
    clips: list[Clip],
    tmp_path: Path,
) -> None:
    """While it is gone that is said; once it is back all goes on by itself, also the import."""
    data = tmp_path / "data"
    settings = {"AUDIO_IDENT_DATABASE_URL": own_postgresql.create("killed")}
    assert run(data, "import", collection.music, "--json", **settings).code == 0
    with (
        started(data, new_music, free_port(), **settings) as (client, _),
        Load(client, clips, CLIENTS) as load,
    ):
        session_id = begin_import(client, new_music)
        own_postgresql.kill()
        refused = client.get(f"/api/v1/imports/{session_id}")
        alive = client.get("/health/live").status_code
        eventually(lambda: load.answers.keys() - HARMLESS)
        own_postgresql.start()
        eventually(lambda: client.get(f"/api/v1/imports/{session_id}").status_code == 200)
        found = load.answers["found"]
        eventually(lambda: load.answers["found"] > found)
        after = wait_for_state(client, session_id, "completed", "failed")

    assert (refused.status_code, alive) == (503, 200)
    assert load.answers.keys() <= HARMLESS | {refused.json()["code"]}
    assert (after["state"], after["files_failed"]) == ("completed", 0)
    check_library(data, **settings)
