"""Which recordings follow each other in a long one? Asked now, answered when it was listened to."""

import enum
import uuid
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from audio_ident.api.access import CallerOfRequest, allowed
from audio_ident.api.dependencies import ServiceOfApp
from audio_ident.api.forms import form_body, recording
from audio_ident.api.idempotency import IdempotencyKey, request_key
from audio_ident.api.limits import takes_upload
from audio_ident.api.playlists import M3U8_TYPE, audio_urls
from audio_ident.api.problems import base_path_of, problems
from audio_ident.api.routes import API
from audio_ident.api.schemas.paging import PageOfRequest, pagination_of
from audio_ident.api.schemas.tracklists import (
    TracklistDetail,
    TracklistFields,
    TracklistJob,
    TracklistPage,
    TrackTracklist,
    tracklist_detail,
    tracklist_job,
    tracklist_result,
)
from audio_ident.api.uploads import Received
from audio_ident.errors import NotFound
from audio_ident.identify.tracklist_jobs import digest_of
from audio_ident.identify.tracklist_text import audacity_labels, cue_sheet, m3u8
from audio_ident.model.accounts import Scope
from audio_ident.model.jobs import Job, JobId, JobOrder
from audio_ident.refusals import (
    Conflict,
    EmptyFile,
    FileTooLarge,
    Forbidden,
    RateLimited,
    ValidationFailed,
)

router = APIRouter(prefix="/tracklists", tags=["tracklists"], dependencies=[allowed(Scope.READ)])

_ACCEPTED = {
    "description": "Queued; `Location` tells where it can be looked at.",
    "headers": {"Location": {"schema": {"type": "string"}}},
}


IdOfJob = Annotated[uuid.UUID, Path(description="Id of the job.")]


class ResultFormat(enum.StrEnum):
    """What a result can be read as."""

    JSON = "json"
    CUE = "cue"
    M3U8 = "m3u8"
    AUDACITY = "audacity"


def _refuse_if_busy(service: ServiceOfApp) -> None:
    service.asking.tracklists.refuse_if_busy()


@router.post(
    "",
    status_code=202,
    dependencies=[Depends(_refuse_if_busy)],
    openapi_extra=form_body(TracklistFields, "The recording, in any format."),
    responses={
        202: _ACCEPTED,
        **problems(ValidationFailed, EmptyFile, FileTooLarge, Conflict, RateLimited),
    },
)
@takes_upload("max_upload_bytes")
def create_tracklist(
    upload: Annotated[Received, Depends(recording)],
    request: Request,
    response: Response,
    service: ServiceOfApp,
    caller: CallerOfRequest,
    idempotency_key: IdempotencyKey = None,
) -> TracklistJob:
    """Have a long recording listened to."""
    order = JobOrder(
        created_by=caller.name,
        request_digest=digest_of("upload", upload.sha256),
        request_key=request_key(caller, idempotency_key),
        file_name=upload.file_name or None,
    )
    job = service.asking.tracklists.add_upload(upload.path, order)
    return _accepted(job, request, response)


@router.post(
    "/by-track",
    status_code=202,
    responses={
        202: _ACCEPTED,
        **problems(ValidationFailed, NotFound, Conflict, RateLimited),
    },
)
def create_tracklist_of_track(
    wanted: TrackTracklist,
    request: Request,
    response: Response,
    service: ServiceOfApp,
    caller: CallerOfRequest,
    idempotency_key: IdempotencyKey = None,
) -> TracklistJob:
    """Have a track, or a stretch of one, listened to; the track itself is left out."""
    span = wanted.span()
    order = JobOrder(
        created_by=caller.name,
        request_digest=digest_of("track", span.track_id, span.start_s, span.end_s),
        request_key=request_key(caller, idempotency_key),
        track_id=span.track_id,
        start_s=span.start_s,
        end_s=span.end_s,
    )
    return _accepted(service.asking.tracklists.add_track(span, order), request, response)


@router.get("", responses=problems(ValidationFailed))
def list_tracklists(service: ServiceOfApp, query: PageOfRequest) -> TracklistPage:
    """One page of jobs, the newest first."""
    page = service.asking.tracklists.page(query.wish())
    data = [tracklist_job(job) for job in page.items]
    return TracklistPage(data=data, pagination=pagination_of(page))


@router.get("/{job_id}", responses=problems(ValidationFailed, NotFound))
def get_tracklist(job_id: IdOfJob, service: ServiceOfApp) -> TracklistDetail:
    """How far a job has come, with its result once it is done."""
    tracklists = service.asking.tracklists
    job = tracklists.get(JobId(str(job_id)))
    return tracklist_detail(job, None if job.answer is None else tracklists.result(job))


@router.get(
    "/{job_id}/result",
    response_class=Response,
    responses={
        200: {
            "description": "The tracklist.",
            "content": {
                "application/json": {"schema": {"$ref": "#/components/schemas/TracklistResult"}},
                "application/x-cue": {"schema": {"type": "string"}},
                M3U8_TYPE: {"schema": {"type": "string"}},
                "text/plain": {"schema": {"type": "string"}},
            },
        },
        **problems(ValidationFailed, NotFound, Conflict),
    },
)
def get_tracklist_result(
    job_id: IdOfJob,
    request: Request,
    service: ServiceOfApp,
    result_format: Annotated[
        ResultFormat, Query(alias="format", description="As JSON, or for another program.")
    ] = ResultFormat.JSON,
) -> Response:
    """What was heard, as JSON, cue sheet, playlist or labels for Audacity."""
    tracklists = service.asking.tracklists
    tracklist = tracklists.result(tracklists.get(JobId(str(job_id))))
    if result_format is ResultFormat.JSON:
        content = tracklist_result(tracklist).model_dump_json()
        return Response(content, media_type="application/json")
    if result_format is ResultFormat.CUE:
        return Response(cue_sheet(tracklist), media_type="application/x-cue; charset=utf-8")
    if result_format is ResultFormat.AUDACITY:
        return Response(audacity_labels(tracklist), media_type="text/plain")
    return Response(m3u8(tracklist, audio_urls(request)), media_type=M3U8_TYPE)


@router.delete(
    "/{job_id}", status_code=204, responses=problems(ValidationFailed, NotFound, Forbidden)
)
def remove_tracklist(job_id: IdOfJob, service: ServiceOfApp, caller: CallerOfRequest) -> None:
    """Cancel a job that is not done, forget one that has ended."""
    service.asking.tracklists.remove(JobId(str(job_id)), caller)


def _accepted(job: Job, request: Request, response: Response) -> TracklistJob:
    response.headers["Location"] = f"{base_path_of(request.scope)}{API}/tracklists/{job.id}"
    return tracklist_job(job)
