"""What sounds like this? Asked with a track, with several, or in words."""

from typing import Annotated

from fastapi import APIRouter, Query

from audio_ident.api.access import allowed
from audio_ident.api.dependencies import ServiceOfApp
from audio_ident.api.problems import problems
from audio_ident.api.routers.tracks import TrackIdInPath
from audio_ident.api.schemas.vibe import (
    SimilarQuery,
    SimilarQuestion,
    SimilarResponse,
    TextQuery,
    similar_response,
)
from audio_ident.errors import (
    ModelInvalid,
    ModelMissing,
    NotFound,
    VectorsCorrupt,
    VectorsUnreachable,
)
from audio_ident.model.accounts import Scope
from audio_ident.model.vibe import Blend
from audio_ident.refusals import (
    NotListenedYet,
    RateLimited,
    SearchTimeout,
    ServiceUnavailable,
    ValidationFailed,
)

router = APIRouter(tags=["vibe"], dependencies=[allowed(Scope.READ)])

_OF_VECTORS = (VectorsCorrupt, VectorsUnreachable)
_OF_TEXT = (ModelMissing, ModelInvalid, RateLimited, SearchTimeout, ServiceUnavailable)


@router.get(
    "/tracks/{track_id}/similar",
    responses=problems(NotFound, NotListenedYet, ValidationFailed, *_OF_VECTORS),
)
def list_similar_tracks(
    service: ServiceOfApp, track_id: TrackIdInPath, query: Annotated[SimilarQuery, Query()]
) -> SimilarResponse:
    """Tracks that sound like a track, or like a stretch of it, the most alike first.

    Left out are the track itself, its copies, and recordings that hold it.
    """
    blend = Blend(plus=(query.of_track(track_id),))
    return similar_response(service.asking.similar.similar_to_blend(blend, query.wish()))


@router.post(
    "/similar",
    responses=problems(NotFound, NotListenedYet, ValidationFailed, *_OF_VECTORS, *_OF_TEXT),
)
def find_similar_tracks(service: ServiceOfApp, question: SimilarQuestion) -> SimilarResponse:
    """Tracks that sound like several tracks at once, unlike others, or as a sentence says.

    Each of `plus` counts alike, however long it is; what is like `minus` falls behind.
    """
    answer = service.asking.similar.similar_to_blend(question.blend(), question.wish())
    return similar_response(answer)


@router.get(
    "/text-search",
    responses=problems(ValidationFailed, *_OF_VECTORS, *_OF_TEXT),
)
def search_by_text(service: ServiceOfApp, query: Annotated[TextQuery, Query()]) -> SimilarResponse:
    """Tracks that sound as a sentence says.

    It needs a model that understands sentences: `MODEL_MISSING` says how to get one.
    """
    blend = Blend(text=query.q)
    return similar_response(service.asking.similar.similar_to_blend(blend, query.wish()))
