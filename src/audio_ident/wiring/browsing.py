"""Makes the use cases with which people browse and put their library in order."""

import dataclasses
import functools
from collections.abc import Callable

from audio_ident.core.keeper import Criterion
from audio_ident.library.bandwidth import find_bandwidth_hz
from audio_ident.library.browse import Browser
from audio_ident.library.duplicates import Duplicates, KeeperRules
from audio_ident.library.edits import TrackEditor
from audio_ident.library.hiding import TrackHider
from audio_ident.library.places import LibraryPlaces
from audio_ident.library.root_paths import split_path
from audio_ident.library.session_book import SessionBook
from audio_ident.library.track_sheet import get_track_sheet
from audio_ident.model.library import TrackId
from audio_ident.model.track_sheet import TrackSheet
from audio_ident.settings.model import Settings
from audio_ident.stores.artefacts.artefacts_files import FileArtefactStore
from audio_ident.stores.sql.unit_of_work import Catalogue
from audio_ident.wiring.parts import CLOCK


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Browsing:
    """The library as people see it and put it in order."""

    browser: Browser
    editor: TrackEditor
    hider: TrackHider
    duplicates: Duplicates
    book: SessionBook
    artefacts: FileArtefactStore
    catalogue: Catalogue

    def splitter(self) -> Callable[[str], tuple[int, str]]:
        """Tells the root of a path, by id, and the path below it."""
        with self.catalogue.reading() as rows:
            roots = rows.roots.all()
        return functools.partial(split_path, roots=roots)

    def sheet(self, track_id: TrackId) -> TrackSheet:
        """Everything that is known of one track; raises `NotFound`."""
        return get_track_sheet(self.catalogue, self.artefacts, self.duplicates, track_id)


def make_duplicates(
    settings: Settings, catalogue: Catalogue, artefacts: FileArtefactStore
) -> Duplicates:
    """Duplicates of a library, with the keeper chosen as the settings say."""
    rules = KeeperRules(
        order=tuple(Criterion(name) for name in settings.keeper_order),
        preferred_folders=tuple(str(folder) for folder in settings.preferred_folders),
    )
    bandwidth_of = functools.partial(find_bandwidth_hz, artefacts)
    return Duplicates(catalogue, rules, bandwidth_of, CLOCK.now)


def _leave_to_importers(action: Callable[[], None]) -> None:
    del action  # the process that browses notes nothing about imports


def make_browsing(settings: Settings, places: LibraryPlaces, catalogue: Catalogue) -> Browsing:
    """The use cases over one library."""
    artefacts = FileArtefactStore(places.analyses)
    return Browsing(
        browser=Browser(catalogue),
        editor=TrackEditor(catalogue, CLOCK.now),
        hider=TrackHider(catalogue, CLOCK.now),
        duplicates=make_duplicates(settings, catalogue, artefacts),
        book=SessionBook(catalogue, CLOCK.now, _leave_to_importers),
        artefacts=artefacts,
        catalogue=catalogue,
    )
