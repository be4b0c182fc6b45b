"""A catalogue that is moved to PostgreSQL and back, killed on the way, compared at the end."""

import os
import random
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from pydantic import SecretStr

from audio_ident.errors import BadInput, DatabaseProblem, LibraryLocked, LibraryMismatch
from audio_ident.library.places import LibraryPlaces
from audio_ident.model.moves import MoveSummary
from audio_ident.model.parameters import ImportParameters
from audio_ident.settings.model import Settings
from audio_ident.stores.lock import WriterLock
from audio_ident.stores.sql.all_tables import METADATA
from audio_ident.stores.sql.unit_of_work import Catalogue
from audio_ident.stores.sql.whole_tables import TableSum
from audio_ident.wiring.local import open_application
from builders.collection import Collection, make_collection
from builders.command import CONTEXT, run
from builders.postgresql import PostgresqlServer

PLAIN = ImportParameters()


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library in SQLite; tests only copy it."""
    home = tmp_path_factory.mktemp("moving")
    collection: Collection = make_collection(home)
    ending = run(home / "data", "import", collection.music, AUDIO_IDENT_DATABASE_URL="")
    assert ending.code == 0, ending.stderr
    return home / "data"


@pytest.fixture
def data(imported: Path, tmp_path: Path) -> Path:
    """A copy of its rows, in a data directory of its own, with many more sessions."""
    directory = tmp_path / "data"
    directory.mkdir()
    places, source = (LibraryPlaces(data_directory=folder) for folder in (directory, imported))
    places.catalogue.write_bytes(source.catalogue.read_bytes())
    with open_application(Settings(data_dir=directory)) as application:
        for number in range(30):
            application.sessions.save_profile(f"profile {number}", [tmp_path], PLAIN)
    return directory


@pytest.fixture
def url(postgresql: PostgresqlServer) -> Iterator[str]:
    """Address of a database without any table."""
    name = f"target_{os.getpid()}_{time.monotonic_ns()}"
    yield postgresql.create(name)
    postgresql.drop(name)


def move(data: Path, to: str, address: str = "") -> MoveSummary:
    """Copy the rows of a library, which lie at an address."""
    settings = Settings(data_dir=data, database_url=SecretStr(address))
    with open_application(settings) as application:
        return application.move_catalogue(to, lambda *_: None)


def sums(catalogue: Catalogue) -> dict[str, TableSum]:
    """What each table holds."""
    with catalogue.reading() as rows:
        return {name: rows.tables.sum(name) for name in rows.tables.names()}


def sums_of(data: Path, address: str = "") -> dict[str, TableSum]:
    """What each table of a library holds."""
    settings = Settings(data_dir=data, database_url=SecretStr(address))
    with open_application(settings) as application:
        return sums(application._catalogue)


def test_every_table_is_moved() -> None:
    """A table that is added tomorrow is moved as well; only the owner's is made anew."""
    catalogue = Catalogue("sqlite://")
    with catalogue.reading() as rows:
        assert set(rows.tables.names()) == set(METADATA.tables) - {"library"}
    catalogue.close()


def test_there_and_back_everything_is_as_it_was(data: Path, url: str) -> None:
    """Row for row; the source is untouched, and the summary says what to set."""
    before = sums_of(data)
    there = move(data, url)
    moved, untouched = sums_of(data, url), sums_of(data)
    kept = data / "catalogue.sqlite"
    kept.rename(data / "old")
    back = move(data, "sqlite", url)

    assert before == moved == untouched == sums_of(data)
    assert sum(there.tables.values()) == sum(back.tables.values())
    assert not there.is_resumed
    assert "Set AUDIO_IDENT_DATABASE_URL" in there.next_step
    assert "Remove AUDIO_IDENT_DATABASE_URL" in back.next_step


def test_new_rows_get_new_ids(data: Path, url: str) -> None:
    """In PostgreSQL ids come from sequences, which begin behind what was copied."""
    move(data, url)
    settings = Settings(data_dir=data, database_url=SecretStr(url))
    with open_application(settings) as application, application._catalogue.writing() as rows:
        known = [root.id for root in rows.roots.all()]
        added = rows.roots.add("/more", rows.profiles.all()[0].created_at)

    assert added.id > max(known)


