"""What goes wrong, in the codes of the Subsonic protocol, and the routes that tell it so."""

import enum
import math
from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import Request, Response
from fastapi.routing import APIRoute

from audio_ident.api.problems import base_path_of, tellable
from audio_ident.api.subsonic.envelope import refusal
from audio_ident.errors import AudioIdentError, NotFound
from audio_ident.refusals import ArtworkMissing, FileMissing, Forbidden, Unauthorized

_log = structlog.get_logger()


class SubsonicCode(enum.IntEnum):
    """Codes of errors."""

    GENERIC = 0
    MISSING = 10
    """A parameter."""
    WRONG_PASSWORD = 40
    NO_TOKENS = 41
    """The salted hash of a password is no proof here."""
    NO_SUCH_PROOF = 42
    CONFLICT = 43
    """Several ways to prove who asks."""
    WRONG_KEY = 44
    FORBIDDEN = 50
    NOT_FOUND = 70


_NEEDS_HELP = {SubsonicCode.NO_TOKENS, SubsonicCode.NO_SUCH_PROOF, SubsonicCode.WRONG_KEY}
"""Where a person has to make a key."""


class SubsonicRefused(Exception):
    """A request of a player cannot be answered; without secrets."""

    def __init__(self, code: SubsonicCode, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class SubsonicRoute(APIRoute):
    """A route that tells every foreseen error in the envelope of the protocol."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler of the route, whose errors are answers."""
        handle = super().get_route_handler()

        async def handle_and_tell(request: Request) -> Response:
            try:
                return await handle(request)
            except SubsonicRefused as error:
                return _told(request, error.code, error.message)
            except AudioIdentError as error:
                return _told_known(request, error)

        return handle_and_tell


def _told_known(request: Request, error: AudioIdentError) -> Response:
    if error.http_status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        _log.warning("request_failed", code=error.code, fact=error.fact)
    response = _told(request, _code_of(error), tellable(error))
    retry_after_s: float | None = getattr(error, "retry_after_s", None)
    if retry_after_s is not None:
        response.headers["Retry-After"] = str(math.ceil(retry_after_s))
    return response


def _told(request: Request, code: SubsonicCode, message: str) -> Response:
    form = getattr(request.state, "subsonic_form", request.query_params.get("f", "xml"))
    page = f"{base_path_of(request.scope)}/reference" if code in _NEEDS_HELP else None
    return refusal(code, message, form, page)


def _code_of(error: AudioIdentError) -> SubsonicCode:
    match error:
        case NotFound() | FileMissing() | ArtworkMissing():
            return SubsonicCode.NOT_FOUND
        case Unauthorized():
            return SubsonicCode.WRONG_PASSWORD
        case Forbidden():
            return SubsonicCode.FORBIDDEN
        case _:
            return SubsonicCode.GENERIC
