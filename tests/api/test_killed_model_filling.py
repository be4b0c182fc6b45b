"""Importers that die or are ended while a model listens: the next one goes on where they were."""

import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from audio_ident.library.places import LibraryPlaces
from audio_ident.model.vectors import SpaceId
from audio_ident.stores.vectors.index_files import FileVectorReader, space_ids
from builders.command import run
from builders.databases import rows_of
from builders.imports import eventually, importer_of
from builders.load import write_tracks
from builders.processes import kill, runs
from builders.server import running
from builders.tiny_clap import FOLDER

TRACKS = 6
TRACK_S = 30
KILLS = 2


@pytest.fixture(scope="module")
def music(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that the model listens to for some seconds."""
    folder = tmp_path_factory.mktemp("music")
    write_tracks(folder, TRACKS, TRACK_S)
    return folder


@pytest.fixture
def data(music: Path, tmp_path: Path) -> Path:
    """A library of that music, to which no model has listened."""
    ending = run(tmp_path / "data", "import", music, "--json")
    assert ending.code == 0, ending.stderr
    return tmp_path / "data"


@pytest.fixture
def tiny(tmp_path: Path) -> dict[str, str]:
    """Settings that choose a small model of random numbers, with one worker."""
    shutil.copytree(FOLDER, tmp_path / "models" / "tiny")
    return {
        "AUDIO_IDENT_MODELS_DIR": str(tmp_path / "models"),
        "AUDIO_IDENT_VIBE_MODEL": "tiny",
        "AUDIO_IDENT_WORKERS": "1",
    }


def marks(data: Path) -> list[bool]:
    """Which of the recordings that the model was begun with are still due."""
    with rows_of(data) as rows:
        query = "SELECT windows_due FROM vector_marks WHERE space_id LIKE 'clap%'"
        return [bool(due) for (due,) in rows.exec_driver_sql(query.replace("%", "%%"))]


def has_begun(data: Path) -> Callable[[], bool]:
    """Whether the model is listening."""
    return lambda: any(marks(data))


def is_over(data: Path) -> Callable[[], bool]:
    """Whether it has listened to everything."""
    return lambda: marks(data) == [False] * TRACKS


def model_space(data: Path) -> SpaceId:
    """The space of the model."""
    folder = LibraryPlaces(data_directory=data).vectors
    (found,) = (one for one in space_ids(folder) if one.startswith("clap"))
    return found


def assert_whole(data: Path, settings: dict[str, str]) -> None:
    """Every recording is there once, and rows and files agree."""
    with closing(FileVectorReader(LibraryPlaces(data_directory=data).vectors)) as reader:
        held = list(reader.digests(model_space(data)))
    assert len(held) == len(set(held)) == TRACKS
    checked = run(data, "check", "--deep", **settings)
    assert checked.code == 0, checked.stdout


def test_killed_importers_are_replaced_and_nothing_is_lost(
    data: Path, tiny: dict[str, str]
) -> None:
    """Whenever they are killed, in the end every recording was listened to."""
    with running(data, **tiny) as (_, service):
        for _ in range(KILLS):
            eventually(has_begun(data))
            importer = importer_of(service)
            kill({importer})
            eventually(lambda importer=importer: not runs(importer))
        eventually(is_over(data))
    assert_whole(data, tiny)


def test_a_service_is_stopped_while_a_model_listens(data: Path, tiny: dict[str, str]) -> None:
    """It ends in order, with its importer, and the next one goes on."""
    with running(data, **tiny) as (_, service):
        eventually(has_begun(data))
        importer = importer_of(service)
        service.terminate()
        assert service.wait(30) == 0
        eventually(lambda: not runs(importer))
    assert not is_over(data)()
    with running(data, **tiny) as (client, _):
        eventually(is_over(data))
        assert isinstance(client, httpx.Client)
    assert_whole(data, tiny)
