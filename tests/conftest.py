"""The PostgreSQL server that tests share, and the database that libraries of tests have."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

import builders.qdrant_live  # noqa: F401 - before any test reads the environment
from builders.databases import (
    SERVER_VARIABLE,
    drop_databases_below,
    is_postgresql,
    make_template,
)
from builders.once import runs_once
from builders.postgresql import PostgresqlServer, find_programs, running_server


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Leave out what need not run with PostgreSQL too, unless it is named."""
    return True if is_postgresql() and runs_once(collection_path) else None


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgresqlServer]:
    """A server with a template of an empty catalogue."""
    programs = find_programs()
    if programs is None:
        told = "no PostgreSQL below /usr/lib/postgresql: `apt-get install postgresql`"
        assert not os.environ.get("CI"), told
        pytest.skip(told)
    with running_server(programs) as server:
        os.environ[SERVER_VARIABLE] = str(server.folder)
        make_template()
        yield server
        del os.environ[SERVER_VARIABLE]


@pytest.fixture(autouse=True, scope="session")
def _server_of_libraries(request: pytest.FixtureRequest) -> None:
    """Start the server first when libraries are to lie in it."""
    if is_postgresql():
        request.getfixturevalue("postgresql")


@pytest.fixture(autouse=True)
def _own_log() -> Iterator[None]:
    """Let no test write to the log that another one set up: its stream may be closed."""
    yield
    structlog.reset_defaults()


@pytest.fixture(autouse=True)
def _no_databases_left(tmp_path: Path) -> Iterator[None]:
    """Remove the databases of a test with it: each takes ten megabytes."""
    yield
    if is_postgresql():
        drop_databases_below(tmp_path)
