"""HTTP/1.1 as uvicorn speaks it, with bounds on what a client may send before a route is found.

Uvicorn by itself takes headers without an end, and waits for them for ever.
"""

import asyncio
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from audio_ident.api.limits import Limits
from audio_ident.api.problems import problem_response
from audio_ident.refusals import (
    AddressTooLong,
    BadRequest,
    HeadersTooLarge,
    RequestRefused,
    RequestTooSlow,
    ServiceUnavailable,
)


def bounded_protocol(limits: Limits, base_path: str) -> type[asyncio.Protocol]:
    """The protocol with these limits; uvicorn wants a class of its own arguments."""

    class Bounded(BoundedProtocol):
        def __init__(
            self,
            config: Config,
            server_state: ServerState,
            app_state: dict[str, Any],
            _loop: asyncio.AbstractEventLoop | None = None,
        ) -> None:
            super().__init__(config, server_state, app_state, _loop)
            self.limits = limits
            self.base_path = base_path

    return Bounded


class BoundedProtocol(HttpToolsProtocol):
    """One connection."""

    limits: Limits
    base_path: str

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._timer: asyncio.TimerHandle | None = None
        self._is_in_head = False
        self._is_in_body = False
        self._head_bytes = 0
        self._refusal: RequestRefused | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a request, or send the client away when there are too many."""
        super().connection_made(transport)
        if len(self.connections) > self.limits.connections:
            self._refuse(ServiceUnavailable("too many connections are open", retry_after_s=5))
            return
        self._wait(self.limits.head_s, self._head_is_late)

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing any more."""
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what arrived."""
        if self.transport.is_closing():
            return
        was_in_head = self._is_in_head
        super().data_received(data)
        if self.transport.is_closing():
            return
        if was_in_head and self._is_in_head:
            # the parser keeps a header to itself until it is whole
            self._count_head(len(data))
            if self._refusal is not None:
                self._refuse(self._refusal)
        elif self._is_idle() and self._timer is None:
            # bytes between requests stop the clock of idle connections
            self._wait(self.limits.head_s, self._head_is_late)

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        self._is_in_head = True
        self._head_bytes = 0
        self._wait(self.limits.head_s, self._head_is_late)

    def on_url(self, url: bytes) -> None:
        """A part of the address is there."""
        super().on_url(url)
        if len(self.url) > self.limits.address_bytes:
            self._stop_parsing(AddressTooLong("the address of the request is too long"))

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header is whole."""
        super().on_header(name, value)
        self._count_head(len(name) + len(value))
        if self._refusal is None and len(self.headers) > self.limits.headers:
            self._refusal = HeadersTooLarge(f"more than {self.limits.headers} headers")
        if self._refusal is not None:
            self._stop_parsing(self._refusal)

    def on_headers_complete(self) -> None:
        """The request can be answered."""
        self._is_in_head = False
        self._is_in_body = True
        self._stop_waiting()
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The body is whole."""
        self._is_in_body = False
        self._stop_waiting()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """The answer is out; the rest of a body that nobody wanted may still be under way."""
        super().on_response_complete()
        if self._is_in_body and not self.transport.is_closing():
            self._wait(self.limits.linger_s, self.transport.close)

    def shutdown(self) -> None:
        """Stop after the answer that is under way; an event stream ends itself, or is cut."""
        super().shutdown()
        if self._streams_events():
            self._wait(self.limits.last_words_s, self._cut_stream)

    def send_400_response(self, msg: str) -> None:
        """Tell what is wrong with a request that cannot be parsed."""
        self._refuse(self._refusal or BadRequest(msg.rstrip(".")))

    def _streams_events(self) -> bool:
        return self._is_answering() and bool(
            self.cycle.scope.get("state", {}).get("streams_events")
        )

    def _cut_stream(self) -> None:
        """Close on a client that does not read, or a stream that does not notice the stop."""
        if self._streams_events():
            self.cycle.disconnected = True
            self.cycle.message_event.set()
            self.transport.close()

    def _is_idle(self) -> bool:
        return not (self._is_in_head or self._is_in_body or self._is_answering())

    def _is_answering(self) -> bool:
        cycle: RequestResponseCycle | None = self.cycle
        return cycle is not None and not cycle.response_complete

    def _count_head(self, size_bytes: int) -> None:
        self._head_bytes += size_bytes
        if self._refusal is None and self._head_bytes > self.limits.head_bytes:
            self._refusal = HeadersTooLarge(f"more than {self.limits.head_bytes} bytes of headers")

    def _stop_parsing(self, refusal: RequestRefused) -> None:
        """End the parser, which then has `send_400_response` called."""
        self._refusal = refusal
        raise refusal

    def _head_is_late(self) -> None:
        if self._is_in_head:
            self._refuse(RequestTooSlow("the headers did not arrive in time"))
        else:
            self.transport.close()

    def _refuse(self, refusal: RequestRefused) -> None:
        """Answer without the application, and close."""
        if not (self._is_answering() and self.cycle.response_started):
            response = problem_response(refusal, self.base_path, {"Connection": "close"})
            status = HTTPStatus(response.status_code)
            lines = [
                f"HTTP/1.1 {status.value} {status.phrase}".encode(),
                *(name + b": " + value for name, value in response.raw_headers),
            ]
            self.transport.write(b"\r\n".join(lines) + b"\r\n\r\n" + bytes(response.body))
        self.transport.close()

    def _wait(self, seconds: float, then: Callable[[], None]) -> None:
        self._stop_waiting()
        self._timer = self.loop.call_later(seconds, then)

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
