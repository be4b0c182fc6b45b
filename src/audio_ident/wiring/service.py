"""Composition root of the service: every use case that the HTTP edge offers, made once."""

import dataclasses
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager

from audio_ident.engines.keeper import KeptProcess
from audio_ident.ingest.desk import ImportDesk
from audio_ident.ingest.music_folders import MusicFolders
from audio_ident.ingest.receiving import UploadDesk
from audio_ident.library.events import EventBook
from audio_ident.library.imports import Imports
from audio_ident.library.places import LibraryPlaces
from audio_ident.settings.model import Settings
from audio_ident.stores.disk import disk_errors_named, make_directory
from audio_ident.stores.sql.creation import create_catalogue
from audio_ident.stores.sql.unit_of_work import Catalogue
from audio_ident.wiring.importing import (
    keeping_importer,
    make_import_desk,
    make_music_folders,
    make_upload_desk,
)
from audio_ident.wiring.parts import CLOCK, catalogue_url


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Service:
    """The use cases over one library, shared by all requests; safe to use from any thread."""

    settings: Settings
    catalogue: Catalogue
    events: EventBook
    imports: Imports
    import_desk: ImportDesk
    music_folders: MusicFolders
    upload_desk: UploadDesk
    importer: KeptProcess | None
    """The process that runs imports; None where that is left to others."""


@contextmanager
def open_service(settings: Settings) -> Iterator[Service]:
    """Open the library of the settings for requests; writes to the index are left to importers."""
    places = LibraryPlaces(data_directory=settings.data_dir)
    with ExitStack() as stack:
        with disk_errors_named(settings.data_dir):
            make_directory(settings.data_dir)
        if not settings.database_url.get_secret_value():
            create_catalogue(places.catalogue)
        catalogue = stack.enter_context(closing(Catalogue(catalogue_url(settings, places))))
        catalogue.migrate()
        folders = make_music_folders(settings, catalogue)
        yield Service(
            settings=settings,
            catalogue=catalogue,
            events=EventBook(catalogue),
            imports=Imports(catalogue, CLOCK.now),
            import_desk=make_import_desk(settings, catalogue, folders),
            music_folders=folders,
            upload_desk=make_upload_desk(settings, catalogue),
            importer=stack.enter_context(keeping_importer(settings)),
        )
