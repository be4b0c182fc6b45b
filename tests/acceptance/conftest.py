"""A collection that is made, and a library that is imported, once for all acceptance tests."""

from pathlib import Path

import pytest

from builders.collection import Collection, make_collection
from builders.command import run
from builders.databases import copy_library


@pytest.fixture(scope="session")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Collection:
    """Music that is never changed."""
    return make_collection(tmp_path_factory.mktemp("collection"))


@pytest.fixture(scope="session")
def library(collection: Collection, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Data directory with the collection, which tests only read."""
    data = tmp_path_factory.mktemp("library") / "data"
    ending = run(data, "import", collection.music, "--json")
    assert ending.code == 0, ending.stderr
    return data


@pytest.fixture
def own_library(library: Path, tmp_path: Path) -> Path:
    """Copy of the library that a test may change and break."""
    return copy_library(library, tmp_path / "data")
