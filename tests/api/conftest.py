"""One imported library and one service over it, for all API tests that only read."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from builders.accounts import Door, guarded
from builders.collection import Collection, make_collection
from builders.command import run
from builders.databases import copy_library
from builders.playing import (
    UNFINISHED_CONVERSIONS,
    PlayedLibrary,
    copy_of,
    make_played_library,
)
from builders.server import serving


@pytest.fixture(scope="session")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Collection:
    """Music that is never changed."""
    return make_collection(tmp_path_factory.mktemp("api-collection"))


@pytest.fixture(scope="session")
def library(collection: Collection, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Data directory with the collection, which tests only read."""
    data = tmp_path_factory.mktemp("api-library") / "data"
    ending = run(data, "import", collection.music, "--json")
    assert ending.code == 0, ending.stderr
    return data


@pytest.fixture(scope="session")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """A service with an owner, whom tests leave as they are."""
    with guarded(tmp_path_factory.mktemp("door")) as door:
        yield door


@pytest.fixture
def own_library(library: Path, tmp_path: Path) -> Path:
    """Copy of the library that a test may change and break."""
    return copy_library(library, tmp_path / "data")


@pytest.fixture(scope="session")
def client(library: Path) -> Iterator[httpx.Client]:
    """Client of a service that tests only ask."""
    with serving(library) as client:
        yield client


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory) -> PlayedLibrary:
    """Library with music in every container, which tests only read."""
    return make_played_library(tmp_path_factory.mktemp("played"))


@pytest.fixture(scope="session")
def player(played: PlayedLibrary) -> Iterator[httpx.Client]:
    """Client of a service over that library."""
    with serving(played.data) as client:
        yield client


@pytest.fixture(scope="session")
def broken(
    played: PlayedLibrary, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[PlayedLibrary, httpx.Client]]:
    """A library whose files tests may spoil, each its own, and a client of a service over it."""
    library = copy_of(played, tmp_path_factory.mktemp("broken"))
    for name, is_old in UNFINISHED_CONVERSIONS.items():
        path = library.data / "cache" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"half")
        # what is not old stays so, however long the tests take
        at_s = 0 if is_old else time.time() + 86_400
        os.utime(path, (at_s, at_s))
    with serving(library.data) as client:
        yield library, client
