"""Composition root of the terminal: engines, stores and use cases that the settings ask for.

The modules of this package are the only ones that name implementations.
"""

import functools
import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path

from audio_ident.core.keeper import Criterion
from audio_ident.core.kinship import relations_of
from audio_ident.core.listeners.registry import LISTENERS
from audio_ident.engines.decoder_pyav import PyavDecoder
from audio_ident.engines.pool import CrashProofExecutor
from audio_ident.engines.protocols import DecodeLimits
from audio_ident.engines.tags_mutagen import MutagenTagReader
from audio_ident.engines.worker import WorkerLimits
from audio_ident.errors import StoreProblem
from audio_ident.identify.clip_file import IdentifyTools, identify_file
from audio_ident.identify.selftest.run import SelfTestTools, run_selftest
from audio_ident.ingest.analyse import analyse, digest_packets
from audio_ident.ingest.changes import WatchMode
from audio_ident.ingest.describe import FileDescriber
from audio_ident.ingest.places import root_folders
from audio_ident.ingest.queue import SessionQueue
from audio_ident.ingest.rebuild import rebuild
from audio_ident.ingest.relating import relate_all
from audio_ident.ingest.repair import repair
from audio_ident.ingest.schedule import parse_schedule
from audio_ident.ingest.tools import (
    ImportOptions,
    ImportTools,
    Stores,
)
from audio_ident.ingest.watch import FolderWatch, WatchPlan
from audio_ident.library.backup import LibraryBackups
from audio_ident.library.bandwidth import find_bandwidth_hz
from audio_ident.library.check import StoresForReading, check
from audio_ident.library.diagnosis.installation import diagnose_installation
from audio_ident.library.duplicates import Duplicates, KeeperRules
from audio_ident.library.export import TrackExporter
from audio_ident.library.left_recordings import show_left_recordings
from audio_ident.library.leftovers import find_leftovers, remove_leftovers
from audio_ident.library.places import LibraryPlaces
from audio_ident.library.session_book import SessionBook
from audio_ident.library.track_sheet import get_track_sheet
from audio_ident.library.tracks import all_tracks, find_tracks_at, has_recordings
from audio_ident.model.landmarks import landmarks_of
from audio_ident.model.library import Track
from audio_ident.model.parameters import ImportParameters
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
from audio_ident.stores.disk import disk_errors_named, free_bytes, make_directory
from audio_ident.stores.fingerprints.index_check import find_index_problems
from audio_ident.stores.fingerprints.index_reader import SegmentIndexReader
from audio_ident.stores.fingerprints.index_segments import SegmentIndex
from audio_ident.stores.fingerprints.rebuild import rebuild_index
from audio_ident.stores.lock import WriterLock, is_alive
from audio_ident.stores.pictures.pictures_files import FilePictureStore
from audio_ident.stores.sql.creation import create_catalogue
from audio_ident.stores.sql.unit_of_work import Catalogue
from audio_ident.wiring.parts import CLOCK, VERSIONS, catalogue_url, new_id

FILES_PER_WORKER = 3
"""Files handed to the pool for each worker: none waits for the writer, and few wait in memory."""

LARGEST_PICTURE_BYTES = 64 << 20
"""Workers of an import write nothing but thumbnails, which are far smaller."""

TIMEOUT_MARGIN_S = 30.0
"""The decoder gives up first, in order; then the pool ends a worker that ignores the clock."""


@contextmanager
def open_application(settings: Settings) -> Iterator["LocalApplication"]:
    """Open the library of `data_dir`, making an empty one when there is none."""
    places = LibraryPlaces(data_directory=settings.data_dir)
    with disk_errors_named(settings.data_dir):
        make_directory(settings.data_dir)
    if not settings.database_url.get_secret_value():
        create_catalogue(places.catalogue)
    catalogue = Catalogue(catalogue_url(settings, places))
    with closing(catalogue), closing(SegmentIndexReader(places.index)) as reader:
        catalogue.migrate()
        yield LocalApplication(settings, places, catalogue, reader)


