"""Composition root of the terminal: engines, stores and use cases that the settings ask for.

The modules of this package are the only ones that name implementations.
"""

import functools
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from audio_ident.core.kinship import relations_of
from audio_ident.engines.decoder_pyav import PyavDecoder
from audio_ident.engines.protocols import DecodeLimits
from audio_ident.errors import LibraryLocked
from audio_ident.identify.clip_file import IdentifyTools, identify_file
from audio_ident.identify.selftest.run import SelfTestTools, run_selftest
from audio_ident.ingest.changes import WatchMode
from audio_ident.ingest.places import root_folders
from audio_ident.ingest.queue import SessionQueue
from audio_ident.ingest.rebuild import rebuild
from audio_ident.ingest.relating import relate_all
from audio_ident.ingest.repair import repair
from audio_ident.ingest.schedule import parse_schedule
from audio_ident.ingest.sweep import sweep
from audio_ident.ingest.watch import FolderWatch, WatchPlan
from audio_ident.library.backup import LibraryBackups
from audio_ident.library.check import StoresForReading, check
from audio_ident.library.diagnosis.installation import diagnose_installation
from audio_ident.library.duplicates import Duplicates
from audio_ident.library.edits import TrackEditor
from audio_ident.library.export import TrackExporter
from audio_ident.library.hiding import TrackHider
from audio_ident.library.left_recordings import show_left_recordings
from audio_ident.library.leftovers import find_leftovers, remove_leftovers
from audio_ident.library.map.picture import MapDrawer
from audio_ident.library.places import LibraryPlaces
from audio_ident.library.session_book import SessionBook
from audio_ident.library.track_sheet import get_track_sheet
from audio_ident.library.tracks import all_tracks, find_tracks_at, has_recordings
from audio_ident.model.edits import EditBook, EditValue
from audio_ident.model.landmarks import landmarks_of
from audio_ident.model.library import Track, TrackId
from audio_ident.model.moves import MoveSummary, VectorMoveSummary
from audio_ident.model.reports import (
    CheckFinding,
    Diagnosis,
    IdentifiedClip,
    RebuildSummary,
)
from audio_ident.model.selftest import SelfTestOptions, SelfTestReport
from audio_ident.model.track_sheet import TrackSheet
from audio_ident.settings.model import Settings
from audio_ident.stores.artefacts.artefacts_files import FileArtefactStore
from audio_ident.stores.fingerprints.index_check import find_index_problems
from audio_ident.stores.fingerprints.index_reader import SegmentIndexReader
from audio_ident.stores.fingerprints.index_segments import SegmentIndex
from audio_ident.stores.fingerprints.rebuild import rebuild_index
from audio_ident.stores.lock import living_processes
from audio_ident.stores.pictures.pictures_files import FilePictureStore
from audio_ident.stores.sql.unit_of_work import Catalogue
from audio_ident.wiring.accounts import make_accounts
from audio_ident.wiring.browsing import make_duplicates
from audio_ident.wiring.importing import ImportBench
from audio_ident.wiring.local_vibe import LocalVibe
from audio_ident.wiring.models import make_models
from audio_ident.wiring.moving import move_catalogue
from audio_ident.wiring.moving_vectors import move_vectors
from audio_ident.wiring.parts import (
    CLOCK,
    VERSIONS,
    catalogue_url,
    if_nobody_writes,
    new_id,
    open_catalogue,
    writer_lock,
)
from audio_ident.wiring.vector_use import LibraryVectors, diagnose_vectors


@contextmanager
def open_application(settings: Settings) -> Iterator["LocalApplication"]:
    """Open the library of `data_dir`, making an empty one when there is none."""
    places = LibraryPlaces(data_directory=settings.data_dir)
    with (
        open_catalogue(settings) as catalogue,
        closing(SegmentIndexReader(places.index)) as reader,
    ):
        yield LocalApplication(settings, places, catalogue, reader)


