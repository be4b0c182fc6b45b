"""Where exceptions that nobody foresaw end: told in the log, answered in the one shape."""

import asyncio

import structlog
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from audio_ident.api.problems import base_path_of, problem_response
from audio_ident.errors import Unforeseen
from audio_ident.refusals import ServiceUnavailable

_log = structlog.get_logger()


class Boundary:
    """Nearly the innermost middleware, so that all others see an answer and never an exception."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        is_started = False

        async def send_noted(message: Message) -> None:
            nonlocal is_started
            is_started = True
            await send(message)

        try:
            await self._app(scope, receive, send_noted)
        except ClientDisconnect:
            _log.debug("client_gone")
        except asyncio.CancelledError:
            if scope["type"] == "http" and not is_started:
                stopping = ServiceUnavailable("the service is stopping", retry_after_s=10)
                await problem_response(stopping, base_path_of(scope))(scope, receive, send)
            raise
        except Exception as error:
            if scope["type"] != "http":
                raise
            _log.error("request_crashed", exc_info=error)
            if is_started:
                raise  # the server then closes the connection: the answer is not whole
            unforeseen = Unforeseen("the program failed on this request")
            await problem_response(unforeseen, base_path_of(scope))(scope, receive, send)
