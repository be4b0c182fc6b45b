"""The library as a whole: what there is, what cannot be used, what can be told."""

from typing import Annotated

import pydantic
from fastapi import APIRouter, Query, Request, Response

from audio_ident.api.access import allowed
from audio_ident.api.dependencies import ServiceOfApp
from audio_ident.api.entity_tags import NOT_MODIFIED, tagged
from audio_ident.api.problems import problems
from audio_ident.api.schemas.library import (
    ErrorQueryOfRequest,
    FileErrorPage,
    LibraryInfo,
    ParameterList,
    error_page,
    library_info,
    parameter_info,
)
from audio_ident.api.schemas.paging import PageQuery
from audio_ident.api.schemas.track_queries import Text, storable
from audio_ident.api.schemas.tracks import NamePage, name_page
from audio_ident.model.accounts import Scope
from audio_ident.model.browse import NameKind
from audio_ident.model.parameters import PARAMETERS
from audio_ident.refusals import ValidationFailed

router = APIRouter(tags=["library"], dependencies=[allowed(Scope.READ)])


class NameQuery(PageQuery):
    """Which names a request asks for."""

    search: Text = pydantic.Field(
        "", description="Words that must all occur in the name, whatever their case and accents."
    )


NameQueryOfRequest = Annotated[NameQuery, Query()]


@router.get("/library", response_model=LibraryInfo, responses=NOT_MODIFIED)
def get_library(request: Request, service: ServiceOfApp) -> Response:
    """How much there is in the library, and how the last import ended."""
    amounts = service.browsing.browser.amounts()
    return tagged(request, library_info(amounts, service.vector_coverage()))


@router.get(
    "/errors", response_model=FileErrorPage, responses=NOT_MODIFIED | problems(ValidationFailed)
)
def list_file_errors(
    request: Request, service: ServiceOfApp, query: ErrorQueryOfRequest
) -> Response:
    """Files that cannot be used as things stand now, by path."""
    page = service.browsing.browser.file_errors(query.code, query.wish())
    return tagged(request, error_page(page))


@router.get("/parameters")
def list_parameters() -> ParameterList:
    """What an import can be told, with default, range and effect."""
    return ParameterList(data=[parameter_info(parameter) for parameter in PARAMETERS])


_ANSWERS = NOT_MODIFIED | problems(ValidationFailed)


@router.get("/artists", response_model=NamePage, responses=_ANSWERS)
def list_artists(request: Request, service: ServiceOfApp, query: NameQueryOfRequest) -> Response:
    """Artists with how many tracks they have, by name."""
    return _names(request, service, query, NameKind.ARTIST)


@router.get("/albums", response_model=NamePage, responses=_ANSWERS)
def list_albums(request: Request, service: ServiceOfApp, query: NameQueryOfRequest) -> Response:
    """Albums with whom they are credited to, by name."""
    return _names(request, service, query, NameKind.ALBUM)


@router.get("/genres", response_model=NamePage, responses=_ANSWERS)
def list_genres(request: Request, service: ServiceOfApp, query: NameQueryOfRequest) -> Response:
    """Genres with how many tracks they have, by name."""
    return _names(request, service, query, NameKind.GENRE)


def _names(request: Request, service: ServiceOfApp, query: NameQuery, kind: NameKind) -> Response:
    page = service.browsing.browser.names(kind, storable(query.search), query.wish())
    return tagged(request, name_page(page))
