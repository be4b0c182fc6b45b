"""Long recordings over HTTP: asked for, looked at, taken back; a runner listens to them."""

import dataclasses
import datetime
import hashlib
from collections.abc import Callable
from pathlib import Path

from audio_ident.errors import NotFound
from audio_ident.identify.found_tracks import TrackFinder
from audio_ident.identify.sought import TrackSpans
from audio_ident.model.accounts import Caller, Scope
from audio_ident.model.answer import Verdict
from audio_ident.model.browse import Page, PageWish
from audio_ident.model.display import shown_title
from audio_ident.model.jobs import (
    OPEN_JOB_STATES,
    Job,
    JobId,
    JobOrder,
    Tracklist,
)
from audio_ident.model.search import TrackSpan
from audio_ident.refusals import Conflict, Forbidden, RateLimited
from audio_ident.stores.disk import disk_errors_named, make_directory
from audio_ident.stores.sql.unit_of_work import Catalogue

MOST_OPEN_JOBS = 20
"""More recordings than this do not wait at once; each may take as much space as an upload may."""

RETRY_AFTER_S = 60.0
"""About the time in which an hour of music is listened to."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TracklistJobs:
    """The jobs of one library."""

    catalogue: Catalogue
    uploads: Path
    """Folder with the uploads of jobs that are open."""
    track_spans: TrackSpans
    finder: TrackFinder
    now: Callable[[], datetime.datetime]
    new_id: Callable[[], str]
    wake_runner: Callable[[], None]

    def refuse_if_busy(self) -> None:
        """Raise `RateLimited` when as many jobs are open as may."""
        with self.catalogue.reading() as rows:
            waiting = len(rows.jobs.open())
        if waiting >= MOST_OPEN_JOBS:
            raise RateLimited(
                "as many recordings wait as may",
                details={"waiting": waiting},
                retry_after_s=RETRY_AFTER_S,
            )

    def add_upload(self, upload: Path, order: JobOrder) -> Job:
        """Have an upload listened to, which is taken from where it lies.

        Raises
        ------
        Conflict
            Something else was asked for under the same key.
        """
        return self._repeated(order) or self._add(order, upload)

    def add_track(self, wanted: TrackSpan, order: JobOrder) -> Job:
        """Have a stretch of a track listened to.

        Raises
        ------
        NotFound, ValidationFailed
            As `TrackSpans.sought`.
        Conflict
            Something else was asked for under the same key.
        """
        repeated = self._repeated(order)
        if repeated is not None:
            return repeated
        self.track_spans.sought(wanted)
        self.refuse_if_busy()
        return self._add(order, None)

    def get(self, job_id: JobId) -> Job:
        """The job of that id; raises `NotFound`."""
        with self.catalogue.reading() as rows:
            job = rows.jobs.find(job_id)
        if job is None:
            raise NotFound("there is no tracklist of that id")
        return job

    def page(self, wish: PageWish) -> Page[Job]:
        """One page of jobs, the newest first."""
        with self.catalogue.reading() as rows:
            jobs, total = rows.jobs.listed(wish.offset, wish.size), rows.jobs.count()
        return Page(items=jobs, page=wish.number, page_size=wish.size, total=total)

    def result(self, job: Job) -> Tracklist:
        """What was heard; raises `Conflict` when the job is not done."""
        if job.answer is None:
            raise Conflict(f"the tracklist is {job.state}", details={"state": job.state.value})
        order = job.order
        entries = self.finder.entries(job.answer, order.track_id)
        return Tracklist(
            title=order.file_name or self._title_of(job) or "tracklist",
            verdict=Verdict.MATCH if entries else Verdict.NO_MATCH,
            duration_s=job.answer.clip_duration_s,
            entries=entries,
        )

    def remove(self, job_id: JobId, caller: Caller) -> None:
        """Cancel a job that is open, forget one that has ended.

        Raises
        ------
        NotFound
            There is none of that id.
        Forbidden
            Somebody else asked for it, and the caller may not edit.
        """
        job = self.get(job_id)
        if job.order.created_by != caller.name and Scope.EDIT not in caller.scopes:
            raise Forbidden("somebody else asked for it", details={"scope": Scope.EDIT.value})
        with self.catalogue.writing() as rows:
            if job.state in OPEN_JOB_STATES:
                rows.jobs.cancel(job_id, self.now())
            else:
                rows.jobs.delete(job_id)
        remove_upload(self.uploads, job_id)
        self.wake_runner()

    def _add(self, order: JobOrder, upload: Path | None) -> Job:
        job_id = JobId(self.new_id())
        if upload is not None:
            with disk_errors_named(self.uploads):
                make_directory(self.uploads)
                upload.rename(self.uploads / job_id)
        with self.catalogue.writing() as rows:
            job = rows.jobs.add(job_id, order, self.now())
        self.wake_runner()
        return job

    def _repeated(self, order: JobOrder) -> Job | None:
        """The job that was asked for before under the same key."""
        if order.request_key is None:
            return None
        with self.catalogue.reading() as rows:
            job = rows.jobs.find_request(order.request_key)
        if job is not None and job.order.request_digest != order.request_digest:
            raise Conflict("something else was asked for under the same Idempotency-Key")
        return job

    def _title_of(self, job: Job) -> str | None:
        if job.order.track_id is None:
            return None
        with self.catalogue.reading() as rows:
            track = rows.tracks.find(job.order.track_id)
        return None if track is None else shown_title(track).text


def remove_upload(uploads: Path, job_id: JobId) -> None:
    """Remove the upload of a job, if it has one."""
    (uploads / job_id).unlink(missing_ok=True)


def digest_of(*parts: object) -> str:
    """Digest of some parts in order."""
    return hashlib.sha256("\0".join(map(str, parts)).encode(errors="replace")).hexdigest()
