"""Roots of the library, and a picker that lists only the folders in them."""

import itertools
from typing import Annotated

from fastapi import APIRouter, Query

from audio_ident.api.access import CallerOfRequest, allowed
from audio_ident.api.dependencies import ServiceOfApp
from audio_ident.api.problems import problems
from audio_ident.api.schemas.imports import GREATEST_ID
from audio_ident.api.schemas.roots import (
    FolderDocument,
    FolderList,
    RootDocument,
    RootList,
    RootOrder,
)
from audio_ident.errors import BadInput, NotFound
from audio_ident.library.path_text import path_from_shown
from audio_ident.model.accounts import Scope
from audio_ident.refusals import AddressTooLong, Conflict, FolderNotAllowed

LONGEST_QUERY = 3000
"""Letters of a path in an address, which has to be shorter as a whole."""

router = APIRouter(tags=["roots"], dependencies=[allowed(Scope.READ)])


@router.get("/roots")
def list_roots(service: ServiceOfApp, caller: CallerOfRequest) -> RootList:
    """Roots of the library with the number of files in each."""
    with_path = Scope.ADMIN in caller.scopes
    views = service.music_folders.roots()
    return RootList(data=[RootDocument.of(view, with_path=with_path) for view in views])


@router.post(
    "/roots",
    status_code=201,
    responses=problems(BadInput, FolderNotAllowed, Conflict),
    dependencies=[allowed(Scope.ADMIN)],
)
def add_root(order: RootOrder, service: ServiceOfApp) -> RootDocument:
    """The folder as a root; nothing in it is imported before that is asked for."""
    return RootDocument.of(service.music_folders.add_root(order.path), with_path=True)


@router.get(
    "/folders",
    responses=problems(NotFound, BadInput, FolderNotAllowed, AddressTooLong),
    dependencies=[allowed(Scope.IMPORT)],
)
def list_folders(
    service: ServiceOfApp,
    root: Annotated[int, Query(ge=0, le=GREATEST_ID, description="Id of the root.", examples=[1])],
    path: Annotated[
        str, Query(max_length=LONGEST_QUERY, description="Folder below the root; empty for it.")
    ] = "",
    cursor: Annotated[
        str, Query(max_length=LONGEST_QUERY, description="The `next_cursor` of the page before.")
    ] = "",
    limit: Annotated[int, Query(ge=1, le=500, description="How many at most.")] = 200,
) -> FolderList:
    """Folders in a folder; links that lead out of the allowed folders are left out."""
    views = service.music_folders.folders(root, path, path_from_shown(cursor))
    found = list(itertools.islice(views, limit + 1))
    documents = [FolderDocument.of(view, path) for view in found[:limit]]
    return FolderList(
        data=documents, next_cursor=documents[-1].name if len(found) > limit else None
    )
