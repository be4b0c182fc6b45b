"""Makes what answers about clips: query workers, searches, the spool for uploads."""

import dataclasses
import functools
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from audio_ident.engines.pool import CrashProofExecutor
from audio_ident.engines.pool_call import PoolOptions
from audio_ident.engines.protocols import DecodeLimits
from audio_ident.engines.worker import WorkerLimits
from audio_ident.identify.found_tracks import TrackFinder
from audio_ident.identify.search import ClipSearch, SearchTools
from audio_ident.identify.sought import TrackSpans
from audio_ident.library.places import LibraryPlaces
from audio_ident.library.tracks import find_tracks_at, has_recordings
from audio_ident.settings.model import Settings
from audio_ident.stores.spool import Spool
from audio_ident.stores.sql.unit_of_work import Catalogue
from audio_ident.wiring.parts import CLOCK, new_id
from audio_ident.wiring.query_worker import QueryWorkerPlan

LEAST_FREE_THREADS = 4
"""Threads of the service that searches leave to all other requests."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Asking:
    """The use cases of asking about recordings."""

    search: ClipSearch
    track_spans: TrackSpans
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
        search = ClipSearch(
            SearchTools(
                pool=pool,
                finder=finder,
                has_recordings=functools.partial(has_recordings, catalogue),
                monotonic_s=CLOCK.monotonic_s,
                new_id=new_id,
                deadline_s=settings.search_deadline_s,
                workers=settings.query_workers,
            )
        )
        yield Asking(search=search, track_spans=TrackSpans(catalogue=catalogue), spool=spool)


def _query_pool(settings: Settings, index: Path) -> CrashProofExecutor:
    # A search holds a thread of the service while it waits: some have to stay free.
    most_searches = max(1, settings.http_threads - LEAST_FREE_THREADS)
    workers = min(settings.query_workers, most_searches)
    return CrashProofExecutor(
        workers,
        task_timeout_s=settings.search_deadline_s,
        limits=WorkerLimits(
            private_bytes=settings.worker_memory_bytes,
            file_bytes=0,
            cpu_s_per_task=settings.search_deadline_s,
            niceness=0,
        ),
        options=PoolOptions(
            backlog=min(settings.query_backlog, most_searches - workers),
            make_tools=QueryWorkerPlan(index=index, limits=decode_limits(settings)),
            is_warm=True,
        ),
    )


def decode_limits(settings: Settings) -> DecodeLimits:
    """How much of a recording may be decoded."""
    return DecodeLimits(
        max_bytes=settings.max_file_bytes,
        max_seconds=settings.max_file_seconds,
        timeout_s=settings.decode_timeout_s,
    )
