"""Advisory locks of a PostgreSQL server that live as long as one connection does.

The server takes them back when the process dies or its machine is gone, as the operating system
does with a lock on a file; unlike that one they hold between machines.
"""

import contextlib
import random

import sqlalchemy as sa

from audio_ident.errors import DatabaseUnreachable, LibraryLocked

_WRITER = 0x4149_0002
_PRESENCE = 0x4149_0003
_LARGEST = 2**31 - 1

_SCHEMA = "hashtext(coalesce(current_schema(), ''))"
_HELD = """
    FROM pg_locks l JOIN pg_database d ON d.oid = l.database
    WHERE d.datname = current_database() AND l.locktype = 'advisory' AND l.objsubid = 2
      AND l.granted AND l.classid = :lock
"""
_WRITER_HELD = f"{_HELD} AND l.objid = {_SCHEMA}::bit(32)::bigint"


def _lasting_connection(engine: sa.Engine) -> sa.Connection:
    """A connection of its own that is in no transaction, and closes for good."""
    connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    connection.exec_driver_sql("SET idle_session_timeout = 0")
    connection.detach()
    return connection


class WriterSeat:
    """The right to be the one process that imports into a database; there is one seat."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._connection: sa.Connection | None = None
        self._backend = 0

    def take(self) -> None:
        """Sit down; raises `LibraryLocked` when somebody else sits there."""
        connection = _lasting_connection(self._engine)
        try:
            self._backend = connection.scalar(sa.text("SELECT pg_backend_pid()")) or 0
            query = sa.text(f"SELECT pg_try_advisory_lock(:lock, {_SCHEMA})")
            if not connection.scalar(query, {"lock": _WRITER}):
                raise LibraryLocked(_taken_message(connection))
        except BaseException:
            connection.close()
            raise
        self._connection = connection

    def leave(self) -> None:
        """Let somebody else sit down."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(sa.exc.DBAPIError):  # the seat went with the connection
                connection.close()

    def check(self, connection: sa.Connection) -> None:
        """Raise `DatabaseUnreachable` if the seat was taken and is lost.

        Parameters
        ----------
        connection
            In the transaction that is to write: nobody else can write before it ends.
        """
        if self._connection is None:
            return
        query = sa.text(f"SELECT count(*) {_WRITER_HELD} AND l.pid = :backend")
        if not connection.scalar(query, {"lock": _WRITER, "backend": self._backend}):
            raise DatabaseUnreachable(
                "the connection that holds the right to write was lost, and nothing more is written"
            )


def _taken_message(connection: sa.Connection) -> str:
    holders = f"SELECT l.pid {_WRITER_HELD}"
    query = sa.text(
        f"SELECT application_name FROM pg_stat_activity WHERE pid IN ({holders})"  # noqa: S608
    )
    holder = connection.scalar(query, {"lock": _WRITER})
    return f"the library is being written by {holder or 'another process'}"


class Presence:
    """Shows to all who share a database that this process lives.

    A number stands for it, as the id of a process does among those of one machine.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._connection: sa.Connection | None = None
        self._number = random.SystemRandom().randint(1, _LARGEST)

    def number(self) -> int:
        """The number of this process, which from now on counts as alive."""
        if self._connection is None or not self._answers():
            self._connection = _lasting_connection(self._engine)
            query = sa.text("SELECT pg_advisory_lock(:lock, :number)")
            self._connection.execute(query, {"lock": _PRESENCE, "number": self._number})
        return self._number

    def is_alive(self, number: int) -> bool:
        """Whether the process with a number lives."""
        query = sa.text(f"SELECT count(*) {_HELD} AND l.objid = :number")
        with self._engine.connect() as connection:
            return bool(connection.scalar(query, {"lock": _PRESENCE, "number": number}))

    def close(self) -> None:
        """Count as dead."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(sa.exc.DBAPIError):
                connection.close()

    def _answers(self) -> bool:
        assert self._connection is not None  # noqa: S101 -- for the type checker
        try:
            self._connection.exec_driver_sql("SELECT 1")
        except sa.exc.DBAPIError:
            self.close()
            return False
        return True
