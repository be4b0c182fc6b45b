"""Keeps a pool busy with a bounded number of jobs, so that memory does not grow with the list."""

import dataclasses
import datetime
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from typing import Generic, TypeVar

from audio_ident.ingest.job import Job
from audio_ident.ingest.tools import Clock

_T = TypeVar("_T")

_TICK_S = 0.2
"""How soon a wish to stop is noticed and progress is shown while one long file is worked on."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Finished(Generic[_T]):
    """A job that has come back from the pool."""

    job: Job
    outcome: Future[_T]
    handed_at: datetime.datetime


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Flow:
    """How jobs go through a pool."""

    pool: Executor
    clock: Clock
    files_at_once: int
    should_stop: Callable[[], bool]
    """When it says yes, what is in a worker is finished and nothing new is begun."""
    on_tick: Callable[[list[str]], None]
    """Told now and then which files are in the workers."""


def run_jobs(flow: Flow, work: Callable[[Job], _T], jobs: deque[Job]) -> Iterator[Finished[_T]]:
    """Every job as it comes back; the taker may append to `jobs` meanwhile."""
    active: dict[Future[_T], tuple[Job, datetime.datetime]] = {}
    try:
        while True:
            if flow.should_stop():
                jobs.clear()
                active = {future: job for future, job in active.items() if not future.cancel()}
            while jobs and len(active) < flow.files_at_once:
                job = jobs.popleft()
                active[flow.pool.submit(work, job)] = (job, flow.clock.now())
            if not active:
                return
            done, _ = wait(active, timeout=_TICK_S, return_when=FIRST_COMPLETED)
            flow.on_tick([job.path.name for f, (job, _) in active.items() if f.running()])
            for future in sorted(done, key=list(active).index):
                job, handed_at = active.pop(future)
                yield Finished(job=job, outcome=future, handed_at=handed_at)
    finally:
        for future in active:
            future.cancel()
