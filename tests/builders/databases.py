"""Which database the libraries of the tests have: SQLite in the data directory, or PostgreSQL.

`TEST_DATABASE=postgresql` (`make postgresql`) gives every data directory a database of its
own on the tests' server, also in the processes that tests start.
"""

import contextlib
import hashlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from pydantic import SecretStr

from audio_ident.library.places import LibraryPlaces
from audio_ident.stores.sql.dialect import sqlite_url
from audio_ident.stores.sql.unit_of_work import Catalogue
from builders.postgresql import PostgresqlServer, find_programs

KIND_VARIABLE = "TEST_DATABASE"
SERVER_VARIABLE = "TEST_POSTGRESQL"
"""Folder of the server's socket; set by `tests/conftest.py` for this process and its children."""

_TEMPLATE = "template_of_libraries"


def is_postgresql() -> bool:
    """Whether libraries are to lie in PostgreSQL."""
    return os.environ.get(KIND_VARIABLE, "sqlite") == "postgresql"


def server() -> PostgresqlServer:
    """The server that the tests share."""
    programs = find_programs()
    assert programs is not None
    return PostgresqlServer(Path(os.environ[SERVER_VARIABLE]), programs)


def catalogue_url_of(data: Path) -> sa.URL:
    """Address of the catalogue of a data directory; on PostgreSQL it is made if it is new."""
    if not is_postgresql():
        return sqlite_url(LibraryPlaces(data_directory=data).catalogue)
    return sa.make_url(_database_of(data))


def catalogue_setting(data: Path) -> dict[str, Any]:
    """The setting by which the catalogue of a data directory is found."""
    return {"database_url": SecretStr(_database_of(data))} if is_postgresql() else {}


def settings_of(data: Path) -> dict[str, str]:
    """The variables by which a process finds the catalogue of a data directory."""
    return {"AUDIO_IDENT_DATABASE_URL": _database_of(data)} if is_postgresql() else {}


def copy_library(source: Path, target: Path) -> Path:
    """Copy a data directory and its catalogue; the target."""
    shutil.copytree(source, target)
    if is_postgresql():
        server().copy(_name_of(source), _name_of(target), str(target))
    return target


@contextlib.contextmanager
def rows_of(data: Path) -> Iterator[sa.Connection]:
    """A look at the catalogue of a data directory, past audio-ident; changes count at the end."""
    engine = sa.create_engine(catalogue_url_of(data))
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def remove_library(data: Path) -> None:
    """Remove a data directory and its catalogue."""
    shutil.rmtree(data)
    forget_catalogue(data)


def forget_catalogue(data: Path) -> None:
    """Remove the catalogue of a data directory, unless it lies in it."""
    if is_postgresql():
        server().drop(_name_of(data))


sqlite_only = pytest.mark.skipif(is_postgresql(), reason="it is about the file of SQLite")


def drop_databases_below(folder: Path) -> None:
    """Remove the databases of data directories in a folder."""
    for name, data in server().databases().items():
        if Path(data).is_relative_to(folder):
            server().drop(name)


def make_template() -> None:
    """Make the empty catalogue of which new ones are copies."""
    catalogue = Catalogue(server().create(_TEMPLATE))
    catalogue.migrate()
    catalogue.close()


def _name_of(data: Path) -> str:
    return "library_" + hashlib.sha256(os.fsencode(data.absolute())).hexdigest()[:24]


def _database_of(data: Path) -> str:
    name = _name_of(data)
    if name not in server().databases():
        server().create(name, _TEMPLATE, str(data.absolute()))
    return server().url(name)
