"""What a client sends before any route is found is bounded."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from audio_ident.api.limits import Limits
from builders.probe_service import probing
from builders.raw_http import connection, exchange, problem_in, receive_all

MOST_CONNECTIONS = 20


@pytest.fixture(scope="module")
def probe(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """Client of a service with little patience."""
    limits = Limits(head_s=1, idle_s=1)
    with probing(tmp_path_factory.mktemp("protocol"), limits) as client:
        yield client


START = b"GET /health HTTP/1.1\r\nHost: localhost\r\n"


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (START + b"A: b\r\n" * 200 + b"\r\n", "HEADERS_TOO_LARGE"),
        (START + b"A: " + b"b" * 40_000 + b"\r\n\r\n", "HEADERS_TOO_LARGE"),
        (START + b"A: " + b"b" * 5_000_000, "HEADERS_TOO_LARGE"),
        (START + b"b" * 5_000_000, "HEADERS_TOO_LARGE"),
        (b"GET /" + b"a" * 10_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n", "URI_TOO_LONG"),
        (b"GET /" + b"a" * 5_000_000, "URI_TOO_LONG"),
        (b"nonsense\r\n\r\n", "BAD_REQUEST"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", "BAD_REQUEST"),
        (START + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", "BAD_REQUEST"),
        (START + b"Content-Length: -5\r\n\r\n", "BAD_REQUEST"),
        (START + b"A: b", "REQUEST_TIMEOUT"),
    ],
    ids=lambda value: str(value)[:40],  # pytest hands the name to child processes
)
def test_abuse_of_headers_is_answered_and_ended(
    probe: httpx.Client, sent: bytes, code: str
) -> None:
    """A problem in the one shape, then the connection is closed, and the service goes on."""
    assert problem_in(exchange(probe, sent))["code"] == code
    assert probe.get("/health").status_code == 200


@pytest.mark.parametrize("sent", [b"", b"\r\n", START + b"\r\n\r\n"])
def test_a_silent_connection_is_closed(probe: httpx.Client, sent: bytes) -> None:
    """Before its first request and after it, nobody is waited for without an end."""
    received = exchange(probe, sent)

    assert received == b"" or received.startswith(b"HTTP/1.1 200")


def test_requests_that_follow_each_other_are_all_answered(probe: httpx.Client) -> None:
    """Bounds count for one request, not for the connection."""
    many = START + b"A: " + b"b" * 20_000 + b"\r\n\r\n"

    assert exchange(probe, many * 5).count(b"HTTP/1.1 200") == 5


def test_too_many_connections_are_told_so(tmp_path: Path) -> None:
    """Whoever comes late gets 503 in the one shape; when others have gone, all is well again."""
    limits = Limits(connections=MOST_CONNECTIONS)
    with probing(tmp_path, limits) as few:
        with contextlib.ExitStack() as stack:
            for _ in range(MOST_CONNECTIONS):
                stack.enter_context(connection(few))
            late = stack.enter_context(connection(few))
            problem = problem_in(receive_all(late))

        assert (problem["status"], problem["code"]) == (503, "SERVICE_UNAVAILABLE")
        assert few.get("/health").status_code == 200


def test_an_upgrade_is_not_followed(probe: httpx.Client) -> None:
    """A request for web sockets is answered as any other."""
    upgrade = b"Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n"

    assert exchange(probe, START + upgrade).startswith(b"HTTP/1.1 200")