def _move_in_a_process(data: Path, to: str) -> None:
    move(data, to)


def test_a_copy_that_is_killed_goes_on(data: Path, url: str) -> None:
    """Nothing opens the half of it; given again, the command does the rest."""
    before = sums_of(data)
    chance = random.Random(5)
    for _ in range(4):
        process = CONTEXT.Process(target=_move_in_a_process, args=(data, url))
        process.start()
        process.join(chance.uniform(0.1, 1.5))
        if process.exitcode is None:
            os.kill(process.pid or 0, signal.SIGKILL)
        process.join()
    move(data, url)

    assert sums_of(data, url) == before


def test_half_a_copy_is_not_opened(data: Path, url: str) -> None:
    """A service that is pointed at it says what has not ended."""
    target = Catalogue(url)
    move(data, url)
    with target.writing() as rows:
        owner = rows.library.owner()
        assert owner is not None
        rows.library._session.execute(sa.text("UPDATE library SET is_complete = false"))
        rows.tables._session.execute(sa.text("DELETE FROM profiles"))
    with pytest.raises(LibraryMismatch, match="has not ended"):
        sums_of(data, url)

    assert move(data, url).is_resumed
    assert sums_of(data, url) == sums_of(data)
    target.close()


def test_what_changed_since_the_kill_is_copied_anew(data: Path, url: str) -> None:
    """Rows that were copied and have changed are found by comparing, and nothing of them stays."""
    target = Catalogue(url)
    move(data, url)
    with target.writing() as rows:
        rows.library._session.execute(sa.text("UPDATE library SET is_complete = false"))
        rows.tables._session.execute(sa.text("UPDATE tags SET title = 'of yesterday'"))

    assert move(data, url).is_resumed
    assert sums(target) == sums_of(data)
    target.close()


def test_a_database_in_use_is_not_overwritten(data: Path, url: str, tmp_path: Path) -> None:
    """Neither rows of another library, nor rows that came since the move, nor other tables."""
    with (
        open_application(Settings(data_dir=tmp_path / "other", database_url=SecretStr(url))),
        pytest.raises(LibraryMismatch, match="another library"),
    ):
        move(data, url)


def test_rows_that_came_after_the_move_stay(data: Path, url: str) -> None:
    """A target that has been used since is never written again."""
    move(data, url)
    assert move(data, url).is_resumed  # nothing to do, and nothing is done
    target = Catalogue(url)
    with target.writing() as rows:
        rows.roots.add("/new", rows.profiles.all()[0].created_at)
    with pytest.raises(LibraryMismatch, match="in use"):
        move(data, url)
    target.close()


def test_foreign_tables_are_left_alone(data: Path, url: str, postgresql: PostgresqlServer) -> None:
    """A database of another program gets none of ours."""
    name = url.partition("@/")[2].partition("?")[0]
    with postgresql.connect(name) as connection:
        connection.execute("CREATE TABLE customers (id integer)")
    with pytest.raises(DatabaseProblem, match="customers"):
        move(data, url)


def test_nobody_imports_meanwhile(data: Path, url: str) -> None:
    """The move has the right to write, or does not begin."""
    with WriterLock(data), pytest.raises(LibraryLocked):
        move(data, url)


@pytest.mark.parametrize("to", ["mysql://x/y", "", "sqlite"])
def test_what_is_no_place_to_move_to_is_refused(data: Path, to: str) -> None:
    """Another kind of database, none, and the one where the rows are."""
    with pytest.raises(BadInput):
        move(data, to)


def test_the_command_tells_what_it_did(data: Path, url: str) -> None:
    """One document, with rows by table, the place without a password, and the next step."""
    ending = run(data, "migrate-store", "--to", url, "--json", AUDIO_IDENT_DATABASE_URL="")
    told = ending.document

    assert (ending.code, ending.stderr) == (0, "")
    assert told["rows"] == sum(told["tables"].values())
    assert told["tables"]["profiles"] == 30
    assert "AUDIO_IDENT_DATABASE_URL" in told["next_step"]
