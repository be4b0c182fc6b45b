"""Which catalogue on a server goes with which data directory: both hold the id of the library."""

import datetime
import tempfile
from pathlib import Path

from audio_ident.errors import LibraryMismatch
from audio_ident.library.places import LibraryPlaces
from audio_ident.stores.disk import disk_errors_named, sync_directory
from audio_ident.stores.sql.library_row import Owner
from audio_ident.stores.sql.unit_of_work import Catalogue, Rows


def claim_catalogue(
    catalogue: Catalogue, places: LibraryPlaces, now: datetime.datetime, new_id: str
) -> None:
    """Make sure that a catalogue belongs to a data directory; an unclaimed one does from now on.

    Raises
    ------
    LibraryMismatch
        It belongs to another one, is not complete, or the rows lie in SQLite.
    """
    with catalogue.reading() as rows:
        owner = rows.library.owner()
    known = find_library_id(places)
    if owner is None or known is None:
        if owner is None and places.catalogue.exists():
            raise LibraryMismatch(
                f"the database is empty, and the catalogue of this library is {places.catalogue}"
            )
        if owner is not None:
            raise LibraryMismatch("the database belongs to a library in another data directory")
        known = get_library_id(places, new_id)
        with catalogue.writing() as rows:
            owner = _claimed(rows, known, now)
    if owner.library_id != known:
        raise LibraryMismatch("the database and the data directory belong to two libraries")
    if not owner.is_complete:
        raise LibraryMismatch("`audio-ident migrate-store` into the database has not ended")


def find_library_id(places: LibraryPlaces) -> str | None:
    """The id of the library in a data directory, None when it has none yet."""
    try:
        return places.library_id.read_text(encoding="utf-8").strip() or None
    except FileNotFoundError:
        return None


def get_library_id(places: LibraryPlaces, new_id: str) -> str:
    """The id of the library in a data directory, a new one when it has none yet."""
    if found := find_library_id(places):
        return found
    directory = places.data_directory
    with (
        disk_errors_named(directory),
        tempfile.TemporaryDirectory(prefix="new-library-", dir=directory) as folder,
    ):
        unfinished = Path(folder, "id")
        unfinished.write_text(f"{new_id}\n", encoding="utf-8")
        try:
            places.library_id.hardlink_to(unfinished)
        except FileExistsError:  # somebody was quicker
            pass
        except OSError:  # no links on this file system
            unfinished.replace(places.library_id)
        sync_directory(directory)
    return find_library_id(places) or new_id


def _claimed(rows: Rows, library_id: str, now: datetime.datetime) -> Owner:
    owner = rows.library.owner()
    if owner is None:
        owner = Owner(library_id=library_id, is_complete=True)
        rows.library.claim(owner, now)
    return owner
