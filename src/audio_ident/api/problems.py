"""The one shape of every error: problem+json (RFC 9457), with the original `error` object in it.

What a client is told never holds a path of this machine, an address of another one, nor what the
client sent: it may be a password. Facts that may hold such things go to the log.
"""

import json
import math
import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, TypeAlias

import structlog
from fastapi import FastAPI, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette._utils import get_route_path
from starlette.exceptions import HTTPException
from starlette.types import Scope

from audio_ident.api.routes import API, RouteTable
from audio_ident.api.schemas.problems import Problem
from audio_ident.errors import (
    AudioIdentError,
    FileProblem,
    KernelsMissing,
    RootVanished,
    SettingsInvalid,
    StoreProblem,
    Unforeseen,
)
from audio_ident.refusals import (
    BadRequest,
    FileTooLarge,
    Forbidden,
    MethodNotAllowed,
    RangeNotSatisfiable,
    RequestRefused,
    RouteUnknown,
    ServiceUnavailable,
    Unauthorized,
    UnsupportedMediaType,
    ValidationFailed,
)

MEDIA_TYPE = "application/problem+json"

CODES = f"{API}/codes"
"""Where the service itself explains its codes, below its base path."""

MOST_PROBLEMS = 20
"""Mistakes of one request that are told; a body can have as many as it has bytes."""

LONGEST_NAME = 100

_log = structlog.get_logger()

_OF_STATUS: Mapping[int, type[RequestRefused]] = {
    401: Unauthorized,
    403: Forbidden,
    404: RouteUnknown,
    405: MethodNotAllowed,
    413: FileTooLarge,
    415: UnsupportedMediaType,
    416: RangeNotSatisfiable,
    422: ValidationFailed,
}

_KNOWS_PLACES = (StoreProblem, RootVanished, SettingsInvalid, KernelsMissing)
"""Their facts name files, folders and databases."""

_PATH = re.compile(r"(^|[\s'\"(:=])(/|[A-Za-z]:\\)\w")


def add_error_handlers(app: FastAPI) -> None:
    """Answer every error of an application in the one shape."""
    app.add_exception_handler(AudioIdentError, _answer_known)
    app.add_exception_handler(RequestValidationError, _answer_invalid)
    app.add_exception_handler(HTTPException, _answer_http)


Responses: TypeAlias = dict[int | str, dict[str, Any]]


def problems(*kinds: type[AudioIdentError]) -> Responses:
    """Documentation of the errors of a route, for its `responses`.

    Those that every route has are added by `openapi.describe`.
    """
    codes: dict[int, set[str]] = {}
    for kind in kinds:
        codes.setdefault(kind.http_status, set()).add(kind.code)
    return {
        status: {"model": Problem, "description": ", ".join(sorted(names))}
        for status, names in sorted(codes.items())
    }


class ProblemResponse(JSONResponse):
    """An error as bytes; lone surrogates, which no UTF-8 has, are escaped."""

    media_type = MEDIA_TYPE

    def render(self, content: object) -> bytes:
        """JSON in ASCII."""
        return json.dumps(content, allow_nan=False, separators=(",", ":")).encode()


def problem_response(
    error: AudioIdentError, base_path: str, headers: Mapping[str, str] | None = None
) -> ProblemResponse:
    """Answer that tells an error.

    Parameters
    ----------
    error
        What went wrong.
    base_path
        Below which path of its address the service lies, as whoever asked sees it.
    headers
        What the answer has besides.
    """
    details: dict[str, Any] = getattr(error, "details", {})
    retry_after_s: float | None = getattr(error, "retry_after_s", None)
    told = dict(headers or {})
    if retry_after_s is not None:
        told["Retry-After"] = str(math.ceil(retry_after_s))
    fact = tellable(error)
    if error.http_status == HTTPStatus.UNAUTHORIZED:
        told["WWW-Authenticate"] = "Bearer"
    if isinstance(error, RangeNotSatisfiable) and "size_bytes" in details:
        told["Content-Range"] = f"bytes */{details['size_bytes']}"
    body = {
        "type": f"{base_path}{CODES}/{error.code}",
        "title": HTTPStatus(error.http_status).phrase,
        "status": error.http_status,
        "detail": fact,
        "code": error.code,
        "remedy": error.remedy,
        "error": {"code": error.code, "message": fact, "details": details},
    }
    return ProblemResponse(jsonable_encoder(body), error.http_status, headers=told)


def base_path_of(scope: Scope) -> str:
    """Below which path the service lies, once `BasePath` has seen the request."""
    return str(scope.get("root_path", ""))


def tellable(error: AudioIdentError) -> str:
    """The fact, or only what the code means when the fact may name places."""
    knows_places = isinstance(error, _KNOWS_PLACES) or (
        isinstance(error, FileProblem) and _PATH.search(error.fact)
    )
    return error.meaning() if knows_places else error.fact


async def _answer_known(request: Request, error: Exception) -> ProblemResponse:
    assert isinstance(error, AudioIdentError)  # noqa: S101 -- registered for this class
    if error.http_status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        # what passes by itself needs nobody to look at it
        write = _log.warning if error.is_retryable else _log.error
        write("request_failed", code=error.code, fact=error.fact)
    return problem_response(error, base_path_of(request.scope))


async def _answer_invalid(request: Request, error: Exception) -> ProblemResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101 -- registered for this class
    # only where and what kind of mistake: never the value, which `input` and `ctx` repeat
    mistakes = [
        {"where": [str(part)[:LONGEST_NAME] for part in detail["loc"]], "problem": detail["msg"]}
        for detail in error.errors()[:MOST_PROBLEMS]
    ]
    first = mistakes[0]
    fact = f"{'.'.join(first['where'])}: {first['problem']}"
    refusal = ValidationFailed(fact, details={"problems": mistakes})
    return problem_response(refusal, base_path_of(request.scope))


async def _answer_http(request: Request, error: Exception) -> ProblemResponse:
    assert isinstance(error, HTTPException)  # noqa: S101 -- registered for this class
    headers = dict(error.headers or {})
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        table: RouteTable = request.app.state.routes
        methods = set(table.methods_at(get_route_path(request.scope)))
        # whoever answers GET answers HEAD too: see middleware/head.py
        headers["Allow"] = ", ".join(sorted(methods | ({"HEAD"} if "GET" in methods else set())))
    fact = f"{request.method} {request.url.path}: {error.detail}"
    refusal = _kind_of(error.status_code)(fact)
    return problem_response(refusal, base_path_of(request.scope), headers)


def _kind_of(status: int) -> type[AudioIdentError]:
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        return ServiceUnavailable
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Unforeseen
    return _OF_STATUS.get(status, BadRequest)
