"""Tracks in an order that is made by how they sound: a path between two, a mix without end."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from audio_ident.api.access import allowed
from audio_ident.api.dependencies import ServiceOfApp
from audio_ident.api.playlists import PLAYLIST_RESPONSES, playlist_response
from audio_ident.api.problems import Responses, problems
from audio_ident.api.schemas.journeys import (
    MixQuestion,
    MixResponse,
    PathQuery,
    PathResponse,
    mix_response,
    path_response,
)
from audio_ident.api.schemas.playlists import AnswerFormat, FormatOfRequest
from audio_ident.errors import NotFound
from audio_ident.model.accounts import Scope
from audio_ident.model.display import shown_title
from audio_ident.refusals import NotListenedYet, ValidationFailed
from audio_ident.vibe_errors import VectorsCorrupt, VectorsUnreachable

router = APIRouter(tags=["vibe"], dependencies=[allowed(Scope.READ)])

_RESPONSES: Responses = PLAYLIST_RESPONSES | problems(
    NotFound, NotListenedYet, ValidationFailed, VectorsCorrupt, VectorsUnreachable
)


@router.get("/path", response_model=PathResponse, responses=_RESPONSES)
def find_path(
    request: Request,
    service: ServiceOfApp,
    query: Annotated[PathQuery, Query()],
) -> PathResponse | Response:
    """A path from one track to another, in small steps of which each leads on.

    No recording comes twice, and no artist twice in a row where that can be helped.
    """
    answer = service.journeys.paths.path(*query.ends(), query.steps)
    if query.answer_format is AnswerFormat.JSON:
        return path_response(answer)
    tracks = [step.track for step in answer.steps]
    names = f"{shown_title(tracks[0]).text} to {shown_title(tracks[-1]).text}"
    return playlist_response(request, query.answer_format, tracks, names)


@router.post("/mix", response_model=MixResponse, responses=_RESPONSES)
def continue_mix(
    request: Request,
    service: ServiceOfApp,
    question: MixQuestion,
    answer_format: FormatOfRequest = AnswerFormat.JSON,
) -> MixResponse | Response:
    """The tracks of a mix that follow those that were played.

    It stays near its seeds, spaces artists, and ends when each recording was played. Nothing is
    remembered: whoever listens sends what was played, and gets what the mix would have had next.
    """
    answer = service.journeys.mixes.mix(question.wish())
    if answer_format is AnswerFormat.JSON:
        return mix_response(answer)
    return playlist_response(request, answer_format, [step.track for step in answer.steps], "mix")
