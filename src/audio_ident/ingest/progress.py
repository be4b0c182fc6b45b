"""Counts what an import does, and tells it to whoever watches, not too often."""

import dataclasses
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from audio_ident.errors import FileProblem
from audio_ident.ingest.flow import Running
from audio_ident.ingest.job import Job
from audio_ident.ingest.speed import Speed
from audio_ident.ingest.tools import Clock
from audio_ident.model.library import SessionId
from audio_ident.model.reports import FileFailure, ImportProgress, Phase, WorkerActivity
from audio_ident.model.sessions import SessionState
from audio_ident.stores.sql.names import display_name
from audio_ident.stores.sql.sessions import SessionCounts

_FAILURES_KEPT = 100

_DONE = ("listened", "relinked", "duplicates", "retagged", "failed")


class Meter:
    """The counters of one import."""

    def __init__(
        self,
        session_id: SessionId,
        clock: Clock,
        interval_s: float,
        on_progress: Callable[[ImportProgress], None],
    ) -> None:
        self._session_id = session_id
        self._clock = clock
        self._interval_s = interval_s
        self._on_progress = on_progress
        self._started_s = clock.monotonic_s()
        self._speed = Speed(self._started_s)
        self._shown_s = float("-inf")
        self._phase = Phase.SCANNING
        self._running: tuple[Running, ...] = ()
        self._files_total = 0
        self._bytes_total = 0
        self._bytes_done = 0
        self._counts: Counter[str] = Counter()
        self._failure_codes: Counter[str] = Counter()
        self._warning_codes: Counter[str] = Counter()
        self.audio_s = 0.0
        self.failures: list[FileFailure] = []

    def begin(self, phase: Phase, state: SessionState, jobs: Iterable[Job] = ()) -> None:
        """Say what is being done now and, the first time, to how many files."""
        sizes = [job.stamp.size for job in jobs]
        if sizes:
            self._files_total, self._bytes_total = len(sizes), sum(sizes)
        self._phase = phase
        self._running = ()
        if phase == Phase.LISTENING:
            self._speed = Speed(self._clock.monotonic_s())
        self._show(state)

    def add_listened(self, job: Job, audio_s: float) -> None:
        """Count a file that was decoded."""
        self.audio_s += audio_s
        self._speed.add(job.stamp.size)
        self._count("listened", job)

    def add_copy(self, job: Job) -> None:
        """Count a file whose bytes were known; it took no time and tells nothing of the speed."""
        self._count("duplicates", job)

    def add_moved(self, job: Job, *, is_done: bool) -> None:
        """Count a file that lay elsewhere, and that may need no more work."""
        self._counts["moved"] += 1
        if is_done:
            self._count("relinked", job)

    def add_retagged(self, job: Job) -> None:
        """Count a file whose tags were read again."""
        self._speed.add(job.stamp.size)
        self._count("retagged", job)

    def add_failure(self, job: Job, error: FileProblem) -> None:
        """Count a file that cannot be used."""
        if len(self.failures) < _FAILURES_KEPT:
            self.failures.append(
                FileFailure(
                    path=display_name(str(job.path)),
                    code=error.code,
                    fact=display_name(error.fact),
                    remedy=error.remedy,
                )
            )
        self._failure_codes[error.code] += 1
        self._speed.add(job.stamp.size)
        self._count("failed", job)

    def add_warnings(self, codes: Iterable[str]) -> None:
        """Count warnings."""
        self._warning_codes.update(codes)

    def tick(self, state: SessionState, running: Iterable[Running]) -> None:
        """Show where things stand, if that was not done a moment ago."""
        self._running = tuple(running)
        if self._clock.monotonic_s() - self._shown_s >= self._interval_s:
            self._show(state)

    def count_of(self, name: str) -> int:
        """Files that were `listened`, `duplicates`, `retagged` or `failed`; or `warnings`."""
        return self._warning_codes.total() if name == "warnings" else self._counts[name]

    def elapsed_s(self) -> float:
        """Seconds since the import began."""
        return self._clock.monotonic_s() - self._started_s

    def session_counts(self, files_found: int) -> SessionCounts:
        """How far the import has come, as its session remembers it."""
        return SessionCounts(
            files_found=files_found,
            files_done=self.files_done(),
            files_failed=self._counts["failed"],
        )

    def snapshot(self, state: SessionState) -> dict[str, Any]:
        """The progress as its session keeps it."""
        return dataclasses.asdict(self._progress(state))

    def files_done(self) -> int:
        """Files that need no more work in this import."""
        return sum(self._counts[name] for name in _DONE)

    def _count(self, name: str, job: Job) -> None:
        self._counts[name] += 1
        self._bytes_done += job.stamp.size

    def _show(self, state: SessionState) -> None:
        self._shown_s = self._clock.monotonic_s()
        self._on_progress(self._progress(state))

    def _percent(self) -> float:
        if self._files_total:
            return 100.0 * self.files_done() / self._files_total
        return 100.0 if self._phase == Phase.DONE else 0.0

    def _progress(self, state: SessionState) -> ImportProgress:
        now_s = self._clock.monotonic_s()
        ages = [(running.job.stamp.size, now_s - running.since_s) for running in self._running]
        bytes_per_s, files_per_s, at_hand = self._speed.look(now_s, self.files_done(), ages)
        left = max(0.0, self._bytes_total - self._bytes_done - at_hand)
        return ImportProgress(
            session_id=self._session_id,
            state=state,
            phase=Phase.DONE if state == SessionState.COMPLETED else self._phase,
            files_total=self._files_total,
            files_done=self.files_done(),
            files_failed=self._counts["failed"],
            duplicates=self._counts["duplicates"],
            percent=self._percent(),
            bytes_total=self._bytes_total,
            bytes_done=self._bytes_done,
            elapsed_s=self.elapsed_s(),
            files_per_s=files_per_s,
            bytes_per_s=bytes_per_s,
            remaining_s=left / bytes_per_s if bytes_per_s > 0 else None,
            failures=dict(self._failure_codes),
            warnings=dict(self._warning_codes),
            workers=tuple(self._activity(running, now_s) for running in self._running),
        )

    def _activity(self, running: Running, now_s: float) -> WorkerActivity:
        return WorkerActivity(
            file=display_name(running.job.path.name),
            stage=self._phase,
            since_s=now_s - running.since_s,
        )
