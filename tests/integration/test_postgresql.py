"""What only PostgreSQL can do to a library: several machines, a server that dies and comes back."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from audio_ident.cli.config import settings_documents
from audio_ident.errors import AudioIdentError, DatabaseUnreachable, LibraryLocked
from audio_ident.library.check import check
from audio_ident.model.parameters import ImportParameters
from audio_ident.model.reports import Health
from audio_ident.model.sessions import SessionState
from audio_ident.settings.loading import load_settings
from audio_ident.settings.model import Settings
from audio_ident.stores.lock import WriterLock
from audio_ident.stores.sql.unit_of_work import Catalogue
from audio_ident.wiring.local import diagnose, open_application
from builders.command import Ending, run
from builders.postgresql import PostgresqlServer
from builders.queueing import Office
from builders.wav import write_wav

PLAIN = ImportParameters()

FILES = 12


@pytest.fixture
def url(postgresql: PostgresqlServer) -> Iterator[str]:
    """Address of an empty catalogue."""
    name = f"test_{os.getpid()}_{time.monotonic_ns()}"
    yield postgresql.create(name, "template_of_libraries")
    postgresql.drop(name)


@pytest.fixture
def music(tmp_path: Path) -> Path:
    """Some short files."""
    for seed in range(FILES):
        write_wav(tmp_path / "music" / f"{seed:02}.wav", seed, 800 + seed)
    return tmp_path / "music"


@pytest.fixture
def office(tmp_path: Path, url: str) -> Iterator[Office]:
    """A process that takes a moment for each file."""
    office = Office(tmp_path / "here", tmp_path / "log", pause_s=0.2, url=url)
    yield office
    office.close()


@pytest.fixture
def elsewhere(tmp_path: Path, url: str) -> Iterator[Office]:
    """Another machine: only the database is the same, no file is."""
    office = Office(tmp_path / "there", tmp_path / "log there", url=url)
    yield office
    office.close()


def eventually(claim: Callable[[], object]) -> None:
    """Wait until something is so."""
    deadline_s = time.monotonic() + 60
    while not claim():
        assert time.monotonic() < deadline_s
        time.sleep(0.02)


def lock_of(office: Office) -> WriterLock:
    """The right to write to everything."""
    return WriterLock(office.data, also=office.stores.catalogue.one_writer)


def state_of(office: Office) -> SessionState:
    """How the last import stands."""
    with office.stores.catalogue.reading() as rows:
        return rows.sessions.states()[-1][1]


def test_one_machine_writes_at_a_time(office: Office, elsewhere: Office) -> None:
    """Who writes is named; when it ends another one may."""
    with lock_of(office):
        told = f"{socket.gethostname()[:40]} {os.getpid()}"
        with pytest.raises(LibraryLocked, match=told), lock_of(elsewhere):
            pass
    with lock_of(elsewhere):
        pass


def test_the_right_of_a_killed_process_is_free(elsewhere: Office, url: str) -> None:
    """No lock outlives its process, however that ended."""
    program = (
        "import sys, time\n"
        "from audio_ident.stores.sql.unit_of_work import Catalogue\n"
        "with Catalogue(sys.argv[1]).one_writer():\n"
        "    print('holding', flush=True)\n"
        "    time.sleep(60)\n"
    )
    holder = subprocess.Popen([sys.executable, "-c", program, url], stdout=subprocess.PIPE)
    assert holder.stdout is not None
    with holder:
        holder.stdout.readline()
        with pytest.raises(LibraryLocked), lock_of(elsewhere):
            pass
        holder.send_signal(signal.SIGKILL)

    def is_free() -> bool:
        with contextlib.suppress(LibraryLocked), lock_of(elsewhere):
            return True
        return False

    eventually(is_free)


def test_a_second_machine_waits_for_its_turn(
    office: Office, elsewhere: Office, music: Path
) -> None:
    """Both want to import: one after the other, and neither runs what the other waits for."""
    first = office.queue.enqueue([music], parameters=PLAIN, is_awaited=True)
    second = elsewhere.queue.enqueue([music], parameters=PLAIN, is_awaited=True)
    waited: list[str] = []
    later = threading.Thread(
        target=elsewhere.queue.run, args=(second,), kwargs={"on_waiting": waited.append}
    )
    later.start()
    eventually(lambda: waited)
    summary = office.queue.run(first)
    later.join(60)

    assert (summary.state, summary.imported) == (SessionState.COMPLETED, FILES)
    assert [session.state for session in office.book.all()] == [SessionState.COMPLETED] * 2


def test_a_process_that_waited_and_died_is_not_waited_for(
    office: Office, elsewhere: Office, music: Path
) -> None:
    """What a dead machine had queued is for whoever comes next; while it lives it is left to it."""
    elsewhere.queue.enqueue([music], parameters=PLAIN, is_awaited=True)
    while_alive = list(office.queue.run_queued())
    elsewhere.close()
    afterwards = list(office.queue.run_queued())

    assert while_alive == []
    assert [session.state for session in afterwards] == [SessionState.COMPLETED]


def test_who_lost_the_right_to_write_stops(
    office: Office, music: Path, postgresql: PostgresqlServer, url: str
) -> None:
    """The connection with the lock is cut: the import ends, and what it began the next one ends."""
    name = url.partition("@/")[2].partition("?")[0]

    def cut() -> None:
        eventually(lambda: len(office.analyser.heard()) >= 3)
        with postgresql.connect() as connection:
            connection.execute(
                "SELECT pg_terminate_backend(l.pid) FROM pg_locks l JOIN pg_database d"
                " ON d.oid = l.database WHERE d.datname = %s AND l.locktype = 'advisory'"
                " AND l.classid = %s",
                (name, 0x4149_0002),
            )

    other = threading.Thread(target=cut)
    other.start()
    session = office.queue.enqueue([music], parameters=PLAIN)
    with pytest.raises(DatabaseUnreachable, match="right to write was lost"):
        office.queue.run(session)
    other.join()
    begun = office.book.get(session).state
    summary = office.queue.run(office.queue.enqueue([music], parameters=PLAIN))

    assert begun == SessionState.INTERRUPTED
    assert summary.state == SessionState.COMPLETED
    assert summary.imported + summary.unchanged == FILES
    assert check(office.stores, reads_artefacts=True) == []


def test_a_server_that_comes_back_is_used_again(postgresql: PostgresqlServer, url: str) -> None:
    """While it is gone that is said, with a remedy; afterwards nobody has to start anything."""
    catalogue = Catalogue(url)
    with catalogue.reading() as rows:
        assert rows.roots.all() == []
    postgresql.kill()
    try:
        with pytest.raises(DatabaseUnreachable, match="no connection"), catalogue.reading() as rows:
            rows.roots.all()
    finally:
        postgresql.start()
    with catalogue.reading() as rows:
        assert rows.roots.all() == []
    catalogue.close()


def cli(data: Path, url: str, *arguments: str | Path) -> Ending:
    """Run audio-ident over a library whose rows are in PostgreSQL."""
    return run(data, *arguments, AUDIO_IDENT_DATABASE_URL=url)


def test_a_server_that_is_killed_under_an_import_costs_nothing(
    postgresql: PostgresqlServer, url: str, tmp_path: Path, music: Path
) -> None:
    """The import says what happened; after the server's recovery the next one does the rest."""
    office = Office(tmp_path / "data", tmp_path / "log", pause_s=0.2, url=url)

    def kill() -> None:
        eventually(lambda: len(office.analyser.heard()) >= 4)
        postgresql.kill()

    other = threading.Thread(target=kill)
    other.start()
    session = office.queue.enqueue([music], parameters=PLAIN)
    try:
        with pytest.raises(DatabaseUnreachable):
            office.queue.run(session)
    finally:
        other.join()
        postgresql.start()
    left = office.book.get(session).state
    summary = office.queue.run(office.queue.enqueue([music], parameters=PLAIN))

    assert left == SessionState.INTERRUPTED
    assert summary.state == SessionState.COMPLETED
    assert summary.imported + summary.unchanged == FILES
    assert check(office.stores, reads_artefacts=True) == []
    office.close()


