"""The one shape of every error: problem+json (RFC 9457), with the original `error` object in it."""

import math
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, TypeAlias

import pydantic
import structlog
from fastapi import FastAPI, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from audio_ident.errors import AudioIdentError, Unforeseen
from audio_ident.refusals import (
    MethodNotAllowed,
    RequestRefused,
    RouteUnknown,
    ServiceUnavailable,
    ValidationFailed,
)

MEDIA_TYPE = "application/problem+json"

CODES_PAGE = "https://github.com/audio-ident/audio-ident/blob/main/docs/reference/errors.md"
"""Where a person looks a code up."""

_log = structlog.get_logger()

_OF_STATUS: Mapping[int, type[RequestRefused]] = {404: RouteUnknown, 405: MethodNotAllowed}


def add_error_handlers(app: FastAPI) -> None:
    """Answer every error of an application in the one shape."""
    app.add_exception_handler(AudioIdentError, _answer_known)
    app.add_exception_handler(RequestValidationError, _answer_invalid)
    app.add_exception_handler(HTTPException, _answer_http)
    app.add_exception_handler(Exception, _answer_unforeseen)


class ErrorEnvelope(pydantic.BaseModel):
    """The error as the first version of the API told it."""

    code: str
    message: str
    details: dict[str, Any]


class Problem(pydantic.BaseModel):
    """An error: problem details (RFC 9457) and the original envelope, which say the same."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    remedy: str
    error: ErrorEnvelope


Responses: TypeAlias = dict[int | str, dict[str, Any]]


def problems(*kinds: type[AudioIdentError]) -> Responses:
    """Documentation of the errors of a route, for its `responses`."""
    codes: dict[int, list[str]] = {}
    for kind in kinds:
        codes.setdefault(kind.http_status, []).append(kind.code)
    return {
        status: {"model": Problem, "description": ", ".join(sorted(names))}
        for status, names in sorted(codes.items())
    }


def problem_response(
    error: AudioIdentError, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    """Answer that tells an error."""
    details: dict[str, Any] = getattr(error, "details", {})
    retry_after_s: float | None = getattr(error, "retry_after_s", None)
    told = dict(headers or {})
    if retry_after_s is not None:
        told["Retry-After"] = str(math.ceil(retry_after_s))
    if error.http_status == HTTPStatus.UNAUTHORIZED:
        told["WWW-Authenticate"] = "Bearer"
    body = {
        "type": f"{CODES_PAGE}#{error.code.lower()}",
        "title": HTTPStatus(error.http_status).phrase,
        "status": error.http_status,
        "detail": error.fact,
        "code": error.code,
        "remedy": error.remedy,
        "error": {"code": error.code, "message": error.fact, "details": details},
    }
    return JSONResponse(
        jsonable_encoder(body), error.http_status, headers=told, media_type=MEDIA_TYPE
    )


async def _answer_known(request: Request, error: Exception) -> JSONResponse:
    del request
    assert isinstance(error, AudioIdentError)  # noqa: S101 -- registered for this class
    if error.http_status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        _log.error("request_failed", code=error.code, fact=error.fact)
    return problem_response(error)


async def _answer_invalid(request: Request, error: Exception) -> JSONResponse:
    del request
    assert isinstance(error, RequestValidationError)  # noqa: S101 -- registered for this class
    problems = [
        {"where": [str(part) for part in detail["loc"]], "problem": detail["msg"]}
        for detail in error.errors()
    ]
    first = problems[0]
    fact = f"{'.'.join(first['where'])}: {first['problem']}"
    return problem_response(ValidationFailed(fact, details={"problems": problems}))


async def _answer_http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101 -- registered for this class
    kind = _OF_STATUS.get(error.status_code, ServiceUnavailable)
    if error.status_code < HTTPStatus.INTERNAL_SERVER_ERROR and kind is ServiceUnavailable:
        kind = ValidationFailed
    fact = f"{request.method} {request.url.path}: {error.detail}"
    return problem_response(kind(fact), error.headers)


async def _answer_unforeseen(request: Request, error: Exception) -> JSONResponse:
    _log.error("request_crashed", path=request.url.path, exc_info=error)
    return problem_response(Unforeseen("the program failed on this request"))
