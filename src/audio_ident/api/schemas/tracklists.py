"""Tracklists of long recordings, as the API shows them."""

import datetime
import uuid

import pydantic

from audio_ident.api.schemas.paging import PaginatedResponse
from audio_ident.api.schemas.search import ExactMatch, exact_match
from audio_ident.api.schemas.times import LONGEST_TRACK_S
from audio_ident.model.answer import Verdict
from audio_ident.model.jobs import Job, JobState, Tracklist, TracklistEntry
from audio_ident.model.library import TrackId
from audio_ident.model.search import TrackSpan


class TracklistFields(pydantic.BaseModel):
    """The fields of an upload besides the recording; there are none."""


class TrackTracklist(pydantic.BaseModel):
    """A stretch of a track of the library to be listened to."""

    track_id: uuid.UUID = pydantic.Field(description="The track.")
    start_seconds: float = pydantic.Field(
        0.0, ge=0, le=LONGEST_TRACK_S, description="Where the stretch begins in the track."
    )
    end_seconds: float | None = pydantic.Field(
        None, ge=0, le=LONGEST_TRACK_S, description="Where it ends; by default with the track."
    )

    def span(self) -> TrackSpan:
        """The same for the use case."""
        return TrackSpan(
            track_id=TrackId(str(self.track_id)), start_s=self.start_seconds, end_s=self.end_seconds
        )


class JobError(pydantic.BaseModel):
    """Why a job failed."""

    code: str = pydantic.Field(description="As in the table of errors.", examples=["DECODE_ERROR"])
    message: str = pydantic.Field(description="What is wrong, in words.")


class TracklistJob(pydantic.BaseModel):
    """A long recording that is, or was, listened to."""

    id: uuid.UUID = pydantic.Field(description="Name of the job for all other requests.")
    state: JobState = pydantic.Field(
        description="`interrupted` jobs begin again by themselves; only `done` ones have a result."
    )
    progress: float = pydantic.Field(ge=0, le=1, description="Share of the recording.")
    file_name: str | None = pydantic.Field(description="What the sender calls the upload.")
    track_id: uuid.UUID | None = pydantic.Field(description="The track, where no file was sent.")
    start_seconds: float | None = pydantic.Field(
        description="Where the stretch of the track begins, where no file was sent."
    )
    end_seconds: float | None = pydantic.Field(description="Where it ends; null: with the track.")
    created_at: datetime.datetime = pydantic.Field(description="When it was asked for, in UTC.")
    started_at: datetime.datetime | None = pydantic.Field(
        description="When somebody began to listen, the last time, in UTC."
    )
    ended_at: datetime.datetime | None = pydantic.Field(description="When it ended, in UTC.")
    error: JobError | None = pydantic.Field(
        description="Why it failed; null unless its state is `failed`."
    )


class TracklistPart(ExactMatch):
    """A part of the recording in which one track is heard."""

    copies: list[uuid.UUID] = pydantic.Field(description="Other tracks with the same audio.")


class TracklistResult(pydantic.BaseModel):
    """What is heard in a long recording, in order."""

    title: str = pydantic.Field(description="Name of the upload or of the track.")
    verdict: Verdict = pydantic.Field(description="Whether any track was heard.")
    duration_seconds: float = pydantic.Field(description="How much was listened to.")
    entries: list[TracklistPart] = pydantic.Field(description="The parts, as they follow.")


class TracklistDetail(TracklistJob):
    """A job with its result."""

    result: TracklistResult | None = pydantic.Field(description="null until the job is done.")


class TracklistPage(PaginatedResponse[TracklistJob]):
    """Some of the jobs, the newest first."""


def tracklist_job(job: Job) -> TracklistJob:
    """A job as the API shows it."""
    order = job.order
    error = None
    if job.error_code is not None:
        error = JobError(code=job.error_code, message=job.error_fact or "")
    return TracklistJob(
        id=uuid.UUID(job.id),
        state=job.state,
        progress=job.progress,
        file_name=order.file_name,
        track_id=None if order.track_id is None else uuid.UUID(order.track_id),
        start_seconds=order.start_s,
        end_seconds=order.end_s,
        created_at=job.created_at,
        started_at=job.started_at,
        ended_at=job.ended_at,
        error=error,
    )


def tracklist_detail(job: Job, result: Tracklist | None) -> TracklistDetail:
    """A job and what was heard."""
    shown = None if result is None else tracklist_result(result)
    return TracklistDetail(**tracklist_job(job).model_dump(), result=shown)


def tracklist_result(tracklist: Tracklist) -> TracklistResult:
    """What was heard."""
    return TracklistResult(
        title=tracklist.title,
        verdict=tracklist.verdict,
        duration_seconds=round(tracklist.duration_s, 3),
        entries=[_part(entry) for entry in tracklist.entries],
    )


def _part(entry: TracklistEntry) -> TracklistPart:
    copies = [uuid.UUID(copy) for copy in entry.copies]
    return TracklistPart(**exact_match(entry.found).model_dump(), copies=copies)
