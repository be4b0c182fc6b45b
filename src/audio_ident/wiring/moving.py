"""Moves the catalogue of a library to another database, as an address names it."""

from contextlib import ExitStack, closing

import pydantic

from audio_ident.errors import BadInput, LibraryMismatch
from audio_ident.library.ownership import get_library_id
from audio_ident.library.places import LibraryPlaces
from audio_ident.library.store_migration import OnProgress, copy_catalogue
from audio_ident.model.moves import MoveSummary
from audio_ident.settings.secrets import database_address, shown
from audio_ident.stores.disk import disk_errors_named, sync_directory
from audio_ident.stores.lock import WriterLock
from audio_ident.stores.sql.dialect import server_url, sqlite_url
from audio_ident.stores.sql.unit_of_work import Catalogue
from audio_ident.wiring.parts import CLOCK, new_id

SQLITE = "sqlite"
"""The address of the catalogue in the data directory."""


def move_catalogue(
    source: Catalogue, places: LibraryPlaces, to: str, on_progress: OnProgress
) -> MoveSummary:
    """Copy a catalogue to the database of an address, and say what to do next.

    Raises
    ------
    BadInput
        The address is none, or the catalogue lies there already.
    LibraryLocked
        Somebody imports; everybody else should have ended as well.
    """
    with WriterLock(places.data_directory, also=source.one_writer):
        if to == SQLITE:
            return _to_file(source, places, on_progress)
        try:
            address = database_address(pydantic.SecretStr(to))
        except ValueError as error:
            raise BadInput(f"--to: {error}, or {SQLITE}") from None
        if not address.get_secret_value():
            raise BadInput("--to: an address is needed")
        target = Catalogue(server_url(address.get_secret_value()))
        copied = _copy(source, target, places, on_progress)
        return _summary(
            *copied, shown(address), "Set AUDIO_IDENT_DATABASE_URL to this address from now on."
        )


def _to_file(source: Catalogue, places: LibraryPlaces, on_progress: OnProgress) -> MoveSummary:
    if not source.is_shared:
        raise BadInput(f"the catalogue already lies in {places.catalogue}")
    if places.catalogue.exists():
        raise LibraryMismatch(f"{places.catalogue} is there from before: move it away first")
    unfinished = places.catalogue.with_name(f"{places.catalogue.name}.moving")
    copied = _copy(source, Catalogue(sqlite_url(unfinished)), places, on_progress)
    with disk_errors_named(unfinished):
        unfinished.rename(places.catalogue)
        sync_directory(places.data_directory)
    return _summary(
        *copied, str(places.catalogue), "Remove AUDIO_IDENT_DATABASE_URL: SQLite is the default."
    )


def _copy(
    source: Catalogue, target: Catalogue, places: LibraryPlaces, on_progress: OnProgress
) -> tuple[dict[str, int], bool]:
    with ExitStack() as stack:
        stack.enter_context(closing(target))
        stack.enter_context(target.one_writer())
        library_id = get_library_id(places, new_id())
        return copy_catalogue(source, target, library_id, CLOCK.now(), on_progress)


def _summary(tables: dict[str, int], is_resumed: bool, address: str, next_step: str) -> MoveSummary:
    return MoveSummary(tables=tables, is_resumed=is_resumed, address=address, next_step=next_step)
