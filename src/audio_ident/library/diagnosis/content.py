"""Looks at the library itself: data directory, writer, catalogue, index."""

import os
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TypeAlias

from audio_ident.errors import IndexCorrupt, StoreInaccessible
from audio_ident.library.diagnosis.verdicts import broken, degraded, healthy
from audio_ident.model.reports import Diagnosis
from audio_ident.stores.fingerprints.index_reader import SegmentIndexReader
from audio_ident.stores.lock import find_writer
from audio_ident.stores.sql.dialect import sqlite_url
from audio_ident.stores.sql.unit_of_work import Catalogue

OpenCatalogue: TypeAlias = Callable[[], tuple[Catalogue, str] | None]
"""Opens the catalogue and says in words what it is; None where there is no library yet."""

_NO_LIBRARY = "there is no library yet; the first command makes an empty one"


def data_directory(directory: Path) -> Diagnosis:
    """Whether it can be used."""
    if not directory.exists():
        return healthy(f"{directory}: {_NO_LIBRARY}")
    if not os.access(directory, os.R_OK | os.W_OK | os.X_OK):
        return broken(
            f"{directory} cannot be written by this user",
            effect="nothing can be imported",
            remedy=StoreInaccessible.remedy,
        )
    return healthy(f"{directory}")


def writer(directory: Path) -> Diagnosis:
    """Who writes, if anybody does."""
    process_id = find_writer(directory)
    if process_id is None:
        return healthy("nobody is writing")
    return healthy(f"process {process_id} is writing; other imports wait for it to end")


def local_catalogue(path: Path) -> OpenCatalogue:
    """How the database in a file is opened; None where there is none yet."""

    def open_file() -> tuple[Catalogue, str] | None:
        if not path.exists():
            return None
        return Catalogue(sqlite_url(path)), f"{path.stat().st_size / 2**20:.1f} MiB"

    return open_file


def shared_catalogue(server: Callable[[], Catalogue]) -> OpenCatalogue:
    """How the database on a server is opened."""

    def open_server() -> tuple[Catalogue, str]:
        opened = server()
        return opened, opened.describe()

    return open_server


def service(open_catalogue: OpenCatalogue) -> Diagnosis:
    """Who may use the service, and what waits for it to run."""
    found = open_catalogue()
    if found is None:
        return healthy(_NO_LIBRARY)
    with closing(found[0]) as opened:
        if not opened.is_up_to_date():
            return healthy("cannot be told before the catalogue is up to date")
        with opened.reading() as rows:
            owner, keys = rows.owners.find(), len(rows.api_keys.all())
            waiting = len(rows.uploads.waiting()), len(rows.jobs.open())
    owned = f"owned by {owner.name}" if owner else "nobody owns it; `serve` prints a link"
    uploads, jobs = waiting
    return healthy(f"{owned}; {keys} keys; {uploads} uploads and {jobs} tracklists wait")


def catalogue(open_catalogue: OpenCatalogue) -> Diagnosis:
    """Whether the database can be read and has the form that this version uses."""
    found = open_catalogue()
    if found is None:
        return healthy(_NO_LIBRARY)
    opened, said = found
    with closing(opened):
        return _form(opened, said)


def _form(opened: Catalogue, said: str) -> Diagnosis:
    if opened.is_up_to_date():
        return healthy(f"{said}, up to date")
    return degraded(
        f"{said}, made by another version",
        effect="a newer audio-ident's library cannot be opened",
        remedy="The next command brings it up to date, unless a newer audio-ident made it.",
    )


def index(directory: Path) -> Diagnosis:
    """How large the fingerprint index is, if it can be opened."""
    try:
        with closing(SegmentIndexReader(directory)) as reader:
            snapshot = reader.snapshot()
    except IndexCorrupt as error:
        return broken(error.fact, effect="no clip can be identified", remedy=error.remedy)
    recordings = sum(int(alive.sum()) for alive in snapshot.alive)
    size_bytes = sum(path.stat().st_size for path in directory.glob("*") if path.is_file())
    return healthy(
        f"{recordings} recordings, {len(snapshot.segments)} segments, {size_bytes / 2**20:.1f} MiB"
    )
