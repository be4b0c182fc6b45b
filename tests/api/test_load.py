"""Many clients at once while music is imported: all are served, or told when to come back."""

import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from builders.asking import clip_of, resident_bytes, spooled, wait_until
from builders.collection import PIECES, Collection
from builders.command import run
from builders.databases import copy_library
from builders.imports import order_import, roots_setting, wait_for_state
from builders.load import Clip, Load, write_tracks
from builders.server import running

CLIENTS = 50
ROUNDS = 6
NEW_TRACKS = 16
NEW_TRACK_S = 120

MOST_GROWTH_BYTES = 40 << 20
"""A fifth of the uploads of a test: a service that kept them would grow by more."""


@pytest.fixture(scope="module")
def clips(collection: Collection) -> list[Clip]:
    """Clips of a megabyte, one of each piece."""
    return [
        Clip(content=clip_of(path, "wav 16 bit", 6.0, 6.0), title=piece.title)
        for path, piece in zip(collection.pieces, PIECES, strict=True)
    ]


@pytest.fixture(scope="module")
def new_music(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose import takes longer than the requests of a test."""
    folder = tmp_path_factory.mktemp("new")
    write_tracks(folder, NEW_TRACKS, NEW_TRACK_S)
    return folder


@pytest.fixture(scope="module")
def data(library: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Data directory with the collection, to which the test adds."""
    return copy_library(library, tmp_path_factory.mktemp("load") / "data")


@pytest.fixture(scope="module")
def loaded(data: Path, new_music: Path) -> Iterator[tuple[httpx.Client, "subprocess.Popen[bytes]"]]:
    """Client of a service that has time, for a machine that has none, and its process."""
    settings = {"AUDIO_IDENT_SEARCH_DEADLINE_S": "60"} | roots_setting(new_music)
    with running(data, **settings) as both:
        yield both


def test_fifty_clients_ask_during_an_import(
    data: Path,
    new_music: Path,
    clips: list[Clip],
    loaded: tuple[httpx.Client, "subprocess.Popen[bytes]"],
) -> None:
    """Each gets the right track or a time to come back; the import loses nothing, nothing stays."""
    client, service = loaded
    session_id = order_import(client, new_music)
    wait_for_state(client, session_id, "processing")
    with Load(client, clips, CLIENTS, rounds=1) as load:
        load.finish()
    before_bytes = resident_bytes(service.pid)
    with Load(client, clips, CLIENTS, rounds=ROUNDS) as load:
        statuses = _ask_for_status(client, session_id)
        load.finish()
    grown_bytes = resident_bytes(service.pid) - before_bytes
    after = wait_for_state(client, session_id, "completed", "failed")

    assert load.answers.keys() <= {"found", "RATE_LIMITED"}
    assert load.answers["found"] == CLIENTS * ROUNDS
    assert load.unhelpful == []
    assert statuses == [200] * 100
    assert grown_bytes < MOST_GROWTH_BYTES
    assert (after["state"], after["files_failed"]) == ("completed", 0)
    wait_until(lambda: not spooled(data))
    tracks = run(data, "tracks", "--json").document["tracks"]
    assert len(tracks) == NEW_TRACKS + len(PIECES) + 1
    assert run(data, "check", "--deep").code == 0


def _ask_for_status(client: httpx.Client, session_id: str) -> list[int]:
    """Ask a hundred times at once how an import stands."""

    def ask(_: int) -> int:
        return httpx.get(f"{client.base_url}/api/v1/imports/{session_id}", timeout=60).status_code

    with ThreadPoolExecutor(100) as threads:
        return list(threads.map(ask, range(100)))
