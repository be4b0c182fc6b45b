"""Answers HEAD wherever GET is answered: with the headers alone."""

from http import HTTPMethod

from starlette._utils import get_route_path
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from audio_ident.api.routes import RouteTable


class HeadAsGet:
    """Middleware that has a GET answered for a HEAD whose route does not know it.

    Whoever checks the health of a service, or looks whether something is there, need not know which
    routes have a HEAD of their own: those where it is less work than a GET, or another answer. The
    answer is over with its headers, so that a stream ends.
    """

    def __init__(self, app: ASGIApp, routes: RouteTable) -> None:
        self._app = app
        self._routes = routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http" or not self._is_due(scope):
            await self._app(scope, receive, send)
            return

        async def send_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                await send(message)
                await send({"type": "http.response.body", "body": b"", "more_body": False})

        inner = {**scope, "method": HTTPMethod.GET.value}
        try:
            await self._app(inner, receive, send_headers)
        finally:
            scope.update({name: inner[name] for name in ("route", "endpoint") if name in inner})

    def _is_due(self, scope: Scope) -> bool:
        if scope["method"] != HTTPMethod.HEAD:
            return False
        methods = self._routes.methods_at(get_route_path(scope))
        return HTTPMethod.GET in methods and HTTPMethod.HEAD not in methods
