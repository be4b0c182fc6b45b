"""Everything that is particular to one database; nothing else in the package is.

SQLite keeps a write-ahead log, so that readers and the writer do not wait for each other, checks
foreign keys, and waits for a lock instead of failing. Transactions are begun by us, because the
driver would otherwise leave reads outside them.

PostgreSQL is made to behave in the same way: a reading transaction sees one moment, writing
transactions come one after the other, waiting ends after the same time, and text is compared byte
by byte.
"""

import os
import socket
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from audio_ident.errors import BadInput, SettingsInvalid

BUSY_TIMEOUT_MS = 15_000
"""How long we wait for another process that writes; our transactions take milliseconds."""

CONNECTIONS = 10
"""Connections to a server that one process keeps; twice as many more while it is busy."""

_PRAGMAS = (
    f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA case_sensitive_like = ON",  # as in PostgreSQL
)

_SESSION = (
    f"SET lock_timeout = {BUSY_TIMEOUT_MS}",
    "SET statement_timeout = '10min'",
    "SET timezone = 'UTC'",
)
"""What holds for every connection to PostgreSQL; migrations take the time that they need."""


class occurs_in(FunctionElement[bool]):  # noqa: N801 -- used like a function
    """Condition that the second text occurs in the first, letter by letter."""

    type = sa.Boolean()
    inherit_cache = True
    name = "occurs_in"


@compiles(occurs_in)
def _strpos(element: occurs_in, compiler: Any, **options: Any) -> str:  # noqa: ANN401
    return f"strpos({compiler.process(element.clauses, **options)}) > 0"


@compiles(occurs_in, "sqlite")
def _instr(element: occurs_in, compiler: Any, **options: Any) -> str:  # noqa: ANN401
    return f"instr({compiler.process(element.clauses, **options)}) > 0"


_WRITING_IDLE = "SET LOCAL idle_in_transaction_session_timeout = '60s'"
"""A process that hangs, or whose machine is gone, does not keep the others from writing."""

_CONNECT_ARGUMENTS: Mapping[str, Any] = {
    "connect_timeout": 10,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
}
"""For libpq; what the address itself says wins."""

_WRITE_GATE = 0x4149_0001
"""Names the advisory lock that a writing transaction holds; the other half is the schema."""

_TAKE_WRITE_GATE = f"""
    SELECT pg_advisory_xact_lock({_WRITE_GATE}, hashtext(coalesce(current_schema(), '')))
"""

FOR_WRITING = {"begins_writing": True}
"""Options of an engine whose transactions write. They ask for the right to write when they begin,
and wait for it: one that reads first would otherwise fail, or act on what is no longer true, if
another process wrote in between."""


def sqlite_url(path: Path) -> sa.URL:
    """Address of a SQLite database in a file, whatever characters its path has.

    Where the folder cannot be written, the file is opened as one that nobody changes: SQLite
    could not keep beside it what it needs to share it.
    """
    if path.exists() and not os.access(path.parent, os.W_OK):
        log = path.with_name(f"{path.name}-wal")
        has_log = log.exists() and log.stat().st_size > 0
        query = {"mode": "ro", "uri": "true", **({} if has_log else {"immutable": "1"})}
        return sa.URL.create("sqlite", database=path.absolute().as_uri(), query=query)
    return sa.URL.create("sqlite", database=str(path))


def server_url(address: str) -> sa.URL:
    """Address of a database on a server, from text.

    Raises
    ------
    SettingsInvalid
        It is none; the message does not repeat it, because there may be a password in it.
    """
    try:
        return sa.make_url(address)
    except (sa.exc.ArgumentError, ValueError):
        fact = (
            "database_url is no address; characters such as @ and / in a password are written %40"
        )
        raise SettingsInvalid(f"{fact} and %2F") from None


def make_engine(url: sa.URL | str, *, connections: int = CONNECTIONS) -> sa.Engine:
    """Engine for a database address; opens no connection yet.

    Parameters
    ----------
    connections
        How many connections to a server are kept open.
    """
    address = sa.make_url(url)
    if address.get_backend_name() == "postgresql":
        engine = _make_postgresql_engine(address, connections)
    else:
        engine = sa.create_engine(address, hide_parameters=True)
        sa.event.listen(engine, "connect", _prepare_sqlite)
        sa.event.listen(engine, "begin", _begin_sqlite)
    sa.event.listen(engine, "before_cursor_execute", _refuse_unstorable_text)
    return engine


def is_shared(engine: sa.Engine) -> bool:
    """Whether a server holds the database, so that several machines can reach it."""
    return engine.dialect.name == "postgresql"


