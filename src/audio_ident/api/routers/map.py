"""The map of the library, which importers keep up to date."""

from fastapi import APIRouter, Request, Response

from audio_ident.api.access import allowed
from audio_ident.api.dependencies import ServiceOfApp
from audio_ident.api.entity_tags import NOT_MODIFIED, tagged
from audio_ident.api.problems import problems
from audio_ident.api.schemas.map import LibraryMapAnswer, MapQueryOfRequest, map_answer
from audio_ident.model.accounts import Scope
from audio_ident.refusals import ValidationFailed

router = APIRouter(tags=["map"], dependencies=[allowed(Scope.READ)])


@router.get(
    "/map",
    response_model=LibraryMapAnswer,
    responses=NOT_MODIFIED | problems(ValidationFailed),
)
def show_map(request: Request, service: ServiceOfApp, query: MapQueryOfRequest) -> Response:
    """Part of the map of the library: tracks that sound alike lie together.

    Places are made in the background; until then `layout` is null and there are no points. A track
    stays where it is as long as `layout.version` is the same. From afar some tracks are shown that
    are spread over the window, and the same ones and more when one looks nearer.
    """
    view = service.map.view(query.window(), query.color_by, query.limit)
    return tagged(request, map_answer(view, query.color_by))
