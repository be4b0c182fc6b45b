"""Two clients that others may start from, against the real service."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from builders.collection import Collection
from builders.command import ROOT
from builders.server import serving

PYTHON = (sys.executable, str(ROOT / "clients/python/audio_ident_client.py"))
TYPESCRIPT = ("node", str(ROOT / "clients/typescript/dist/cli.js"))

built = pytest.mark.skipif(
    not Path(TYPESCRIPT[1]).exists() and "CI" not in os.environ, reason="needs `make clients`"
)


def talk(client: tuple[str, ...], service: httpx.Client, *words: str | Path) -> str:
    """What a client prints."""
    command = [*client, str(service.base_url).rstrip("/"), *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_python_client_names_a_clip(client: httpx.Client, collection: Collection) -> None:
    """The whole file of a track is that track."""
    answer = json.loads(talk(PYTHON, client, "identify", collection.pieces[1]))

    assert (answer["verdict"], answer["clip_truncated"]) == ("match", False)
    assert answer["exact_matches"][0]["track"]["title"] in collection.pieces[1].name


@built
def test_the_typescript_client_names_a_clip(client: httpx.Client, collection: Collection) -> None:
    """The whole file of a track is that track."""
    verdict, best = talk(TYPESCRIPT, client, "identify", collection.pieces[1]).splitlines()

    assert verdict == "match"
    assert best.startswith(collection.pieces[1].stem)


@pytest.mark.parametrize("name", ["python", pytest.param("typescript", marks=built)])
def test_a_client_asks_what_sounds_alike(client: httpx.Client, name: str) -> None:
    """The same tracks as the service tells, by their ids."""
    asked, *others = [track["id"] for track in client.get("/api/v1/tracks").json()["data"]]
    told = talk(PYTHON if name == "python" else TYPESCRIPT, client, "similar", asked)
    found = client.get(f"/api/v1/tracks/{asked}/similar").json()["vibe_matches"]

    assert found
    assert all(match["track"]["id"] in told for match in found)
    assert {match["track"]["id"] for match in found} <= set(others)


@pytest.mark.parametrize("name", ["python", pytest.param("typescript", marks=built)])
def test_a_client_orders_an_import_and_follows_it(
    collection: Collection, tmp_path: Path, name: str
) -> None:
    """It sees the import begin and end, by events."""
    music = tmp_path / "music"
    music.mkdir()
    shutil.copy(collection.pieces[0], music)
    roots = json.dumps([str(music)])
    with serving(tmp_path / "data", AUDIO_IDENT_MUSIC_ROOTS=roots) as service:
        program = PYTHON if name == "python" else TYPESCRIPT
        told = talk(program, service, "import", music)
        (track,) = service.get("/api/v1/tracks").json()["data"]

    assert "completed" in told
    assert track["title"] in collection.pieces[0].name


def test_a_client_tells_what_the_service_told(client: httpx.Client, tmp_path: Path) -> None:
    """A file without sound is refused with the code and the remedy."""
    clip = tmp_path / "clip.wav"
    clip.write_text("no sound at all, only words that go on for a little while")
    command = [*PYTHON, str(client.base_url).rstrip("/"), "identify", clip]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)

    assert done.returncode == 1
    assert "UNSUPPORTED_FORMAT" in done.stderr
