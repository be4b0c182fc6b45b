"""The description of the API (OpenAPI 3.1), with what all routes have in common added to each.

Routes name only the errors that are particular to them.
"""

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.openapi.utils import get_openapi
from fastapi.routing import iter_route_contexts

from audio_ident.api.access import get_caller
from audio_ident.api.problems import MEDIA_TYPE
from audio_ident.errors import AudioIdentError, DatabaseProblem, Unforeseen
from audio_ident.refusals import (
    AddressTooLong,
    BadRequest,
    FileTooLarge,
    Forbidden,
    HeadersTooLarge,
    HostRefused,
    RequestTooSlow,
    ServiceUnavailable,
    Unauthorized,
    UnsupportedMediaType,
    ValidationFailed,
)

DESCRIPTION = """\
Import music folders, name noisy clips, browse the library and listen to it.

Every error has one shape, `application/problem+json`; its `code` is stable, and its `type` leads \
to an explanation. Every answer has an `X-Request-ID`, which the log of the service names too."""

TAGS: Mapping[str, str] = {
    "health": "Whether the service is alive, what it can do at this moment, and which one it is.",
    "accounts": "The owner of the service, log-ins of browsers, and keys of scripts.",
    "search": "What is this clip, and where else is this stretch of a track heard?",
    "vibe": "What sounds like this: tracks for tracks, for several at once, and for sentences.",
    "tracklists": "What is heard in a long recording, one after the other.",
    "tracks": "The tracks of the library, what is known of them, and what people correct.",
    "media": "Listening to tracks, and seeing their pictures and waveforms.",
    "duplicates": "Tracks that hold the same music, and what people decided about them.",
    "library": "The library as a whole: artists, albums, genres, and what went wrong.",
    "map": "A plane on which tracks that sound alike lie together.",
    "imports": "Imports of music: ordering, steering and looking at them.",
    "ingest": "One recording that is uploaded and kept.",
    "events": "What happens, told as it happens (server-sent events).",
    "roots": "Folders that music is imported from.",
    "profiles": "Orders of imports that are used again and again.",
}
"""What each group of operations is for, in the order of the documentation."""

Json = dict[str, Any]

_ALWAYS = (BadRequest, HostRefused, HeadersTooLarge, Unforeseen, ServiceUnavailable)
_WITH_LIBRARY = (DatabaseProblem,)
_WITH_CALLER = (Unauthorized, Forbidden)
_WITH_BODY = (RequestTooSlow, FileTooLarge, UnsupportedMediaType, ValidationFailed)
_WITH_PARAMETERS = (ValidationFailed, AddressTooLong)

_PROBLEM = {"$ref": "#/components/schemas/Problem"}

_OF_FASTAPI = ("HTTPValidationError", "ValidationError")
"""Schemas of a shape of errors that is never answered."""


def describe(app: FastAPI) -> Json:
    """The description of an application; made once."""
    if app.openapi_schema is None:
        app.openapi_schema = _describe(app)
    return app.openapi_schema


def _describe(app: FastAPI) -> Json:
    document: Json = get_openapi(
        title=app.title,
        version=app.version,
        openapi_version="3.1.0",
        summary=app.summary,
        description=DESCRIPTION,
        license_info={"name": "MIT", "identifier": "MIT"},
        routes=app.routes,
        tags=[{"name": name, "description": text} for name, text in TAGS.items()],
    )
    callers = _operations_with_caller(app)
    for operation in operations(document):
        _complete(operation, has_caller=operation["operationId"] in callers)
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for name in _OF_FASTAPI:
        schemas.pop(name, None)
    return document


def operations(document: Json) -> Iterator[Json]:
    """All operations of a description."""
    for path in document["paths"].values():
        yield from path.values()


def _complete(operation: Json, *, has_caller: bool) -> None:
    responses: Json = operation["responses"]
    if _is_of_fastapi(responses.get("422", {})):
        del responses["422"]
    for status, response in responses.items():
        if int(status) >= HTTPStatus.BAD_REQUEST:
            _name_media_type(response)
    for kind in _common_kinds(operation, has_caller=has_caller):
        _add(responses, kind)
    operation["responses"] = dict(sorted(responses.items()))


def _common_kinds(operation: Json, *, has_caller: bool) -> Iterator[type[AudioIdentError]]:
    yield from _ALWAYS
    if has_caller:
        yield from (*_WITH_LIBRARY, *_WITH_CALLER)
    if "requestBody" in operation:
        yield from _WITH_BODY
    if operation.get("parameters"):
        yield from _WITH_PARAMETERS


def _add(responses: Json, kind: type[AudioIdentError]) -> None:
    """Document an error of an operation, unless its status says something else there."""
    status = str(int(kind.http_status))
    response = responses.setdefault(
        status, {"description": "", "content": {MEDIA_TYPE: {"schema": _PROBLEM}}}
    )
    if MEDIA_TYPE in response.get("content", {}):
        codes = {code for code in response["description"].split(", ") if code}
        response["description"] = ", ".join(sorted(codes | {kind.code}))


def _name_media_type(response: Json) -> None:
    content: Json = response.get("content", {})
    for media_type, body in list(content.items()):
        if body.get("schema") == _PROBLEM:
            response["content"] = {MEDIA_TYPE: content[media_type]}


def _is_of_fastapi(response: Json) -> bool:
    schemas = [body.get("schema", {}) for body in response.get("content", {}).values()]
    return any(str(schema.get("$ref", "")).endswith(_OF_FASTAPI[0]) for schema in schemas)


def _operations_with_caller(app: FastAPI) -> set[str]:
    """Those that only answer to somebody they know."""
    return {
        context.unique_id
        for context in iter_route_contexts(app.routes)
        if getattr(context, "dependant", None) and _asks_who_calls(context.dependant)
    }


def _asks_who_calls(dependant: Dependant) -> bool:
    return dependant.call is get_caller or any(map(_asks_who_calls, dependant.dependencies))
