"""Composition root of the service: every use case that the HTTP edge offers, made once."""

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager

from audio_ident.ingest.desk import ImportDesk
from audio_ident.ingest.music_folders import MusicFolders
from audio_ident.ingest.receiving import UploadDesk
from audio_ident.library.events import EventBook
from audio_ident.library.figures import Figure
from audio_ident.library.imports import Imports
from audio_ident.library.map.view import LibraryMap
from audio_ident.library.places import LibraryPlaces
from audio_ident.library.readiness import Probe
from audio_ident.model.filling import SpaceCoverage
from audio_ident.settings.model import Settings
from audio_ident.stores.sql.unit_of_work import Catalogue
from audio_ident.wiring.accounts import Accounts, make_accounts
from audio_ident.wiring.asking import Asking, open_asking
from audio_ident.wiring.browsing import Browsing, make_browsing
from audio_ident.wiring.health import (
    importer_probe,
    index_watch,
    search_figures,
    vectors_watch,
    workers_probe,
)
from audio_ident.wiring.importing import (
    keeping_importer,
    make_import_desk,
    make_music_folders,
    make_upload_desk,
)
from audio_ident.wiring.journeys import Journeys, make_journeys
from audio_ident.wiring.media import Media, open_media
from audio_ident.wiring.parts import CLOCK, open_catalogue
from audio_ident.wiring.players import Players, make_players


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Service:
    """The use cases over one library, shared by all requests; safe to use from any thread."""

    settings: Settings
    catalogue: Catalogue
    accounts: Accounts
    asking: Asking
    journeys: Journeys
    browsing: Browsing
    map: LibraryMap
    media: Media
    players: Players
    events: EventBook
    imports: Imports
    import_desk: ImportDesk
    music_folders: MusicFolders
    upload_desk: UploadDesk
    vector_coverage: Callable[[], Sequence[SpaceCoverage]]
    """How much of the library is in which space of vectors; counted now and then."""
    probes: tuple[Probe, ...] = ()
    """How the parts are looked at for `/health/ready`, besides catalogue and data directory."""
    figures: tuple[Figure, ...] = ()
    """What `/metrics` tells besides what it counts itself."""


@contextmanager
def open_service(settings: Settings) -> Iterator[Service]:
    """Open the library of the settings for requests; writes to the index are left to importers."""
    places = LibraryPlaces(data_directory=settings.data_dir)
    with ExitStack() as stack:
        catalogue = stack.enter_context(open_catalogue(settings))
        probes, figures = stack.enter_context(index_watch(settings, catalogue))
        vectors = stack.enter_context(vectors_watch(settings, catalogue))
        folders = make_music_folders(settings, catalogue)
        asking = stack.enter_context(open_asking(settings, places, catalogue))
        journeys = make_journeys(asking.similar, catalogue)
        importer = stack.enter_context(keeping_importer(settings))
        yield Service(
            settings=settings,
            catalogue=catalogue,
            accounts=make_accounts(settings, catalogue),
            asking=asking,
            journeys=journeys,
            browsing=make_browsing(settings, places, catalogue),
            map=LibraryMap(catalogue),
            media=stack.enter_context(open_media(settings, places, catalogue)),
            players=make_players(catalogue, asking.similar, journeys.paths),
            events=EventBook(catalogue),
            imports=Imports(catalogue, CLOCK.now),
            import_desk=make_import_desk(settings, catalogue, folders),
            music_folders=folders,
            upload_desk=make_upload_desk(settings, catalogue),
            vector_coverage=vectors.coverage,
            probes=(
                *probes,
                Probe(name="vectors", look=vectors.look),
                workers_probe(asking.search),
                importer_probe(importer),
            ),
            figures=(*figures, *vectors.figures(), *search_figures(asking.search)),
        )
