"""Everything that is particular to one database; nothing else in the package is.

SQLite keeps a write-ahead log, so that readers and the writer do not wait for each other, checks
foreign keys, and waits for a lock instead of failing. Transactions are begun by us, because the
driver would otherwise leave reads outside them.
"""

import os
import sqlite3
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

BUSY_TIMEOUT_MS = 15_000
"""How long SQLite waits for another process that writes; our transactions take milliseconds."""

_PRAGMAS = (
    f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
)


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


_DISK_FULL = frozenset({"SQLITE_FULL", "SQLITE_IOERR_WRITE", "SQLITE_IOERR_FSYNC"})


FOR_WRITING = {"begins_writing": True}
"""Options of an engine whose transactions write. SQLite then asks for the right to write when a
transaction begins: one that reads first would fail at once, without waiting, if another process
wrote in between."""


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


def make_engine(url: sa.URL | str) -> sa.Engine:
    """Engine for a database address; opens no connection yet."""
    engine = sa.create_engine(url)
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", _prepare_sqlite)
        sa.event.listen(engine, "begin", _begin_sqlite)
    return engine


def is_disk_full(error: BaseException | None) -> bool:
    """Whether the database could not write for want of space."""
    name = getattr(error, "sqlite_errorname", "")
    code = getattr(error, "sqlstate", "")
    return name in _DISK_FULL or code == "53100"


def is_busy(error: BaseException | None) -> bool:
    """Whether another program holds the database."""
    name = getattr(error, "sqlite_errorname", "") or ""
    return name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED"))


def is_read_only(error: BaseException | None) -> bool:
    """Whether the database may not be written."""
    name = getattr(error, "sqlite_errorname", "") or ""
    return name.startswith("SQLITE_READONLY") or getattr(error, "sqlstate", "") == "25006"


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
