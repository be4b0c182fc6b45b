"""Uploads that are kept: received here, listened to by whoever imports."""

import asyncio
import time
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from fastapi import Path as PathParameter
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse

from audio_ident.api.access import allowed
from audio_ident.api.dependencies import ServiceOfApp
from audio_ident.api.forms import form_body, recording
from audio_ident.api.limits import takes_upload
from audio_ident.api.problems import Responses, problems
from audio_ident.api.routes import API
from audio_ident.api.schemas.ingest import IngestFields, IngestResponse, UploadDocument
from audio_ident.api.sse import is_stopping
from audio_ident.api.uploads import Received
from audio_ident.errors import (
    AudioIdentError,
    AudioTooShort,
    LimitExceeded,
    NotFound,
    UnsupportedFormat,
    VideoFile,
)
from audio_ident.ingest.receiving import UploadDesk
from audio_ident.model.accounts import Scope
from audio_ident.model.uploads import Upload, UploadState
from audio_ident.refusals import (
    ClipTooShort,
    ClipUndecodable,
    EmptyFile,
    FileTooLarge,
    RecordingTooLong,
    ValidationFailed,
)

router = APIRouter(prefix="/ingest", tags=["ingest"], dependencies=[allowed(Scope.IMPORT)])

PATIENCE_S = 20.0
"""How long a request waits for its upload to be listened to."""

LOOK_S = 0.1

_WAITING: Responses = {
    202: {
        "model": UploadDocument,
        "description": "It waits for its turn; `Location` tells what becomes of it.",
    }
}


@router.post(
    "",
    status_code=201,
    response_model=IngestResponse,
    openapi_extra=form_body(IngestFields, "The recording: three seconds or more, in any format."),
    responses={
        **_WAITING,
        **problems(
            ValidationFailed,
            EmptyFile,
            FileTooLarge,
            UnsupportedFormat,
            ClipTooShort,
            RecordingTooLong,
            ClipUndecodable,
        ),
    },
)
@takes_upload("max_upload_bytes")
async def ingest_upload(
    request: Request, upload: Annotated[Received, Depends(recording)], service: ServiceOfApp
) -> IngestResponse | Response:
    """The track that an upload has become, or the stored one that it is a copy of."""
    desk = service.upload_desk
    taken = await run_in_threadpool(desk.receive, upload.path, upload.sha256, upload.file_name)
    taken = await _heard(desk, taken, request)
    if taken.state is UploadState.WAITING:
        location = f"{service.settings.base_path}{API}/ingest/{taken.id}"
        document = UploadDocument.of(taken).model_dump(mode="json")
        return JSONResponse(document, 202, headers={"Location": location})
    if taken.state is UploadState.FAILED or taken.track_id is None:
        raise _refusal(taken)
    track = await run_in_threadpool(desk.track, taken.track_id)
    return IngestResponse.of(taken, track)


@router.get("/{upload_id}", responses=problems(NotFound))
def get_upload(
    upload_id: Annotated[UUID, PathParameter(description="Id of the upload.")],
    service: ServiceOfApp,
) -> UploadDocument:
    """An upload that had to wait, as it is at this moment."""
    return UploadDocument.of(service.upload_desk.get(str(upload_id)))


async def _heard(desk: UploadDesk, upload: Upload, request: Request) -> Upload:
    """The upload once it is done, or when patience ends; no thread waits with it."""
    end_s = time.monotonic() + PATIENCE_S
    while upload.state is UploadState.WAITING and time.monotonic() < end_s:
        if is_stopping(request.app):
            break
        await asyncio.sleep(LOOK_S)
        upload = await run_in_threadpool(desk.get, upload.id)
    return upload


def _refusal(upload: Upload) -> AudioIdentError:
    code, fact = upload.error_code, upload.error_fact or "the upload cannot be used"
    if code == AudioTooShort.code:
        return ClipTooShort(fact)
    if code == LimitExceeded.code:
        return RecordingTooLong(fact)
    if code in {UnsupportedFormat.code, VideoFile.code}:
        return UnsupportedFormat(fact)
    return ClipUndecodable("the upload cannot be listened to", details={"cause": code})