def diagnose(settings: Settings) -> Iterable[Diagnosis]:
    """Look at the installation without opening the library, so that it never fails."""
    return diagnose_installation(LibraryPlaces(data_directory=settings.data_dir), CLOCK.now())


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
        self.exporter = TrackExporter(catalogue)
        self.backups = LibraryBackups(catalogue, places, CLOCK.now)
        self.queue = SessionQueue(
            catalogue, CLOCK, new_id, self._import_tools, (os.getpid(), is_alive)
        )
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
        self.sessions = SessionBook(catalogue, CLOCK.now, self._if_nobody_writes)

    def identify(self, clip: Path, *, as_tracklist: bool) -> IdentifiedClip:
        """Name a clip or, as a tracklist, every recording in it."""
        show_left_recordings(self._places)
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

    def check(self, *, reads_artefacts: bool) -> Iterable[CheckFinding]:
        """Every place where catalogue, analyses and index disagree."""
        stores = StoresForReading(
            catalogue=self._catalogue,
            artefacts=self._artefacts,
            index=self._reader,
            pictures=self._pictures,
        )
        return check(
            stores,
            index_problems=find_index_problems(self._places.index),
            leftovers=find_leftovers(self._places),
            reads_artefacts=reads_artefacts,
        )

    def repair(self, *, reads_artefacts: bool, on_progress: Callable[[int, int], None]) -> None:
        """Mend what a check finds."""
        with WriterLock(self._places.data_directory):
            if find_index_problems(self._places.index):
                self._rebuild(on_progress=on_progress)
            with closing(SegmentIndex(self._places.index)) as index:
                repair(self._stores(index), reads_artefacts=reads_artefacts)
            remove_leftovers(self._places)

    def rebuild(self, *, on_progress: Callable[[int, int], None]) -> RebuildSummary:
        """Make the index again from the stored analyses."""
        with WriterLock(self._places.data_directory):
            return self._rebuild(on_progress=on_progress)

    @property
    def duplicates(self) -> Duplicates:
        """Files that hold the same music."""
        rules = KeeperRules(
            order=tuple(Criterion(name) for name in self._settings.keeper_order),
            preferred_folders=tuple(str(folder) for folder in self._settings.preferred_folders),
        )
        bandwidth_of = functools.partial(find_bandwidth_hz, self._artefacts)
        return Duplicates(self._catalogue, rules, bandwidth_of, CLOCK.now)

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

    def _if_nobody_writes(self, action: Callable[[], None]) -> None:
        # a folder that cannot be written has no writer, and nothing to be noted either
        with suppress(StoreProblem), WriterLock(self._places.data_directory):
            action()

    @contextmanager
    def _import_tools(
        self, parameters: ImportParameters
    ) -> Iterator[tuple[ImportTools, ImportOptions]]:
        workers = parameters.workers or self._settings.workers
        with ExitStack() as stack:
            stack.enter_context(WriterLock(self._places.data_directory))
            index = stack.enter_context(closing(SegmentIndex(self._places.index)))
            pool = CrashProofExecutor(
                workers,
                task_timeout_s=self._settings.decode_timeout_s + TIMEOUT_MARGIN_S,
                limits=WorkerLimits(
                    address_space_bytes=self._settings.worker_memory_bytes,
                    file_bytes=LARGEST_PICTURE_BYTES,
                    cpu_s_per_task=self._settings.decode_timeout_s,
                ),
            )
            stack.callback(pool.kill)
            tools = ImportTools(
                stores=self._stores(index),
                pool=pool,
                analyse=functools.partial(
                    analyse, decoder=self._decoder, listeners=LISTENERS, limits=self._limits
                ),
                digest_of=functools.partial(
                    digest_packets, reader=self._decoder, limits=self._limits
                ),
                tag_reader=FileDescriber(MutagenTagReader(), self._pictures),
                new_id=new_id,
                end_calls=pool.end_calls,
                free_bytes=functools.partial(free_bytes, self._places.data_directory),
            )
            yield tools, self._options(parameters, workers)

    def _options(self, parameters: ImportParameters, workers: int) -> ImportOptions:
        return ImportOptions(
            files_at_once=FILES_PER_WORKER * workers,
            max_attempts=parameters.max_attempts,
            retry_failed=parameters.retry_failed,
            thorough=parameters.thorough,
            accept_missing=parameters.accept_missing,
            most_vanished_share=self._settings.most_vanished_percent / 100,
            settle_s=self._settings.settle_s,
            scan_depth=self._settings.scan_depth,
            reserve_bytes=self._settings.reserve_bytes,
        )

    def _stores(self, index: SegmentIndex) -> Stores:
        return Stores(
            catalogue=self._catalogue,
            artefacts=self._artefacts,
            index=index,
            pictures=self._pictures,
            landmarks_of=landmarks_of,
            versions=VERSIONS,
            clock=CLOCK,
            relate=relations_of,
        )
