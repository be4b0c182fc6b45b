"""A PostgreSQL server of the tests' own: on a temporary folder, behind a socket, gone at the end.

Debian's programs are taken. Nothing that it holds need survive, so nothing is synchronised.
"""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
from psycopg import sql

_PROGRAMS = Path("/usr/lib/postgresql")
_USER = "audio_ident"
_OPTIONS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "300",
    "shared_buffers": "32MB",
}


def find_programs() -> Path | None:
    """The folder of the newest PostgreSQL of this machine, None when there is none."""
    found = sorted(_PROGRAMS.glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    return found[-1].parent if found else None


class PostgresqlServer:
    """A server that can be asked for databases, killed and started again."""

    def __init__(self, folder: Path, programs: Path) -> None:
        self.folder = folder
        self._programs = programs
        # the server refuses to be run by root
        self._account = {"user": "nobody", "group": "nogroup"} if os.geteuid() == 0 else {}

    def make(self) -> None:
        """Make an empty cluster."""
        if self._account:
            account = pwd.getpwnam("nobody")
            os.chown(self.folder, account.pw_uid, account.pw_gid)
        self._run(
            *("initdb", "--no-sync", "--auth=trust", f"--username={_USER}"),
            *("--encoding=UTF8", "--locale=C.UTF-8", f"--pgdata={self._cluster}"),
        )

    def start(self) -> None:
        """Start, also after a kill."""
        options = " ".join(f"-c {name}={value or chr(39) * 2}" for name, value in _OPTIONS.items())
        for attempt in range(20):
            try:
                self._run(
                    *("pg_ctl", "start", "--wait", f"--pgdata={self._cluster}", "--silent"),
                    *(f"--log={self.folder / 'log'}", "--options", f"{options} -k {self.folder}"),
                )
            except AssertionError:  # what a kill left may still be dying
                if attempt == 19:
                    raise
                time.sleep(0.2)
            else:
                return

    def kill(self) -> None:
        """Kill it as a machine that loses its power would."""
        process_id = int((self._cluster / "postmaster.pid").read_text().splitlines()[0])
        os.kill(process_id, signal.SIGKILL)
        with contextlib.suppress(ProcessLookupError):
            for _ in range(500):
                os.kill(process_id, 0)
                time.sleep(0.01)

    def stop(self) -> None:
        """Stop at once."""
        self._run("pg_ctl", "stop", "--wait", "--mode=immediate", f"--pgdata={self._cluster}")

    def url(self, database: str) -> str:
        """Address of a database, as a setting has it."""
        return f"postgresql+psycopg://{_USER}@/{database}?host={self.folder}"

    def connect(self, database: str = "postgres") -> "psycopg.Connection[tuple[object, ...]]":
        """A connection past audio-ident; each statement counts at once."""
        address = f"host={self.folder} user={_USER} dbname={database}"
        return psycopg.connect(address, autocommit=True)

    def create(self, database: str, template: str | None = None, comment: str = "") -> str:
        """Address of a new database, which may be a copy of one that nobody uses."""
        name = sql.Identifier(database)
        with self.connect() as connection:
            copied = sql.SQL(" TEMPLATE {}").format(sql.Identifier(template)) if template else None
            connection.execute(sql.SQL("CREATE DATABASE {}{}").format(name, copied or sql.SQL("")))
            said = sql.SQL("COMMENT ON DATABASE {} IS {}").format(name, sql.Literal(comment))
            connection.execute(said)
        return self.url(database)

    def copy(self, source: str, target: str, comment: str = "") -> None:
        """Make a database that holds what another one holds, whoever uses that."""
        self.create(target, comment=comment)
        dump = self.folder / f"{target}.dump"
        where = ("--host", str(self.folder), "--username", _USER)
        self._run("pg_dump", *where, "--format=custom", f"--file={dump}", source)
        self._run("pg_restore", *where, f"--dbname={target}", str(dump))
        dump.unlink()

    def databases(self) -> dict[str, str]:
        """Every database that was made here, with its comment."""
        query = """
            SELECT datname, shobj_description(oid, 'pg_database') FROM pg_database
            WHERE shobj_description(oid, 'pg_database') LIKE '/%'
        """
        with self.connect() as connection:
            return {str(name): str(comment) for name, comment in connection.execute(query)}

    def drop(self, database: str) -> None:
        """Remove a database, and whoever uses it."""
        with self.connect() as connection:
            name = sql.Identifier(database)
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))

    @property
    def _cluster(self) -> Path:
        return self.folder / "cluster"

    def _run(self, program: str, *arguments: str) -> None:
        # the server inherits stdout and stderr: a pipe would stay open as long as it runs
        with (self.folder / "output").open("ab") as output:
            done = subprocess.run(
                [self._programs / program, *arguments],
                cwd=self.folder,
                stdout=output,
                stderr=output,
                check=False,
                **self._account,  # type: ignore[call-overload]
            )
        if done.returncode:
            told = (self.folder / "output").read_text()
            raise AssertionError(f"{program} failed: {told[-2000:]}")


@contextlib.contextmanager
def running_server(programs: Path) -> Iterator[PostgresqlServer]:
    """A server that runs until the block ends."""
    folder = Path(tempfile.mkdtemp(prefix="pg-"))  # short: the name of a socket has 107 bytes
    server = PostgresqlServer(folder, programs)
    try:
        server.make()
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
