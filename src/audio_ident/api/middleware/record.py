"""Gives each request an id, counts it, and writes one line about it once it is answered."""

from collections.abc import Callable
from http import HTTPStatus

import structlog
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from audio_ident.api.metrics import Metrics
from audio_ident.api.routes import template_of

_log = structlog.get_logger()


class RequestRecord:
    """Middleware; the id is `request.state.request_id` for routes and `X-Request-ID` for clients.

    The line holds neither the query nor any header: both may carry secrets.
    """

    def __init__(
        self,
        app: ASGIApp,
        metrics: Metrics,
        new_id: Callable[[], str],
        monotonic_s: Callable[[], float],
    ) -> None:
        self._app = app
        self._metrics = metrics
        self._new_id = new_id
        self._monotonic_s = monotonic_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = self._new_id()
        state = scope.setdefault("state", {})
        state["request_id"] = request_id
        status = 0

        async def send_marked(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                state["streams_events"] = _is_event_stream(message)
                marked = [*message.get("headers", ()), (b"x-request-id", request_id.encode())]
                message = {**message, "headers": marked}
            await send(message)

        started_s = self._monotonic_s()
        with (
            structlog.contextvars.bound_contextvars(request=request_id),
            self._metrics.in_flight(),
        ):
            try:
                await self._app(scope, receive, send_marked)
            finally:
                self._note(scope, status, self._monotonic_s() - started_s)

    def _note(self, scope: Scope, status: int, elapsed_s: float) -> None:
        template = template_of(scope)
        is_stream = scope["state"].get("streams_events", False)
        # an event stream is open for as long as somebody listens: that is no duration to compare
        self._metrics.count_request(
            scope["method"], template, status, None if is_stream else elapsed_s
        )
        is_failure = status == 0 or status >= HTTPStatus.INTERNAL_SERVER_ERROR
        write = _log.warning if is_failure else _log.info
        write(
            "request_answered",
            method=scope["method"],
            route=template,
            path=scope["path"],
            status=status,
            elapsed_ms=round(elapsed_s * 1000, 1),
            client=scope["client"][0] if scope.get("client") else None,
        )


def _is_event_stream(start: Message) -> bool:
    media_type = Headers(raw=list(start.get("headers", ()))).get("content-type", "")
    return media_type.startswith("text/event-stream")
