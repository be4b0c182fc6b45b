"""Keeps a pool busy with a bounded number of jobs, so that memory does not grow with the list."""

import dataclasses
import datetime
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from typing import Generic, TypeVar

from audio_ident.errors import Cancelled
from audio_ident.ingest.course import Course
from audio_ident.ingest.job import Job
from audio_ident.ingest.tools import Clock

_T = TypeVar("_T")

_TICK_S = 0.2
"""How soon a wish is noticed and progress is shown while one long file is worked on."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Finished(Generic[_T]):
    """A job that has come back from the pool."""

    job: Job
    outcome: Future[_T]
    handed_at: datetime.datetime


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Running:
    """A job in a worker."""

    job: Job
    since_s: float
    """On the clock that never runs backwards."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Flow:
    """How jobs go through a pool."""

    pool: Executor
    clock: Clock
    files_at_once: int
    course: Callable[[], Course]
    on_tick: Callable[[list[Running]], None]
    """Told now and then what the workers do."""
    end_calls: Callable[[], None]
    """Ends what the workers do, at once."""


@dataclasses.dataclass(slots=True, kw_only=True, eq=False)
class _Handed:
    job: Job
    handed_at: datetime.datetime
    since_s: float | None = None


def run_jobs(flow: Flow, work: Callable[[Job], _T], jobs: deque[Job]) -> Iterator[Finished[_T]]:
    """Every job as it comes back; the taker may append to `jobs` meanwhile.

    Raises
    ------
    Cancelled
        The course is to abandon. What was in the workers is as if it had never been begun.
    """
    active: dict[Future[_T], _Handed] = {}
    try:
        while True:
            course = flow.course()
            _steer(flow, course, jobs, active)
            while course is Course.GO and jobs and len(active) < flow.files_at_once:
                job = jobs.popleft()
                handed = _Handed(job=job, handed_at=flow.clock.now())
                active[flow.pool.submit(work, job)] = handed
            if not active and not jobs:
                return
            done = _wait(flow, active)
            flow.on_tick(list(_running(flow.clock, active)))
            for future in sorted(done, key=list(active).index):
                handed = active.pop(future)
                yield Finished(job=handed.job, outcome=future, handed_at=handed.handed_at)
    finally:
        for future in active:
            future.cancel()


def _steer(flow: Flow, course: Course, jobs: deque[Job], active: dict[Future[_T], _Handed]) -> None:
    if course is Course.GO:
        return
    waiting = [future for future in active if future.cancel()]
    taken_back = [active.pop(future).job for future in waiting]
    if course is Course.HOLD:
        jobs.extendleft(reversed(taken_back))
        return
    jobs.clear()
    if course is Course.ABANDON:
        flow.end_calls()
        raise Cancelled("the session was cancelled")


def _wait(flow: Flow, active: dict[Future[_T], _Handed]) -> set[Future[_T]]:
    if not active:  # held: everything at hand is finished
        flow.clock.sleep_s(_TICK_S)
        return set()
    done, _ = wait(active, timeout=_TICK_S, return_when=FIRST_COMPLETED)
    return done


def _running(clock: Clock, active: dict[Future[_T], _Handed]) -> Iterable[Running]:
    now_s = clock.monotonic_s()
    for future, handed in active.items():
        if future.running():
            if handed.since_s is None:
                handed.since_s = now_s
            yield Running(job=handed.job, since_s=handed.since_s)