def test_a_database_belongs_to_one_data_directory(url: str, tmp_path: Path) -> None:
    """A second data directory is refused; so is an empty database beside rows in SQLite."""
    first = cli(tmp_path / "one", url, "tracks", "--json")
    second = cli(tmp_path / "two", url, "tracks", "--json")
    again = cli(tmp_path / "one", url, "tracks", "--json")

    assert (first.code, again.code) == (0, 0)
    assert second.document["error"]["code"] == "LIBRARY_MISMATCH"


def test_an_empty_database_does_not_hide_rows_in_sqlite(url: str, tmp_path: Path) -> None:
    """Setting an address alone moves nothing, so the library would seem to be empty."""
    assert run(tmp_path / "data", "tracks", AUDIO_IDENT_DATABASE_URL="").code == 0
    ending = cli(tmp_path / "data", url, "tracks", "--json")

    assert ending.document["error"]["code"] == "LIBRARY_MISMATCH"
    assert "migrate-store" in ending.document["error"]["remedy"]


def test_the_doctor_looks_at_the_server(url: str, tmp_path: Path) -> None:
    """It tells version and size, and says so when there is no server."""
    settings = [
        Settings(data_dir=tmp_path / "data", database_url=SecretStr(address))
        for address in (url, "postgresql://me@127.0.0.1:1/x")
    ]
    with open_application(settings[0]):
        pass
    well, ill = (
        next(found for found in diagnose(each) if found.part == "catalogue") for each in settings
    )

    assert well.health is Health.OK
    assert well.fact.startswith("PostgreSQL ")
    assert (ill.health, ill.remedy) == (Health.FAILED, DatabaseUnreachable.remedy)


