"""Makes what answers about clips: query workers, searches, the spool for uploads."""

import dataclasses
import functools
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from audio_ident.engines.embedders.models import BUILT_IN
from audio_ident.engines.pool import CrashProofExecutor
from audio_ident.engines.pool_call import PoolOptions
from audio_ident.engines.protocols import DecodeLimits
from audio_ident.engines.worker import NICENESS, WorkerLimits
from audio_ident.identify.found_tracks import TrackFinder
from audio_ident.identify.search import ClipSearch, SearchTools
from audio_ident.identify.sought import TrackSpans
from audio_ident.identify.tracklist_jobs import TracklistJobs
from audio_ident.identify.tracklist_runner import RunnerTools, TracklistRunner
from audio_ident.identify.vibe.sentences import Sentences
from audio_ident.identify.vibe.similar import SimilarTracks
from audio_ident.library.places import LibraryPlaces
from audio_ident.library.tracks import find_tracks_at, has_recordings
from audio_ident.settings.model import Settings
from audio_ident.stores.spool import Spool
from audio_ident.stores.sql.unit_of_work import Catalogue
from audio_ident.wiring.models import models_directory
from audio_ident.wiring.parts import CLOCK, new_id
from audio_ident.wiring.query_worker import QueryWorkerPlan
from audio_ident.wiring.vibe import open_lane, open_similar

LEAST_FREE_THREADS = 4
"""Threads of the service that searches leave to all other requests."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Asking:
    """The use cases of asking about recordings."""

    similar: SimilarTracks
    search: ClipSearch
    track_spans: TrackSpans
    tracklists: TracklistJobs
    spool: Spool


@contextmanager
def open_asking(
    settings: Settings, places: LibraryPlaces, catalogue: Catalogue
) -> Iterator[Asking]:
    """Start the workers; they end with the block."""
    with ExitStack() as stack:
        spool = stack.enter_context(closing(Spool(places.spool)))
        finder = TrackFinder(
            catalogue=catalogue, tracks_at=functools.partial(find_tracks_at, catalogue)
        )
        pool = _query_pool(settings, places.index)
        stack.callback(pool.kill)
        sentences = Sentences(
            pool=pool, monotonic_s=CLOCK.monotonic_s, deadline_s=settings.search_deadline_s
        )
        similar = stack.enter_context(open_similar(settings, places, catalogue, sentences.vector))
        search = ClipSearch(
            SearchTools(
                pool=pool,
                finder=finder,
                vibe=stack.enter_context(open_lane(similar, catalogue)),
                has_recordings=functools.partial(has_recordings, catalogue),
                monotonic_s=CLOCK.monotonic_s,
                new_id=new_id,
                deadline_s=settings.search_deadline_s,
                workers=settings.query_workers,
            )
        )
        track_spans = TrackSpans(catalogue=catalogue)
        runner = stack.enter_context(
            closing(_tracklist_runner(settings, places, (catalogue, spool, track_spans), stack))
        )
        tracklists = TracklistJobs(
            catalogue=catalogue,
            uploads=places.jobs,
            track_spans=track_spans,
            finder=finder,
            now=CLOCK.now,
            new_id=new_id,
            wake_runner=runner.wake,
        )
        yield Asking(
            similar=similar,
            search=search,
            track_spans=track_spans,
            tracklists=tracklists,
            spool=spool,
        )


def _tracklist_runner(
    settings: Settings,
    places: LibraryPlaces,
    parts: tuple[Catalogue, Spool, TrackSpans],
    stack: ExitStack,
) -> TracklistRunner:
    catalogue, spool, track_spans = parts
    pool = CrashProofExecutor(
        1,
        task_timeout_s=settings.decode_timeout_s,
        limits=dataclasses.replace(
            _worker_limits(settings), cpu_s_per_task=settings.decode_timeout_s, niceness=NICENESS
        ),
        options=PoolOptions(
            backlog=1,  # the next one comes while the worker of a cancelled one is still ending
            make_tools=QueryWorkerPlan(
                index=places.index,
                limits=decode_limits(settings),
                models=models_directory(settings),
            ),
        ),
    )
    stack.callback(pool.kill)
    return TracklistRunner(
        RunnerTools(
            pool=pool,
            catalogue=catalogue,
            uploads=places.jobs,
            track_spans=track_spans,
            has_recordings=functools.partial(has_recordings, catalogue),
            now=CLOCK.now,
            owner=spool.owner,
            is_held=spool.is_held,
        )
    )


def _query_pool(settings: Settings, index: Path) -> CrashProofExecutor:
    # A search holds a thread of the service while it waits: some have to stay free.
    most_searches = max(1, settings.http_threads - LEAST_FREE_THREADS)
    workers = min(settings.query_workers, most_searches)
    return CrashProofExecutor(
        workers,
        task_timeout_s=settings.search_deadline_s,
        limits=_worker_limits(settings),
        options=PoolOptions(
            backlog=min(settings.query_backlog, most_searches - workers),
            make_tools=QueryWorkerPlan(
                index=index,
                limits=decode_limits(settings),
                models=models_directory(settings),
                model=None if settings.vibe_model == BUILT_IN else settings.vibe_model,
            ),
            is_warm=True,
        ),
    )


def _worker_limits(settings: Settings) -> WorkerLimits:
    return WorkerLimits(
        private_bytes=settings.worker_memory_bytes,
        file_bytes=0,
        cpu_s_per_task=settings.search_deadline_s,
        niceness=0,
    )


def decode_limits(settings: Settings) -> DecodeLimits:
    """How much of a recording may be decoded."""
    return DecodeLimits(
        max_bytes=settings.max_file_bytes,
        max_seconds=settings.max_file_seconds,
        timeout_s=settings.decode_timeout_s,
    )
