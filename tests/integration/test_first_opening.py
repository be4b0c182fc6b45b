"""Several processes open a library that does not exist yet."""

from multiprocessing.synchronize import Barrier
from pathlib import Path

from audio_ident.settings.model import Settings
from audio_ident.wiring.local import open_application
from builders.command import CONTEXT
from builders.databases import catalogue_setting, catalogue_url_of, is_postgresql

PROCESSES = 4


def _open(data: Path, barrier: Barrier) -> None:
    barrier.wait()
    with open_application(Settings(data_dir=data, **catalogue_setting(data))) as application:
        assert list(application.tracks()) == []


def test_all_find_the_same_empty_library(tmp_path: Path) -> None:
    """Whoever comes first makes the catalogue; nobody sees half of it or waits for a lock."""
    data = tmp_path / "data"
    catalogue_url_of(data)
    barrier = CONTEXT.Barrier(PROCESSES)
    processes = [CONTEXT.Process(target=_open, args=(data, barrier)) for _ in range(PROCESSES)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()

    assert [process.exitcode for process in processes] == [0] * PROCESSES
    made = "library.id" if is_postgresql() else "catalogue.sqlite"
    assert [path.name for path in data.iterdir()] == [made]