ADDRESSES = (
    "postgresql://me:s3cr3t@127.0.0.1:1/music",
    "postgresql+asyncpg://me:s3cr3t@127.0.0.1:1/music?ssl=disable",
    "postgresql://me:s3cr3t@[/music",
    "postgresql://me:s3cr3t@host:port/music",
    "postgresql://me:a/s3cr3t@127.0.0.1:1/music",
    "postgresql://127.0.0.1:1/music?user=me&password=s3cr3t&nonsense=1",
    "mysql://me:s3cr3t@127.0.0.1:1/music",
    "s3cr3t",
)


def everything_said(data: Path, address: str) -> Iterator[str]:
    """What settings, opening, doctor and moving say of an address, down to their tracebacks."""
    try:
        loaded = load_settings({"data_dir": data, "database_url": address})
        yield json.dumps(settings_documents(loaded))
        yield repr(loaded)
        yield from (repr(found) for found in diagnose(loaded.settings))
        with open_application(loaded.settings):
            yield "opened"
    except AudioIdentError as error:
        yield "".join(traceback.format_exception(error))
    with open_application(Settings(data_dir=data)) as application:
        try:
            application.move_catalogue(address, lambda *_: None)
        except AudioIdentError as error:
            yield "".join(traceback.format_exception(error))


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_password_is_never_shown(tmp_path: Path, address: str) -> None:
    """Whatever is wrong with an address, nothing that is said of it lets somebody in."""
    said = "".join(everything_said(tmp_path / "data", address))

    assert "opened" not in said
    assert "audio_ident.errors." in said
    assert "s3cr3t" not in said


def test_a_password_is_not_printed(tmp_path: Path) -> None:
    """A command whose server is not there prints the remedy, and not the address."""
    ending = cli(tmp_path / "data", ADDRESSES[0], "--log-level", "debug", "tracks", "--json")

    assert ending.document["error"]["code"] == "DATABASE_UNREACHABLE"
    assert "s3cr3t" not in ending.stdout + ending.stderr
