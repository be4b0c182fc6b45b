"""How the parts of the service are looked at: probes for readiness, figures for metrics."""

import functools
import os
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager

from audio_ident.engines.keeper import KeptProcess
from audio_ident.errors import DatabaseProblem, DiskFull, StoreInaccessible, StoreReadOnly
from audio_ident.identify.search import ClipSearch
from audio_ident.library.figures import Figure, single
from audio_ident.library.places import LibraryPlaces
from audio_ident.library.readiness import Condition, Probe, State, failed
from audio_ident.model.segment import Snapshot
from audio_ident.settings.model import Settings
from audio_ident.stores.disk import free_bytes
from audio_ident.stores.fingerprints.index_reader import SegmentIndexReader
from audio_ident.stores.sql.unit_of_work import Catalogue
from audio_ident.wiring.vector_health import VectorSight
from audio_ident.wiring.vectors import open_vector_reader

NOTHING_WRITTEN = "Nothing can be imported or changed; searching and listening go on."


@contextmanager
def index_watch(
    settings: Settings, catalogue: Catalogue
) -> Iterator[tuple[tuple[Probe, ...], tuple[Figure, ...]]]:
    """Probes and figures of the index and the imports of a library."""
    places = LibraryPlaces(data_directory=settings.data_dir)
    with closing(SegmentIndexReader(places.index)) as reader:
        probe = Probe(name="index", look=functools.partial(_look_at_index, reader))
        yield (probe,), (*_index_figures(reader), *_import_figures(catalogue))


@contextmanager
def vectors_watch(settings: Settings, catalogue: Catalogue) -> Iterator[VectorSight]:
    """Looks at what sounds alike is measured with."""
    places = LibraryPlaces(data_directory=settings.data_dir)
    with open_vector_reader(settings, places) as reader:
        yield VectorSight(settings, catalogue, reader)


def look_at_catalogue(catalogue: Catalogue) -> Condition:
    """Whether the rows can be read."""
    if catalogue.is_up_to_date():
        return Condition()
    return failed(DatabaseProblem("the tables are those of another version"))


def workers_probe(search: ClipSearch) -> Probe:
    """Whether there is somebody to listen to clips."""
    return Probe(name="clip_workers", look=functools.partial(_look_at_workers, search))


def _look_at_workers(search: ClipSearch) -> Condition:
    if search.living_workers:
        return Condition()
    return Condition(
        state=State.LOADING,
        reason="No process that listens to clips runs at this moment; they are being started.",
        remedy="If that lasts, look at the log: it tells why they end.",
    )


def importer_probe(importer: KeptProcess | None) -> Probe:
    """Whether imports are run."""
    return Probe(name="importer", look=functools.partial(_look_at_importer, importer))


def _look_at_importer(importer: KeptProcess | None) -> Condition:
    if importer is None:
        return Condition(reason="Imports are left to other processes, as `serves_imports` says.")
    if not importer.is_failing:
        return Condition()
    return Condition(
        state=State.DEGRADED,
        reason="The process that runs imports keeps dying; imports and uploads wait.",
        remedy="Look at the log, then run `audio-ident doctor`.",
    )


def data_directory_probe(settings: Settings) -> Probe:
    """Whether the data directory can be written, and has space."""
    return Probe(name="data_directory", look=functools.partial(_look_at_data_directory, settings))


def _look_at_data_directory(settings: Settings) -> Condition:
    folder = settings.data_dir
    if not os.access(folder, os.R_OK | os.X_OK):
        return failed(StoreInaccessible("it cannot be read"))
    if not os.access(folder, os.W_OK):
        return _degraded(StoreReadOnly)
    if free_bytes(folder) < settings.reserve_bytes:
        return _degraded(DiskFull)
    return Condition()


def _degraded(kind: type[StoreReadOnly] | type[DiskFull]) -> Condition:
    reason = f"{kind.meaning()} {NOTHING_WRITTEN}"
    return Condition(state=State.DEGRADED, reason=reason, remedy=kind.remedy)


def _look_at_index(reader: SegmentIndexReader) -> Condition:
    reader.snapshot()  # raises when it is damaged
    return Condition()


def _index_figures(reader: SegmentIndexReader) -> tuple[Figure, ...]:
    def recordings() -> Mapping[tuple[str, ...], float]:
        return single(sum(int(alive.sum()) for alive in reader.snapshot().alive))

    def size_bytes() -> Mapping[tuple[str, ...], float]:
        return single(_size_bytes(reader.snapshot()))

    return (
        Figure(
            name="index_recordings", meaning="Recordings that can be recognised.", read=recordings
        ),
        Figure(name="index_bytes", meaning="Size of the arrays of the index.", read=size_bytes),
    )


def _size_bytes(snapshot: Snapshot) -> int:
    return sum(array.nbytes for segment in snapshot.segments for array in segment.arrays.values())


def _import_figures(catalogue: Catalogue) -> tuple[Figure, ...]:
    def files() -> Mapping[tuple[str, ...], float]:
        with catalogue.reading() as rows:
            done, failed_ = rows.tallies.imported_files()
        return {("done",): done, ("failed",): failed_}

    def failures() -> Mapping[tuple[str, ...], float]:
        with catalogue.reading() as rows:
            return {(code,): count for code, count in rows.tallies.events_by_code().items()}

    def sessions() -> Mapping[tuple[str, ...], float]:
        with catalogue.reading() as rows:
            return {(state,): count for state, count in rows.tallies.sessions_by_state().items()}

    return (
        Figure(
            name="import_files",
            meaning="Files that all imports have been through.",
            labels=("outcome",),
            read=files,
        ),
        Figure(
            name="import_events",
            meaning="Errors and warnings about files that imports have met.",
            labels=("code",),
            read=failures,
        ),
        Figure(
            name="import_sessions",
            meaning="Imports by state; those that are queued are the length of the queue.",
            labels=("state",),
            read=sessions,
        ),
    )


def search_figures(search: ClipSearch) -> tuple[Figure, ...]:
    """What searches have come to, and how many there are."""

    def by_status() -> Mapping[tuple[str, ...], float]:
        lanes = search.meter.tally().lanes
        return {(mode.value, status.value): count for (mode, status), count in lanes.items()}

    def seconds() -> Mapping[tuple[str, ...], float]:
        lanes = search.meter.tally().lanes_elapsed_s
        return {(mode.value,): elapsed_s for mode, elapsed_s in lanes.items()}

    return (
        Figure(
            name="open_searches",
            meaning="Searches that run or wait for a worker.",
            read=lambda: single(search.open_searches),
        ),
        Figure(
            name="searches",
            meaning="Searches by lane and how the lane ended.",
            labels=("lane", "status"),
            only_grows=True,
            read=by_status,
        ),
        Figure(
            name="search_seconds",
            meaning="Time from the ends of uploads to the answers, all searches together.",
            only_grows=True,
            read=lambda: single(search.meter.tally().elapsed_s),
        ),
        Figure(
            name="search_lane_seconds",
            meaning="Time from the ends of uploads to the ends of each lane, all together.",
            labels=("lane",),
            only_grows=True,
            read=seconds,
        ),
        Figure(
            name="searches_refused",
            meaning="Searches for which there was no room.",
            only_grows=True,
            read=lambda: single(search.meter.tally().refused),
        ),
    )
