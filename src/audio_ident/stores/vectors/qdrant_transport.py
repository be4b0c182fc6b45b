"""Carries requests to a vector server: an answer in time, and one more try on a broken line."""

import time
from collections.abc import Iterator

import httpx

BROKEN_LINE = (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError, httpx.CloseError)
"""What a connection dies of that was kept open; a server that is not there is none of these."""

MOST_CONNECTIONS = 16


class PatientTransport(httpx.BaseTransport):
    """Sends each request once more when its connection broke: all that we ask may be repeated.

    Parameters
    ----------
    timeout_s
        How long each step may take: to connect, to send the question, to receive the answer.
    is_encrypted
        Whether certificates are needed, which take a while to be read.
    """

    def __init__(self, timeout_s: float, *, is_encrypted: bool) -> None:
        self._timeout_s = timeout_s
        limits = httpx.Limits(max_connections=MOST_CONNECTIONS)
        self._inner = httpx.HTTPTransport(verify=is_encrypted, limits=limits)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The whole answer to a request."""
        try:
            return self._once(request)
        except BROKEN_LINE:
            return self._once(request)

    def _once(self, request: httpx.Request) -> httpx.Response:
        ends_at_s = time.monotonic() + self._timeout_s
        request.extensions["timeout"] = httpx.Timeout(self._timeout_s).as_dict()
        response = self._inner.handle_request(request)
        try:
            content = b"".join(_until(ends_at_s, response))
        finally:
            response.close()
        return httpx.Response(
            response.status_code,
            headers=response.headers,
            stream=httpx.ByteStream(content),
            extensions=response.extensions,
        )

    def close(self) -> None:
        """Close all connections."""
        self._inner.close()


def _until(ends_at_s: float, response: httpx.Response) -> Iterator[bytes]:
    """What arrives before a moment: a server may send a byte now and then for ever."""
    for part in response.iter_raw():
        yield part
        if time.monotonic() > ends_at_s:
            raise httpx.ReadTimeout("the answer takes too long")
