"""Composition root of the service: every use case that the HTTP edge offers, made once."""

import dataclasses
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager

from audio_ident.library.places import LibraryPlaces
from audio_ident.settings.model import Settings
from audio_ident.stores.disk import disk_errors_named, make_directory
from audio_ident.stores.sql.creation import create_catalogue
from audio_ident.stores.sql.unit_of_work import Catalogue
from audio_ident.wiring.media import Media, open_media
from audio_ident.wiring.parts import catalogue_url


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Service:
    """The use cases over one library, shared by all requests; safe to use from any thread."""

    settings: Settings
    catalogue: Catalogue
    media: Media


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
        media = stack.enter_context(open_media(settings, places, catalogue))
        yield Service(settings=settings, catalogue=catalogue, media=media)
