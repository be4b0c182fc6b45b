"""One imported library and one service over it, for all API tests that only read."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from builders.accounts import Door, guarded
from builders.collection import Collection, make_collection
from builders.command import run
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
    return Path(shutil.copytree(library, tmp_path / "data"))


@pytest.fixture(scope="session")
def client(library: Path) -> Iterator[httpx.Client]:
    """Client of a service that tests only ask."""
    with serving(library) as client:
        yield client
