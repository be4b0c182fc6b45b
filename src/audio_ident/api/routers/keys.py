"""Keys of programs."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Response
from fastapi import Path as PathParameter

from audio_ident.api.access import CallerOfRequest, allowed
from audio_ident.api.dependencies import ServiceOfApp
from audio_ident.api.problems import problems
from audio_ident.api.schemas.accounts import KeyEntry, KeyList, KeyMade, NewKey, key_entry
from audio_ident.errors import BadInput, NotFound
from audio_ident.model.accounts import Scope
from audio_ident.refusals import (
    Conflict,
    CrossSiteRequest,
    Forbidden,
    Unauthorized,
    ValidationFailed,
)

router = APIRouter(
    prefix="/keys",
    tags=["accounts"],
    dependencies=[allowed(Scope.ADMIN)],
    responses=problems(Unauthorized, Forbidden, CrossSiteRequest),
)


@router.post("", status_code=201, responses=problems(Conflict, BadInput, ValidationFailed))
def add_key(
    wanted: NewKey, service: ServiceOfApp, caller: CallerOfRequest, response: Response
) -> KeyMade:
    """Make a key; its secret is in this answer and never shown again."""
    scopes = frozenset(wanted.scopes)
    if missing := sorted(scopes - caller.scopes):
        raise Forbidden(
            "nobody can give what they may not do themselves", details={"scope": missing[0]}
        )
    key, secret = service.accounts.keys.add(wanted.name, scopes, wanted.expires_at)
    response.headers["Cache-Control"] = "no-store"
    return KeyMade(**key_entry(key).model_dump(), key=secret)


@router.get("")
def list_keys(service: ServiceOfApp) -> KeyList:
    """All keys, by name."""
    return KeyList(keys=[key_entry(key) for key in service.accounts.keys.all()])


@router.delete("/{key_id}", responses=problems(NotFound, ValidationFailed))
def revoke_key(
    key_id: Annotated[uuid.UUID, PathParameter(description="Id of the key.")],
    service: ServiceOfApp,
) -> KeyEntry:
    """Make a key worthless; the answer tells which it was."""
    return key_entry(service.accounts.keys.revoke(str(key_id)))
