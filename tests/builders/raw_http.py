"""HTTP as bytes, for requests that no client library would send."""

import contextlib
import json
import socket
from collections.abc import Iterator
from typing import Any

import httpx

GUARD_S = 30


@contextlib.contextmanager
def connection(client: httpx.Client) -> Iterator[socket.socket]:
    """A connection to the service of a client."""
    address = (client.base_url.host, client.base_url.port or 80)
    with socket.create_connection(address, timeout=GUARD_S) as raw:
        yield raw


def exchange(client: httpx.Client, sent: bytes) -> bytes:
    """Everything the service answers to some bytes until it closes the connection."""
    with connection(client) as raw:
        with contextlib.suppress(ConnectionError):
            raw.sendall(sent)
        return receive_all(raw)


def receive_all(raw: socket.socket) -> bytes:
    """Everything until the other side closes the connection."""
    received = b""
    with contextlib.suppress(ConnectionError):
        while chunk := raw.recv(65536):
            received += chunk
    return received


def problem_in(received: bytes) -> dict[str, Any]:
    """The problem of an answer, checked to be in the one shape."""
    head, _, body = received.partition(b"\r\n\r\n")
    assert b"content-type: application/problem+json" in head
    problem: dict[str, Any] = json.loads(body)
    assert head.startswith(f"HTTP/1.1 {problem['status']} ".encode())
    assert set(problem) == {"type", "title", "status", "detail", "code", "remedy", "error"}
    assert problem["error"]["code"] == problem["code"]
    return problem
