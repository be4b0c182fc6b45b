"""What the wirings of terminal, service and importer share."""

import datetime
import functools
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress

import sqlalchemy as sa

from audio_ident.core.layout import LAYOUT
from audio_ident.core.listeners.registry import LISTENERS
from audio_ident.engines.tags_mutagen import MutagenTagReader
from audio_ident.errors import StoreProblem
from audio_ident.ingest.tools import Clock, Versions, analysis_version
from audio_ident.library.ownership import claim_catalogue
from audio_ident.library.places import LibraryPlaces
from audio_ident.model.audio import Feed
from audio_ident.settings.model import Settings
from audio_ident.stores.disk import disk_errors_named, make_directory
from audio_ident.stores.lock import WriterLock
from audio_ident.stores.sql.creation import create_catalogue
from audio_ident.stores.sql.dialect import server_url, sqlite_url
from audio_ident.stores.sql.unit_of_work import Catalogue

CLOCK = Clock(
    now=functools.partial(datetime.datetime.now, datetime.UTC), monotonic_s=time.monotonic
)

VERSIONS = Versions(
    tags=str(MutagenTagReader.version),
    analysis=analysis_version(
        (listener.name, listener.version)
        for listener in LISTENERS
        if listener.hears is not Feed.FILE_BYTES
    ),
    index=str(LAYOUT),
)


def new_id() -> str:
    """A new UUID."""
    return str(uuid.uuid4())


def writer_lock(settings: Settings, catalogue: Catalogue) -> Callable[[], WriterLock]:
    """Makes the lock of a library, to be held while writing."""
    return functools.partial(WriterLock, settings.data_dir, also=catalogue.one_writer)


def if_nobody_writes(lock: Callable[[], WriterLock], action: Callable[[], None]) -> None:
    """Do something while no process works, and nothing otherwise."""
    # a folder that cannot be written has no writer, and nothing to be noted either
    with suppress(StoreProblem), lock():
        action()


def catalogue_url(settings: Settings, places: LibraryPlaces) -> sa.URL:
    """Address of the database that holds the rows of a library."""
    address = settings.database_url.get_secret_value()
    return server_url(address) if address else sqlite_url(places.catalogue)


@contextmanager
def open_catalogue(settings: Settings) -> Iterator[Catalogue]:
    """The catalogue of a library, ready to use; an empty one is made if there is none."""
    places = LibraryPlaces(data_directory=settings.data_dir)
    with disk_errors_named(places.data_directory):
        make_directory(places.data_directory)
    if not settings.database_url.get_secret_value():
        create_catalogue(places.catalogue)
    url = catalogue_url(settings, places)
    with closing(Catalogue(url, connections=settings.database_connections)) as catalogue:
        catalogue.migrate()
        if catalogue.is_shared:
            claim_catalogue(catalogue, places, CLOCK.now(), new_id())
        yield catalogue
