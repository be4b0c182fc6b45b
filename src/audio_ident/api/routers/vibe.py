"""What sounds like this? Asked with a track, with several, or in words."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from audio_ident.api.access import allowed
from audio_ident.api.dependencies import ServiceOfApp
from audio_ident.api.playlists import PLAYLIST_RESPONSES, playlist_response
from audio_ident.api.problems import problems
from audio_ident.api.routers.tracks import TrackIdInPath
from audio_ident.api.schemas.playlists import AnswerFormat, FormatOfRequest
from audio_ident.api.schemas.vibe import (
    SimilarQuery,
    SimilarQuestion,
    SimilarResponse,
    TextQuery,
    similar_response,
)
from audio_ident.errors import NotFound
from audio_ident.model.accounts import Scope
from audio_ident.model.vibe import Blend, SimilarAnswer
from audio_ident.refusals import (
    NotListenedYet,
    RateLimited,
    SearchTimeout,
    ServiceUnavailable,
    ValidationFailed,
)
from audio_ident.vibe_errors import ModelInvalid, ModelMissing, VectorsCorrupt, VectorsUnreachable

router = APIRouter(tags=["vibe"], dependencies=[allowed(Scope.READ)])

_OF_VECTORS = (VectorsCorrupt, VectorsUnreachable)
_OF_TEXT = (ModelMissing, ModelInvalid, RateLimited, SearchTimeout, ServiceUnavailable)


@router.get(
    "/tracks/{track_id}/similar",
    response_model=SimilarResponse,
    responses=PLAYLIST_RESPONSES
    | problems(NotFound, NotListenedYet, ValidationFailed, *_OF_VECTORS),
)
def list_similar_tracks(
    request: Request,
    service: ServiceOfApp,
    track_id: TrackIdInPath,
    query: Annotated[SimilarQuery, Query()],
) -> SimilarResponse | Response:
    """Tracks that sound like a track, or like a stretch of it, the most alike first.

    Left out are the track itself, its copies, and recordings that hold it.
    """
    blend = Blend(plus=(query.of_track(track_id),))
    answer = service.asking.similar.similar_to_blend(blend, query.wish())
    return _told(request, answer, query.answer_format)


@router.post(
    "/similar",
    response_model=SimilarResponse,
    responses=PLAYLIST_RESPONSES
    | problems(NotFound, NotListenedYet, ValidationFailed, *_OF_VECTORS, *_OF_TEXT),
)
def find_similar_tracks(
    request: Request,
    service: ServiceOfApp,
    question: SimilarQuestion,
    answer_format: FormatOfRequest = AnswerFormat.JSON,
) -> SimilarResponse | Response:
    """Tracks that sound like several tracks at once, unlike others, or as a sentence says.

    Each of `plus` counts alike, however long it is; what is like `minus` falls behind.
    """
    answer = service.asking.similar.similar_to_blend(question.blend(), question.wish())
    return _told(request, answer, answer_format)


@router.get(
    "/text-search",
    response_model=SimilarResponse,
    responses=PLAYLIST_RESPONSES | problems(ValidationFailed, *_OF_VECTORS, *_OF_TEXT),
)
def search_by_text(
    request: Request,
    service: ServiceOfApp,
    query: Annotated[TextQuery, Query()],
) -> SimilarResponse | Response:
    """Tracks that sound as a sentence says.

    It needs a model that understands sentences: `MODEL_MISSING` says how to get one.
    """
    blend = Blend(text=query.q)
    answer = service.asking.similar.similar_to_blend(blend, query.wish())
    return _told(request, answer, query.answer_format)


def _told(
    request: Request, answer: SimilarAnswer, answer_format: AnswerFormat
) -> SimilarResponse | Response:
    if answer_format is AnswerFormat.JSON:
        return similar_response(answer)
    tracks = [found.track for found in answer.tracks]
    return playlist_response(request, answer_format, tracks, "similar")