def diagnose(settings: Settings) -> Iterable[Diagnosis]:
    """Look at the installation without opening the library, so that it never fails."""
    places = LibraryPlaces(data_directory=settings.data_dir)
    is_served = bool(settings.database_url.get_secret_value())

    def server() -> Catalogue:
        return Catalogue(catalogue_url(settings, places))

    look_at_vectors = functools.partial(diagnose_vectors, settings)
    return diagnose_installation(
        places, CLOCK.now(), look_at_vectors, server if is_served else None
    )


class LocalApplication:
    """The use cases over a library in a folder, with worker processes on this machine."""

    def __init__(
        self,
        settings: Settings,
        places: LibraryPlaces,
        catalogue: Catalogue,
        reader: SegmentIndexReader,
    ) -> None:
        self._settings = settings
        self._places = places
        self._catalogue = catalogue
        self._reader = reader
        self._artefacts = FileArtefactStore(places.analyses)
        self._pictures = FilePictureStore(places.pictures)
        self._decoder = PyavDecoder(time.monotonic)
        self._limits = DecodeLimits(
            max_bytes=settings.max_file_bytes,
            max_seconds=settings.max_file_seconds,
            timeout_s=settings.decode_timeout_s,
        )
        self.accounts = make_accounts(settings, catalogue)
        self.models = make_models(settings)
        self.exporter = TrackExporter(catalogue)
        self.map_pictures = MapDrawer(catalogue)
        self.backups = LibraryBackups(catalogue, places, CLOCK.now)
        self._lock = writer_lock(settings, catalogue)
        self._bench = ImportBench(settings, places, catalogue)
        self.vectors = LibraryVectors(settings, places, catalogue, self._lock)
        self.queue = SessionQueue(
            catalogue, CLOCK, new_id, self._bench.open, living_processes(catalogue)
        )
        self.vibe = LocalVibe(settings, places, catalogue, self._decoder, self._limits)
        self.watching = FolderWatch(
            WatchPlan(
                mode=WatchMode(settings.watch_mode),
                poll_interval_s=settings.watch_poll_interval_s,
                settle_s=settings.settle_s,
                schedule=parse_schedule(settings.rescan_schedule),
            ),
            CLOCK,
            functools.partial(root_folders, catalogue),
            self.queue.import_now,
        )
        self.sessions = SessionBook(
            catalogue, CLOCK.now, functools.partial(if_nobody_writes, self._lock)
        )

    def identify(self, clip: Path, *, as_tracklist: bool) -> IdentifiedClip:
        """Name a clip or, as a tracklist, every recording in it."""
        show_left_recordings(self._places, self._lock)
        tools = IdentifyTools(
            decoder=self._decoder,
            limits=self._limits,
            index=self._reader,
            has_recordings=functools.partial(has_recordings, self._catalogue),
            tracks_at=functools.partial(find_tracks_at, self._catalogue),
            monotonic_s=time.monotonic,
        )
        return identify_file(clip, tools, as_tracklist=as_tracklist)

    def selftest(
        self, options: SelfTestOptions, on_progress: Callable[[int, int], None]
    ) -> SelfTestReport:
        """Ask the library about clips of its own tracks."""
        tools = SelfTestTools(
            decoder=self._decoder,
            limits=self._limits,
            index=self._reader,
            tracks=self.tracks,
            tracks_at=functools.partial(find_tracks_at, self._catalogue),
            monotonic_s=time.monotonic,
        )
        return run_selftest(options, on_progress, tools=tools)

    def tracks(self) -> Iterable[Track]:
        """Every track of the library."""
        return all_tracks(self._catalogue)

    def track_sheet(self, name: str) -> TrackSheet:
        """Everything that is known of one track."""
        return get_track_sheet(self._catalogue, self._artefacts, self.duplicates, name)

    def track_id(self, name: str) -> TrackId:
        """The track with an id, its beginning, or an absolute path; hidden ones too."""
        with self._catalogue.reading() as rows:
            return rows.sheets.get(name).track.id

    def edit_track(
        self, track_id: TrackId, values: Mapping[str, EditValue | None], edited_by: str
    ) -> EditBook:
        """Say something of fields of a track, which wins over tags and path."""
        return TrackEditor(self._catalogue, CLOCK.now).edit(track_id, values, edited_by)

    def undo_track_edits(self, track_id: TrackId) -> EditBook:
        """Undo the edits that were made last, in one go."""
        return TrackEditor(self._catalogue, CLOCK.now).undo(track_id)

    def hide_track(self, track_id: TrackId, hidden_by: str) -> bool:
        """Take a track out of the library, not its file; says whether it was in."""
        was_shown = TrackHider(self._catalogue, CLOCK.now).hide(track_id, hidden_by)
        self._settle_index()
        return was_shown

    def restore_track(self, track_id: TrackId) -> bool:
        """Bring a hidden track back; says whether it was out."""
        was_hidden = TrackHider(self._catalogue, CLOCK.now).restore(track_id)
        self._settle_index()
        return was_hidden

    def _settle_index(self) -> None:
        """Let the index follow at once, unless somebody writes, who will see to it."""
        with (
            suppress(LibraryLocked),
            self._lock(),
            closing(SegmentIndex(self._places.index)) as index,
        ):
            sweep(self._bench.stores(index))
            index.publish()
            self._bench.follow_with_vectors()

    def check(self, *, reads_artefacts: bool) -> Iterable[CheckFinding]:
        """Every place where catalogue, analyses and index disagree."""
        stores = StoresForReading(
            catalogue=self._catalogue,
            artefacts=self._artefacts,
            index=self._reader,
            pictures=self._pictures,
        )
        found = check(
            stores,
            index_problems=find_index_problems(self._places.index),
            leftovers=find_leftovers(self._places, self._catalogue, time.time()),
            reads_artefacts=reads_artefacts,
        )
        return found + self.vectors.check(is_deep=reads_artefacts)

    def repair(self, *, reads_artefacts: bool, on_progress: Callable[[int, int], None]) -> None:
        """Mend what a check finds."""
        with self._lock():
            if find_index_problems(self._places.index):
                self._rebuild(on_progress=on_progress)
            with closing(SegmentIndex(self._places.index)) as index:
                repair(self._bench.stores(index), reads_artefacts=reads_artefacts)
            remove_leftovers(self._places, self._catalogue, time.time())
            self.vectors.repair(is_deep=reads_artefacts)

    def rebuild(self, *, on_progress: Callable[[int, int], None]) -> RebuildSummary:
        """Make the index again from the stored analyses, and the vectors that they tell."""
        with self._lock():
            summary = self._rebuild(on_progress=on_progress)
            self.vectors.make_again(on_progress)
            return summary

    def move_catalogue(self, to: str, on_progress: Callable[[int, int, str], None]) -> MoveSummary:
        """Copy the catalogue to another database."""
        return move_catalogue(self._catalogue, self._places, to, on_progress)

    def move_vectors(
        self, to: str, on_progress: Callable[[int, int, str], None]
    ) -> VectorMoveSummary:
        """Copy the vectors to another store."""
        return move_vectors(self._settings, self._catalogue, to, on_progress)

    @property
    def duplicates(self) -> Duplicates:
        """Files that hold the same music."""
        return make_duplicates(self._settings, self._catalogue, self._artefacts)

    def _rebuild(self, *, on_progress: Callable[[int, int], None]) -> RebuildSummary:
        summary = rebuild(
            self._catalogue,
            self._artefacts,
            landmarks_of,
            VERSIONS.analysis,
            functools.partial(rebuild_index, self._places.index),
            on_progress,
        )
        snapshot = self._reader.snapshot()
        relate_all(self._catalogue, self._artefacts, snapshot, relations_of, on_progress)
        return summary
