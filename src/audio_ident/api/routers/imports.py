"""Imports: ordered here, run by the importer process, steered and looked at from anywhere."""

from pathlib import Path
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Response
from fastapi import Path as PathParameter

from audio_ident.api.access import CallerOfRequest, allowed
from audio_ident.api.dependencies import ServiceOfApp
from audio_ident.api.idempotency import IdempotencyKey, request_key
from audio_ident.api.problems import problems
from audio_ident.api.routes import API
from audio_ident.api.schemas.imports import (
    ActiveImports,
    FolderReference,
    ImportDocument,
    ImportErrorDocument,
    ImportFiles,
    ImportOrder,
    ImportPage,
    ImportQueryOfRequest,
)
from audio_ident.api.schemas.paging import pagination_of
from audio_ident.errors import BadInput, IllegalMove, NotFound, RootVanished
from audio_ident.ingest.desk import ImportRequest
from audio_ident.model.accounts import Scope
from audio_ident.model.files import FileSort
from audio_ident.model.sessions import SessionState, Wish
from audio_ident.refusals import Conflict, FolderNotAllowed
from audio_ident.wiring.service import Service

router = APIRouter(tags=["imports"], dependencies=[allowed(Scope.READ)])

MAY_IMPORT = [allowed(Scope.IMPORT)]

ORDER_PROBLEMS = problems(BadInput, NotFound, RootVanished, FolderNotAllowed, Conflict)

SessionId = Annotated[UUID, PathParameter(description="Id of the import.")]


@router.post("/imports", status_code=202, responses=ORDER_PROBLEMS, dependencies=MAY_IMPORT)
def order_import(
    order: ImportOrder,
    service: ServiceOfApp,
    caller: CallerOfRequest,
    response: Response,
    idempotency_key: IdempotencyKey = None,
) -> ImportDocument:
    """Queue an import of some folders; it begins when its turn comes."""
    request = ImportRequest(
        folders=_folders(order, service),
        parameters=order.parameters,
        profile=order.profile,
        key=request_key(caller, idempotency_key),
    )
    return _ordered(service.import_desk.order(request), service, response)


@router.post(
    "/profiles/{name}/import", status_code=202, responses=ORDER_PROBLEMS, dependencies=MAY_IMPORT
)
def import_profile(
    name: Annotated[str, PathParameter(max_length=100, description="Name of the profile.")],
    service: ServiceOfApp,
    caller: CallerOfRequest,
    response: Response,
    idempotency_key: IdempotencyKey = None,
) -> ImportDocument:
    """Queue the import that a profile describes."""
    key = request_key(caller, idempotency_key)
    request = ImportRequest(folders=[], parameters={}, profile=name, key=key)
    return _ordered(service.import_desk.order(request), service, response)


@router.get("/imports")
def list_imports(service: ServiceOfApp, query: ImportQueryOfRequest) -> ImportPage:
    """One page of imports, the newest first."""
    page = service.imports.page(query.state or list(SessionState), query.wish())
    data = [ImportDocument.of(view) for view in page.items]
    return ImportPage(data=data, pagination=pagination_of(page))


@router.get("/imports/active")
def list_active_imports(service: ServiceOfApp) -> ActiveImports:
    """Imports at work, and those that wait for their turn."""
    return ActiveImports(data=[ImportDocument.of(view) for view in service.imports.active()])


@router.get("/imports/{session_id}", responses=problems(NotFound))
def get_import(session_id: SessionId, service: ServiceOfApp) -> ImportDocument:
    """An import as it is at this moment; event streams send the same object as snapshot."""
    return ImportDocument.of(service.imports.get(str(session_id)))


@router.post(
    "/imports/{session_id}/pause",
    responses=problems(NotFound, IllegalMove),
    dependencies=MAY_IMPORT,
)
def pause_import(session_id: SessionId, service: ServiceOfApp) -> ImportDocument:
    """The import, which finishes the files at hand and then waits."""
    return ImportDocument.of(service.imports.ask(str(session_id), Wish.PAUSE))


@router.post(
    "/imports/{session_id}/resume",
    responses=problems(NotFound, IllegalMove),
    dependencies=MAY_IMPORT,
)
def resume_import(session_id: SessionId, service: ServiceOfApp) -> ImportDocument:
    """The import, which goes on after a pause or an interruption."""
    return ImportDocument.of(service.imports.ask(str(session_id), Wish.RESUME))


@router.post(
    "/imports/{session_id}/cancel",
    responses=problems(NotFound, IllegalMove),
    dependencies=MAY_IMPORT,
)
def cancel_import(session_id: SessionId, service: ServiceOfApp) -> ImportDocument:
    """The import, which ends within two seconds; finished files stay."""
    return ImportDocument.of(service.imports.ask(str(session_id), Wish.CANCEL))


@router.post(
    "/imports/{session_id}/retry",
    status_code=202,
    responses=problems(NotFound, IllegalMove, BadInput, RootVanished),
    dependencies=MAY_IMPORT,
)
def retry_import(
    session_id: SessionId, service: ServiceOfApp, response: Response
) -> ImportDocument:
    """A new import of the same folders that tries every failed file again."""
    return _ordered(service.import_desk.retry(str(session_id)), service, response)


@router.get("/imports/{session_id}/files", responses=problems(NotFound, IllegalMove))
def list_import_files(
    session_id: SessionId,
    service: ServiceOfApp,
    category: Annotated[
        Literal["audio", "image", "other", "failed"], Query(description="Which files.")
    ] = "audio",
    offset: Annotated[int, Query(ge=0, le=10**9, description="How many to leave out.")] = 0,
    limit: Annotated[int, Query(ge=1, le=1000, description="How many at most.")] = 500,
) -> ImportFiles:
    """Files that the scan of an import met, or that failed in it."""
    name, end = str(session_id), offset + limit
    sort = FileSort.AUDIO if category == "failed" else FileSort(category)
    page = service.imports.listing(name, sort, offset, limit)
    files = ImportFiles.listed(name, sort, page, end)
    if category != "failed":
        return files
    errors = service.imports.failed_files(name, offset, limit + 1)
    return files.model_copy(
        update={
            "category": category,
            "files": [],
            "errors": [ImportErrorDocument.of(error) for error in errors[:limit]],
            "has_more": len(errors) > limit,
        }
    )


def _folders(order: ImportOrder, service: Service) -> list[Path]:
    folders = service.music_folders
    return [
        Path(
            folders.resolve(folder.root_id, folder.path)
            if isinstance(folder, FolderReference)
            else folders.admit(folder)
        )
        for folder in order.folders
    ]


def _ordered(session_id: str, service: Service, response: Response) -> ImportDocument:
    response.headers["Location"] = f"{service.settings.base_path}{API}/imports/{session_id}"
    return ImportDocument.of(service.imports.get(session_id))
