"""The vectors of a served library follow what people do over HTTP, and a model that they choose."""

import os
import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from audio_ident.library.places import LibraryPlaces
from audio_ident.model.analysis import AudioDigest
from audio_ident.model.vectors import SpaceId, Where
from audio_ident.stores.vectors.index_files import FileVectorReader, space_ids
from builders.command import ROOT, run
from builders.databases import copy_library
from builders.imports import eventually
from builders.server import serving


@pytest.fixture
def tiny(tmp_path: Path) -> dict[str, str]:
    """Settings that choose a small model of random numbers."""
    shutil.copytree(ROOT / "tests" / "data" / "tiny_clap", tmp_path / "models" / "tiny")
    return {
        "AUDIO_IDENT_MODELS_DIR": str(tmp_path / "models"),
        "AUDIO_IDENT_VIBE_MODEL": "tiny",
    }


@pytest.fixture
def data(library: Path, tmp_path: Path) -> Path:
    """Copy of a library."""
    return copy_library(library, tmp_path / "data")


@pytest.fixture
def reader(data: Path) -> Iterator[FileVectorReader]:
    """The vectors in its files."""
    with closing(FileVectorReader(LibraryPlaces(data_directory=data).vectors)) as opened:
        yield opened


def space_of(data: Path, embedder: str = "timbre") -> SpaceId:
    """The space of an embedder in the files of a library."""
    folder = LibraryPlaces(data_directory=data).vectors
    (found,) = (one for one in space_ids(folder) if one.startswith(embedder))
    return found


def tracks(server: httpx.Client, **query: Any) -> list[dict[str, Any]]:
    """Tracks that a query finds."""
    found: list[dict[str, Any]] = server.get("/api/v1/tracks", params=query).json()["data"]
    return found


def digests_with(reader: FileVectorReader, space_id: SpaceId, genre: str) -> set[AudioDigest]:
    """Recordings that a filter lets through."""
    some = next(iter(reader.digests(space_id)))
    query = reader.windows_of(space_id, [some])[some].vectors[:1]
    wish = Where(genres=frozenset({genre}))
    return {hit.digest for hit in reader.search(space_id, query, recordings=50, where=wish)}


def test_edits_and_hidden_tracks_reach_the_vectors(data: Path, reader: FileVectorReader) -> None:
    """Within seconds, by the importer of the service: filters see edits, nobody a hidden track."""
    space_id = space_of(data)
    everything = set(reader.digests(space_id))
    assert everything
    with serving(data) as server:
        track = tracks(server, has_duplicates=False)[0]
        url = f"/api/v1/tracks/{track['id']}"
        assert digests_with(reader, space_id, "very own") == set()
        server.patch(url, json={"genres": ["Very Own"]}).raise_for_status()
        eventually(lambda: len(digests_with(reader, space_id, "very own")) == 1)

        (digest,) = digests_with(reader, space_id, "very own")
        server.delete(url).raise_for_status()
        eventually(lambda: set(reader.digests(space_id)) == everything - {digest})
        server.post(f"{url}/restore").raise_for_status()
        eventually(lambda: set(reader.digests(space_id)) == everything)
        assert digests_with(reader, space_id, "very own") == {digest}


def test_a_model_that_is_chosen_listens_while_nobody_imports(
    data: Path, reader: FileVectorReader, tiny: dict[str, str]
) -> None:
    """The service says how far it is; then it answers, and is whole."""
    with serving(data, **tiny) as server:
        state = eventually_filled(server)
    assert state == "ok"
    assert set(reader.digests(space_of(data, "clap"))) == set(reader.digests(space_of(data)))
    assert run(data, "check", "--deep", **tiny).code == 0


def eventually_filled(server: httpx.Client) -> str:
    """Wait until every space has every recording; how the part is then."""

    def figures() -> dict[str, float]:
        lines = server.get("/metrics").text.splitlines()
        return {
            line.rpartition(" ")[0]: float(line.rpartition(" ")[2])
            for line in lines
            if "vector_recordings" in line and not line.startswith("#")
        }

    def is_filled() -> bool:
        found = figures()
        clap = {name: value for name, value in found.items() if "clap" in name}
        return len(clap) == 2 and len(set(clap.values())) == 1

    eventually(is_filled)
    return str(server.get("/health/ready").json()["components"]["vectors"]["status"])


def test_a_model_that_is_not_there_is_said(data: Path) -> None:
    """The command fails with the remedy, the service is degraded, and `timbre` stays."""
    missing = {"AUDIO_IDENT_VIBE_MODEL": "nowhere"}
    ending = run(data, "models", "fill", **missing)
    assert ending.code == 1
    assert "MODEL_MISSING" in ending.stderr
    with serving(data, **missing) as server:
        eventually(lambda: server.get("/health/ready").status_code == 200)
        found = server.get("/health/ready").json()["components"]["vectors"]
    assert found["status"] == "degraded"
    assert found["remedy"]
    assert os.fspath(data) not in str(found)


def test_damaged_vectors_are_found_and_made_again(data: Path, reader: FileVectorReader) -> None:
    """A check says what is damaged, a rebuild makes it again without decoding."""
    space_id = space_of(data)
    before = set(reader.digests(space_id))
    folder = LibraryPlaces(data_directory=data).vectors / space_id
    largest = max((path for path in folder.rglob("*") if path.is_file()), key=_size)
    content = largest.read_bytes()
    third = len(content) // 3
    largest.write_bytes(content[:third] + bytes(third) + content[2 * third :])
    found = run(data, "check", "--deep", "--json").document["findings"]
    assert {finding["code"] for finding in found} == {"VECTORS_CORRUPT"}

    assert run(data, "rebuild").code == 0
    assert run(data, "check", "--deep").code == 0
    with closing(FileVectorReader(folder.parent)) as fresh:
        assert set(fresh.digests(space_id)) == before


def _size(path: Path) -> int:
    return path.stat().st_size


def test_another_weight_is_another_space_that_takes_over(data: Path) -> None:
    """Importing nothing with it fills the new one; the old one leaves the files."""
    old = space_of(data)
    heavier = {"AUDIO_IDENT_VIBE_RHYTHM_WEIGHT": "0.7"}
    ending = run(data, "models", "fill", "--json", **heavier)
    assert ending.code == 0, ending.stderr
    (space,) = ending.document["spaces"]
    assert space["is_active"]
    assert space["recordings"] == space["recordings_wanted"] > 0
    assert space_of(data) == space["id"] != old
