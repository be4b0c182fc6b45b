"""Composition root of imports: what the terminal and the importer process import with."""

import functools
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from types import FrameType

from audio_ident.core.kinship import relations_of
from audio_ident.core.listeners.registry import LISTENERS
from audio_ident.engines.decoder_pyav import PyavDecoder
from audio_ident.engines.keeper import KeptProcess, read_order, wait_for_end
from audio_ident.engines.pool import CrashProofExecutor
from audio_ident.engines.protocols import DecodeLimits
from audio_ident.engines.tags_mutagen import MutagenTagReader
from audio_ident.engines.worker import WorkerLimits
from audio_ident.ingest.analyse import analyse, digest_packets
from audio_ident.ingest.describe import FileDescriber
from audio_ident.ingest.desk import ImportDesk
from audio_ident.ingest.filling import Filling
from audio_ident.ingest.filling_along import FillingAlong
from audio_ident.ingest.idle_filling import IdleFilling
from audio_ident.ingest.importer import Importer
from audio_ident.ingest.music_folders import MusicFolders
from audio_ident.ingest.orders import Orders
from audio_ident.ingest.queue import SessionQueue
from audio_ident.ingest.receiving import UploadDesk
from audio_ident.ingest.tools import ImportOptions, ImportTools, Stores
from audio_ident.ingest.uploads import UploadListening, UploadTools
from audio_ident.library.imports import Imports
from audio_ident.library.leftovers import remove_lost_uploads
from audio_ident.library.places import LibraryPlaces
from audio_ident.library.session_book import SessionBook
from audio_ident.logs import configure_logs
from audio_ident.model.landmarks import landmarks_of
from audio_ident.model.parameters import ImportParameters
from audio_ident.settings.model import Settings
from audio_ident.stores.artefacts.artefacts_files import FileArtefactStore
from audio_ident.stores.disk import free_bytes
from audio_ident.stores.fingerprints.index_segments import SegmentIndex
from audio_ident.stores.lock import living_processes
from audio_ident.stores.pictures.pictures_files import FilePictureStore
from audio_ident.stores.sql.unit_of_work import Catalogue
from audio_ident.wiring.parts import (
    CLOCK,
    VERSIONS,
    if_nobody_writes,
    new_id,
    open_catalogue,
    writer_lock,
)
from audio_ident.wiring.vectors import VectorBench, vector_store_name

FILES_PER_WORKER = 3
"""Files handed to the pool for each worker: none waits for the writer, and few wait in memory."""

LARGEST_PICTURE_BYTES = 64 << 20
"""Workers of an import write nothing but thumbnails, which are far smaller."""

TIMEOUT_MARGIN_S = 30.0
"""The decoder gives up first, in order; then the pool ends a worker that ignores the clock."""

LEAVE_S = 1.5
"""How long the importer may take to leave what it does; what is at hand is done again."""

NICENESS = 5
"""Priority of the importer: whoever asks the service waits, and nobody waits for an import. Its
workers are more modest still, by what `WorkerLimits` says."""

PROGRAM = "audio_ident.wiring.importer"


def _stay() -> bool:
    return False


