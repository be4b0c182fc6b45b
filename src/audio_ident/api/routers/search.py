"""What is this clip, and what sounds like it? Asked with an upload, or a stretch of a track."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Request

from audio_ident.api.access import allowed
from audio_ident.api.dependencies import ServiceOfApp
from audio_ident.api.forms import fields_of, form_body
from audio_ident.api.limits import takes_upload
from audio_ident.api.problems import problems
from audio_ident.api.schemas.search import (
    SearchFields,
    SearchResponse,
    TrackSearch,
    search_response,
)
from audio_ident.api.uploads import Received, received
from audio_ident.errors import NotFound, UnsupportedFormat
from audio_ident.identify.sought import Sought
from audio_ident.model.accounts import Scope
from audio_ident.refusals import (
    ClipTooShort,
    ClipUndecodable,
    EmptyFile,
    FileTooLarge,
    RateLimited,
    SearchTimeout,
    ServiceUnavailable,
    ValidationFailed,
)

router = APIRouter(prefix="/search", tags=["search"], dependencies=[allowed(Scope.READ)])

_BUSY_OR_LATE = (RateLimited, ServiceUnavailable, SearchTimeout)


async def _clip(request: Request, service: ServiceOfApp) -> AsyncIterator[Received]:
    asking = service.asking
    asking.search.refuse_if_busy()
    with asking.spool.new_path() as path:
        async with received(request, path, service.settings.max_clip_bytes) as upload:
            yield upload


@router.post(
    "",
    openapi_extra=form_body(SearchFields, "The clip: three to thirty seconds, in any format."),
    responses=problems(
        ValidationFailed,
        EmptyFile,
        FileTooLarge,
        UnsupportedFormat,
        ClipUndecodable,
        ClipTooShort,
        *_BUSY_OR_LATE,
    ),
)
@takes_upload("max_clip_bytes")
def search_by_clip(
    upload: Annotated[Received, Depends(_clip)], service: ServiceOfApp
) -> SearchResponse:
    """The tracks in which a clip is heard, or plainly that it is in none; and what sounds like it.

    The first thirty seconds of a longer clip are used. One deadline holds from the end of the
    upload to the answer; each lane answers whether the other one does or not. What was recognised
    is not among what sounds alike, in any mode.
    """
    search = service.asking.search
    received_at_s = search.now_s()
    wish = fields_of(SearchFields, upload).wish()
    running = search.begin(Sought(path=upload.path), wish, received_at_s)
    upload.disconnect.then(running.withdraw)
    return search_response(running.answer())


@router.post(
    "/by-track",
    responses=problems(ValidationFailed, NotFound, ClipTooShort, ClipUndecodable, *_BUSY_OR_LATE),
)
def search_by_track(wanted: TrackSearch, service: ServiceOfApp) -> SearchResponse:
    """Where else a stretch of a track is heard, and what sounds like it.

    The track itself is left out: what is heard are its copies, and other tracks with that recording
    in them; what sounds alike is told from stored windows of the whole stretch. The deadline is
    that of a clip; a stretch far into a very long file may miss it.
    """
    search = service.asking.search
    sought = service.asking.track_spans.sought(wanted.span())
    running = search.begin(sought, wanted.wish(), search.now_s())
    return search_response(running.answer())
