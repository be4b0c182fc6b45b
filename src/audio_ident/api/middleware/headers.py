"""Headers that every answer has, unless its route sets its own."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

COMMON = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "Cache-Control": "private, no-cache",
}
"""Answers are data of one person: no page may embed them, no cache may show them to others."""

SAME_ORIGIN = {"Cross-Origin-Resource-Policy": "same-origin"}


class SecurityHeaders:
    """Middleware that adds what is missing."""

    def __init__(self, app: ASGIApp, *, has_other_origins: bool) -> None:
        self._app = app
        self._headers = COMMON if has_other_origins else COMMON | SAME_ORIGIN

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with_headers)
