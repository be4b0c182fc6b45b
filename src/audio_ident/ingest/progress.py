"""Counts what an import does, and tells it to whoever watches, not too often."""

from collections import Counter
from collections.abc import Callable, Iterable

from audio_ident.errors import FileProblem
from audio_ident.ingest.job import Job
from audio_ident.ingest.tools import Clock
from audio_ident.model.reports import FileFailure, ImportProgress, Phase
from audio_ident.stores.sql.names import display_name
from audio_ident.stores.sql.sessions import SessionCounts

_FAILURES_KEPT = 100
_DONE = ("listened", "duplicates", "retagged", "failed")


class Meter:
    """The counters of one import."""

    def __init__(
        self, clock: Clock, interval_s: float, on_progress: Callable[[ImportProgress], None]
    ) -> None:
        self._clock = clock
        self._interval_s = interval_s
        self._on_progress = on_progress
        self._started_s = clock.monotonic_s()
        self._phase_started_s = self._started_s
        self._shown_s = float("-inf")
        self._phase = Phase.SCANNING
        self._files_total = 0
        self._bytes_total = 0
        self._bytes_done = 0
        self._bytes_listened = 0
        self._counts: Counter[str] = Counter()
        self.audio_s = 0.0
        self.failures: list[FileFailure] = []

    def begin(self, phase: Phase, jobs: Iterable[Job] = ()) -> None:
        """Say what is being done now and, the first time, to how many files."""
        sizes = [job.stamp.size for job in jobs]
        if sizes:
            self._files_total, self._bytes_total = len(sizes), sum(sizes)
        self._phase = phase
        self._phase_started_s = self._clock.monotonic_s()
        self._show([], is_due=True)

    def add_listened(self, job: Job, audio_s: float) -> None:
        """Count a file that was decoded."""
        self.audio_s += audio_s
        self._bytes_listened += job.stamp.size
        self._count("listened", job)

    def add_copy(self, job: Job) -> None:
        """Count a file whose bytes were known."""
        self._count("duplicates", job)

    def add_retagged(self, job: Job) -> None:
        """Count a file whose tags were read again."""
        self._bytes_listened += job.stamp.size
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
        self._bytes_listened += job.stamp.size
        self._count("failed", job)

    def add_warnings(self, count: int) -> None:
        """Count warnings."""
        self._counts["warnings"] += count

    def tick(self, current: list[str]) -> None:
        """Show where things stand, if that was not done a moment ago."""
        self._show(current, is_due=False)

    def count_of(self, name: str) -> int:
        """Files that were `listened`, `duplicates`, `retagged` or `failed`; or `warnings`."""
        return self._counts[name]

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

    def _count(self, name: str, job: Job) -> None:
        self._counts[name] += 1
        self._bytes_done += job.stamp.size

    def files_done(self) -> int:
        """Files that need no more work in this import."""
        return sum(self._counts[name] for name in _DONE)

    def _show(self, current: list[str], *, is_due: bool) -> None:
        now_s = self._clock.monotonic_s()
        if not is_due and now_s - self._shown_s < self._interval_s:
            return
        self._shown_s = now_s
        # Copies cost no time: only what was really worked on tells the speed.
        spent_s = now_s - self._phase_started_s
        bytes_per_s = self._bytes_listened / spent_s if spent_s > 0 else 0.0
        left = self._bytes_total - self._bytes_done
        self._on_progress(
            ImportProgress(
                phase=self._phase,
                files_total=self._files_total,
                files_done=self.files_done(),
                files_failed=self._counts["failed"],
                duplicates=self._counts["duplicates"],
                bytes_total=self._bytes_total,
                bytes_done=self._bytes_done,
                elapsed_s=self.elapsed_s(),
                bytes_per_s=bytes_per_s,
                remaining_s=left / bytes_per_s if bytes_per_s > 0 else None,
                current=tuple(display_name(name) for name in current),
            )
        )