def for_reading(engine: sa.Engine) -> sa.Engine:
    """The engine with transactions that see one moment and write nothing."""
    if not is_shared(engine):
        return engine
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def for_writing(engine: sa.Engine) -> sa.Engine:
    """The engine with transactions that come one after the other, whoever begins them."""
    if not is_shared(engine):
        return engine.execution_options(**FOR_WRITING)
    return engine.execution_options(isolation_level="READ COMMITTED", **FOR_WRITING)


def description(connection: sa.Connection) -> str:
    """What kind of database it is, in which version, and how large."""
    version = ".".join(map(str, connection.dialect.server_version_info or ()))
    if connection.dialect.name != "postgresql":
        return f"SQLite {version}"
    size_bytes = connection.scalar(sa.text("SELECT pg_database_size(current_database())")) or 0
    return f"PostgreSQL {version}, {size_bytes / 2**20:.1f} MiB"


def settle_tables(connection: sa.Connection) -> None:
    """Let text be sorted and compared by its bytes, whatever language the server speaks."""
    if connection.dialect.name != "postgresql":
        return
    for table, column, kind in connection.execute(sa.text(_TEXTS_OF_OTHER_COLLATIONS)).all():
        quote = connection.dialect.identifier_preparer.quote
        connection.exec_driver_sql(
            f'ALTER TABLE {quote(table)} ALTER COLUMN {quote(column)} TYPE {kind} COLLATE "C"'
        )


def allow_long_statements(connection: sa.Connection) -> None:
    """Let the statements of this transaction take the time that they need."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
        connection.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 0")


def set_sequences(connection: sa.Connection, table: sa.Table) -> None:
    """Let the ids that the database gives go on after those that were copied into a table."""
    column = table.autoincrement_column
    if connection.dialect.name != "postgresql" or column is None:
        return
    highest = connection.scalar(sa.select(sa.func.max(column)))
    sequence = sa.func.pg_get_serial_sequence(table.name, column.name)
    if highest is not None:
        connection.execute(sa.select(sa.func.setval(sequence, highest)))


_TEXTS_OF_OTHER_COLLATIONS = """
    SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod)
    FROM pg_attribute a
    JOIN pg_class c ON c.oid = a.attrelid
    JOIN pg_collation o ON o.oid = a.attcollation
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r'
      AND NOT a.attisdropped AND o.collname <> 'C' AND c.relname <> 'alembic_version'
    ORDER BY 1, 2
"""


def _make_postgresql_engine(url: sa.URL, connections: int) -> sa.Engine:
    name = f"audio-ident {socket.gethostname()[:40]} {os.getpid()}"
    arguments = {"application_name": name, **_CONNECT_ARGUMENTS}
    engine = sa.create_engine(
        url,
        connect_args={name: value for name, value in arguments.items() if name not in url.query},
        hide_parameters=True,
        pool_pre_ping=True,  # a server that was started again is simply connected to again
        pool_recycle=1800,
        pool_size=connections,
        max_overflow=2 * connections,
        pool_timeout=30,
    )
    sa.event.listen(engine, "connect", _prepare_postgresql)
    sa.event.listen(engine, "begin", _begin_postgresql)
    return engine


def _prepare_postgresql(connection: Any, record: object) -> None:  # noqa: ANN401 -- DB-API
    del record
    with connection.cursor() as cursor:
        cursor.execute("; ".join(_SESSION))
    connection.commit()


def _begin_postgresql(connection: sa.Connection) -> None:
    if connection.get_execution_options().get("begins_writing", False):
        connection.exec_driver_sql(_WRITING_IDLE)
        connection.exec_driver_sql(_TAKE_WRITE_GATE)


def _prepare_sqlite(connection: Any, record: object) -> None:  # noqa: ANN401 -- DB-API
    del record
    if isinstance(connection, sqlite3.Connection):
        connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _begin_sqlite(connection: sa.Connection) -> None:
    is_writing = connection.get_execution_options().get("begins_writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writing else "BEGIN")


def _refuse_unstorable_text(
    connection: object,
    cursor: object,
    statement: object,
    parameters: Any,  # noqa: ANN401 -- a row or several, by position or by name
    *rest: object,
) -> None:
    """Refuse what one of the two databases would refuse, or cut, with an error of its own."""
    del connection, cursor, statement, rest
    several = parameters if isinstance(parameters, list) else [parameters]
    for values in several:
        for value in values.values() if isinstance(values, Mapping) else values or ():
            if isinstance(value, str) and not _is_storable(value):
                raise BadInput("a text holds a character that no database keeps")


def _is_storable(text: str) -> bool:
    if "\0" in text:
        return False
    return text.isascii() or not any("\ud800" <= character <= "\udfff" for character in text)
