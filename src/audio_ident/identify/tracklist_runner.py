"""Listens to long recordings one after the other, also to those that another process left."""

import dataclasses
import datetime
import threading
from collections.abc import Callable
from concurrent.futures import CancelledError
from pathlib import Path

import structlog

from audio_ident.engines.pool import CrashProofExecutor
from audio_ident.engines.pool_call import PoolCall, PoolFull
from audio_ident.errors import AudioIdentError, Cancelled, IndexCorrupt, StoreProblem, Unforeseen
from audio_ident.identify.ask import Heard, Question, ask_about_recording
from audio_ident.identify.sought import TrackSpans
from audio_ident.identify.tracklist_jobs import remove_upload
from audio_ident.model.jobs import Job, JobState
from audio_ident.model.search import TrackSpan
from audio_ident.stores.sql.unit_of_work import Catalogue

LOOK_EVERY_S = 5.0
"""How often is looked for jobs that other processes queued or left."""

REPORT_EVERY_S = 0.5
"""How often progress is written, and whether somebody cancelled is read."""

ROOM_EVERY_S = 0.05
"""How often is looked for room among the calls of the worker."""

MOST_ATTEMPTS = 3
"""A recording during which the service died this often is given up."""

_log = structlog.get_logger()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RunnerTools:
    """Everything that the runner works with."""

    pool: CrashProofExecutor
    catalogue: Catalogue
    uploads: Path
    track_spans: TrackSpans
    has_recordings: Callable[[], bool]
    now: Callable[[], datetime.datetime]
    owner: str
    """Name of this process."""
    is_held: Callable[[str], bool]
    """Whether the process of a name lives."""


class TracklistRunner:
    """A thread that listens, from its making to `close`."""

    def __init__(self, tools: RunnerTools) -> None:
        self._tools = tools
        self._is_closing = threading.Event()
        self._wake = threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True, name="tracklists")
        self._thread.start()

    def wake(self) -> None:
        """Say that there may be something to do."""
        self._wake.set()

    def close(self) -> None:
        """Stop; what is at hand is interrupted and begins again at the next start."""
        self._is_closing.set()
        self._wake.set()
        self._thread.join()

    def _work(self) -> None:
        while not self._is_closing.is_set():
            self._wake.clear()
            try:
                job = self._claimed()
                if job is not None:
                    self._listen(job)
                    continue
            except StoreProblem as error:  # it may pass
                _log.warning("tracklists_wait", code=error.code)
            self._wake.wait(LOOK_EVERY_S)

    def _claimed(self) -> Job | None:
        """The next job, which is ours now; those that killed too many processes have failed."""
        tools = self._tools
        with tools.catalogue.reading() as rows:
            waiting = [job for job in rows.jobs.open() if self._is_free(job)]
        for job in waiting:
            with tools.catalogue.writing() as rows:
                if not rows.jobs.claim(job, tools.owner, tools.now()):
                    continue
                if job.attempts < MOST_ATTEMPTS:
                    return job
                problem = ("WORKER_CRASHED", "the service ended while it listened, several times")
                rows.jobs.fail(job.id, tools.owner, problem, tools.now())
            remove_upload(tools.uploads, job.id)
        return None

    def _is_free(self, job: Job) -> bool:
        if job.state is not JobState.RUNNING:
            return True
        return job.owner is None or not self._tools.is_held(job.owner)

    def _listen(self, job: Job) -> None:
        tools = self._tools
        try:
            heard = self._heard(job)
        except Cancelled:
            return
        except StoreProblem as error:  # its fact may name folders of the server
            self._fail(job, error.code, error.remedy)
            return
        except AudioIdentError as error:
            self._fail(job, error.code, error.fact)
            return
        except Exception as error:  # noqa: BLE001 -- the jobs behind it must not wait for ever
            _log.error("tracklist_crashed", job=job.id, exc_info=error)
            self._fail(job, Unforeseen.code, Unforeseen.meaning())
            return
        with tools.catalogue.writing() as rows:
            rows.jobs.finish(job.id, tools.owner, heard.answer, tools.now())
        remove_upload(tools.uploads, job.id)

    def _fail(self, job: Job, code: str, fact: str) -> None:
        tools = self._tools
        with tools.catalogue.writing() as rows:
            rows.jobs.fail(job.id, tools.owner, (code, fact), tools.now())
        remove_upload(tools.uploads, job.id)

    def _heard(self, job: Job) -> Heard:
        """What a worker heard; raises `Cancelled` when it is to be left."""
        progress = _Progress()
        call = self._submitted(job, progress)
        while True:
            try:
                heard = call.future.result(REPORT_EVERY_S)
                break
            except TimeoutError:
                try:
                    self._report(job, progress.share)
                except Cancelled:
                    call.withdraw()
                    raise
            except CancelledError:
                raise Cancelled("withdrawn") from None
        if not heard.generation and self._tools.has_recordings():
            raise IndexCorrupt("the fingerprint index is missing")
        return heard

    def _submitted(self, job: Job, progress: "_Progress") -> PoolCall[Heard]:
        question = self._question(job)
        while True:
            try:
                return self._tools.pool.try_submit(
                    ask_about_recording, question, on_progress=progress.set
                )
            except PoolFull:  # the recording before was answered; its place is free in a moment
                self._is_closing.wait(ROOM_EVERY_S)
                self._report(job, progress.share)

    def _report(self, job: Job, share: float) -> None:
        """Write how far it has come; raises `Cancelled` when nobody wants it, or we are to stop."""
        owner = self._tools.owner
        with self._tools.catalogue.writing() as rows:
            if self._is_closing.is_set():
                rows.jobs.interrupt(job, owner)
            elif rows.jobs.report(job.id, owner, share):
                return
        raise Cancelled("withdrawn")

    def _question(self, job: Job) -> Question:
        order = job.order
        if order.track_id is None:
            return Question(path=self._tools.uploads / job.id)
        wanted = TrackSpan(track_id=order.track_id, start_s=order.start_s or 0.0, end_s=order.end_s)
        sought = self._tools.track_spans.sought(wanted)
        own = None if sought.track is None else sought.track.digest
        return Question(path=sought.path, span=sought.span, own=own)


class _Progress:
    """The share that was reported last."""

    def __init__(self) -> None:
        self.share = 0.0

    def set(self, share: float) -> None:
        """Take a report; it never falls."""
        self.share = max(self.share, share)