class ImportBench:
    """Everything that imports into one library work with.

    Parameters
    ----------
    must_leave
        Whether this process has to end now.
    """

    def __init__(
        self,
        settings: Settings,
        places: LibraryPlaces,
        catalogue: Catalogue,
        must_leave: Callable[[], bool] = _stay,
    ) -> None:
        self._settings = settings
        self._places = places
        self._catalogue = catalogue
        self._must_leave = must_leave
        self._lock = writer_lock(settings, catalogue)
        self.vectors = VectorBench(settings, places, catalogue)
        self._artefacts = FileArtefactStore(places.analyses)
        self._pictures = FilePictureStore(places.pictures)
        self._decoder = PyavDecoder(time.monotonic)
        self._limits = DecodeLimits(
            max_bytes=settings.max_file_bytes,
            max_seconds=settings.max_file_seconds,
            timeout_s=settings.decode_timeout_s,
        )

    @contextmanager
    def open(self, parameters: ImportParameters) -> Iterator[tuple[ImportTools, ImportOptions]]:
        """Take the writer's lock and make the tools; raises `LibraryLocked`."""
        workers = parameters.workers or self._settings.workers
        with ExitStack() as stack:
            stack.enter_context(self._lock())
            index = stack.enter_context(closing(SegmentIndex(self._places.index)))
            pool, upload_pool = self._pool(workers), self._pool(1)
            stack.callback(upload_pool.kill)
            stack.callback(pool.kill)
            stores = self.stores(index)
            listening = functools.partial(
                analyse, decoder=self._decoder, listeners=LISTENERS, limits=self._limits
            )
            tag_reader = FileDescriber(MutagenTagReader(), self._pictures)
            uploads = UploadListening(
                UploadTools(
                    stores=stores,
                    places=self._places,
                    pool=upload_pool,
                    analyse=listening,
                    tag_reader=tag_reader,
                    new_id=new_id,
                )
            )
            vectors = stack.enter_context(closing(FillingAlong(self.vectors.open_quick, CLOCK)))

            def between_files() -> None:
                uploads.tend()
                vectors.tend()

            tools = ImportTools(
                stores=stores,
                pool=pool,
                analyse=listening,
                digest_of=functools.partial(
                    digest_packets, reader=self._decoder, limits=self._limits
                ),
                tag_reader=tag_reader,
                new_id=new_id,
                end_calls=pool.end_calls,
                free_bytes=functools.partial(free_bytes, self._places.data_directory),
                must_leave=self._must_leave,
                between_files=between_files,
                after_files=vectors.finish,
            )
            yield tools, self._options(parameters, workers)

    def stores(self, index: SegmentIndex) -> Stores:
        """Where results go."""
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

    def follow_with_vectors(self) -> None:
        """Let the vectors follow what rows say; the caller holds the lock."""
        with closing(FillingAlong(self.vectors.open_quick, CLOCK)) as vectors:
            vectors.finish(self._must_leave)

    def idle_filling(self) -> IdleFilling:
        """What fills the vectors while there is nothing else to do."""
        store = vector_store_name(self._settings, self._places)
        return IdleFilling(self._catalogue, store, self._open_idle, CLOCK)

    @contextmanager
    def _open_idle(self) -> Iterator[Filling]:
        with self._lock(), self.vectors.open_all(needs_model=False) as filling:
            yield filling

    def _pool(self, workers: int) -> CrashProofExecutor:
        return CrashProofExecutor(
            workers,
            task_timeout_s=self._settings.decode_timeout_s + TIMEOUT_MARGIN_S,
            limits=WorkerLimits(
                address_space_bytes=self._settings.worker_memory_bytes,
                file_bytes=LARGEST_PICTURE_BYTES,
                cpu_s_per_task=self._settings.decode_timeout_s,
            ),
        )

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


def make_music_folders(settings: Settings, catalogue: Catalogue) -> MusicFolders:
    """The folders that requests may name."""
    folders = MusicFolders(catalogue, settings.music_roots, CLOCK.now)
    folders.make_roots()
    return folders


def make_upload_desk(settings: Settings, catalogue: Catalogue) -> UploadDesk:
    """Where uploads are handed in."""
    places = LibraryPlaces(data_directory=settings.data_dir)
    return UploadDesk(catalogue, places, CLOCK, new_id)


def make_import_desk(settings: Settings, catalogue: Catalogue, folders: MusicFolders) -> ImportDesk:
    """Where requests order imports."""
    care = functools.partial(if_nobody_writes, writer_lock(settings, catalogue))
    return ImportDesk(
        orders=Orders(catalogue, CLOCK, new_id),
        book=SessionBook(catalogue, CLOCK.now, care),
        imports=Imports(catalogue, CLOCK.now),
        folders=folders,
    )


@contextmanager
def keeping_importer(settings: Settings) -> Iterator[KeptProcess | None]:
    """The importer process of a service, unless its settings leave imports to others."""
    if settings.serves_imports == "never":
        yield None
        return
    kept = KeptProcess(PROGRAM, settings)
    kept.start()
    try:
        yield kept
    finally:
        kept.stop(LEAVE_S)


def serve_imports() -> None:
    """Be the importer process, until standard input closes or SIGTERM comes."""
    settings = read_order(sys.stdin.buffer)
    if not isinstance(settings, Settings):
        raise TypeError("the first thing that an importer is told are its settings")
    configure_logs(settings.log_level, settings.log_format)
    os.nice(NICENESS)
    leave = threading.Event()

    def end(signal_number: int, frame: FrameType | None) -> None:
        del signal_number, frame
        leave.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # meant for the service, which ends this process
    threading.Thread(target=_end_with_owner, args=(leave,), daemon=True).start()
    places = LibraryPlaces(data_directory=settings.data_dir)
    with open_catalogue(settings) as catalogue:
        bench = ImportBench(settings, places, catalogue, leave.is_set)
        Importer(
            catalogue=catalogue,
            queue=SessionQueue(catalogue, CLOCK, new_id, bench.open, living_processes(catalogue)),
            book=SessionBook(
                catalogue,
                CLOCK.now,
                functools.partial(if_nobody_writes, writer_lock(settings, catalogue)),
            ),
            open_tools=bench.open,
            clock=CLOCK,
            must_leave=leave.is_set,
            filling=bench.idle_filling(),
            tidy=functools.partial(_tidy, places, catalogue),
        ).run()


def _tidy(places: LibraryPlaces, catalogue: Catalogue) -> None:
    remove_lost_uploads(places, catalogue, time.time())


def _end_with_owner(leave: threading.Event) -> None:
    wait_for_end(sys.stdin.buffer)
    leave.set()
    time.sleep(2 * LEAVE_S)  # whoever is killed leaves no one to end a process that hangs
    os._exit(1)
