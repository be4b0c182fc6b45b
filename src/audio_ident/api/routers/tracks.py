"""The tracks of the library: pages of them, and all that is known of one."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response

from audio_ident.api.access import allowed
from audio_ident.api.dependencies import ServiceOfApp
from audio_ident.api.entity_tags import NOT_MODIFIED, tagged
from audio_ident.api.problems import problems
from audio_ident.api.schemas.track_detail import TrackDetail, track_detail
from audio_ident.api.schemas.track_edits import EditList, edit_list
from audio_ident.api.schemas.track_queries import TrackQueryOfRequest
from audio_ident.api.schemas.tracks import TrackPage, track_page
from audio_ident.errors import NotFound
from audio_ident.model.accounts import Scope
from audio_ident.model.library import TrackId
from audio_ident.refusals import ValidationFailed

router = APIRouter(prefix="/tracks", tags=["tracks"], dependencies=[allowed(Scope.READ)])

TrackIdInPath = Annotated[
    UUID,
    Path(
        description="Id of a track.",
        examples=["3f1c2a5e-9d7b-4c1e-8a60-5b2f7d9e1c34"],
    ),
]


@router.get(
    "",
    response_model=TrackPage,
    responses=NOT_MODIFIED | problems(ValidationFailed),
)
def list_tracks(request: Request, service: ServiceOfApp, query: TrackQueryOfRequest) -> Response:
    """One page of tracks, the newest first unless another order is asked for."""
    page = service.browsing.browser.tracks(query.wanted(), query.sort, query.wish())
    return tagged(request, track_page(page))


@router.get(
    "/{track_id}",
    response_model=TrackDetail,
    responses=NOT_MODIFIED | problems(NotFound, ValidationFailed),
)
def get_track(request: Request, service: ServiceOfApp, track_id: TrackIdInPath) -> Response:
    """Everything that is known of one track, hidden or not."""
    detail = find_detail(service, TrackId(str(track_id)))
    return tagged(request, detail, detail.revision)


@router.get(
    "/{track_id}/edits", response_model=EditList, responses=problems(NotFound, ValidationFailed)
)
def list_track_edits(service: ServiceOfApp, track_id: TrackIdInPath) -> EditList:
    """Everything that was ever said of a track, and what holds."""
    return edit_list(service.browsing.editor.book(TrackId(str(track_id))))


def find_detail(service: ServiceOfApp, track_id: TrackId) -> TrackDetail:
    """Everything that is known of one track; raises `NotFound`."""
    listed = service.browsing.browser.track(track_id)
    if listed is None:
        raise NotFound(f"no track has the id {track_id}")
    return track_detail(listed, service.browsing.sheet(track_id))
