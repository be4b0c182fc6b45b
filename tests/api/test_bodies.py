"""Bodies are bounded in bytes, kind and time while they arrive."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from audio_ident.api.limits import Limits
from builders.probe_service import probing
from builders.raw_http import connection, exchange, problem_in, receive_all

CLIP_BYTES = 4096
FORM_BYTES = 64 * 1024
JSON_BYTES = 2**20


@pytest.fixture(scope="module")
def probe(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """Client of a service that takes small uploads and is soon out of patience."""
    limits = Limits(pause_s=0.5, head_s=0.5, idle_s=1, linger_s=0.5, least_bytes_per_s=10_000)
    folder = tmp_path_factory.mktemp("bodies")
    with probing(folder, limits, max_clip_bytes=CLIP_BYTES, max_upload_bytes=CLIP_BYTES) as client:
        yield client


def in_parts(size_bytes: int) -> Iterator[bytes]:
    """Bytes that are sent in chunks, so that no header tells how many they are."""
    for _ in range(size_bytes // 1024):
        yield b" " * 1024


def test_a_body_up_to_the_limit_is_taken(probe: httpx.Client) -> None:
    """An upload of exactly the allowed size arrives."""
    answer = probe.post("/probe/upload", files={"audio": b"a" * CLIP_BYTES})

    assert (answer.status_code, answer.json()) == (200, CLIP_BYTES)


@pytest.mark.parametrize("is_declared", [True, False])
def test_a_json_body_over_the_limit_is_refused(probe: httpx.Client, *, is_declared: bool) -> None:
    """413, whether a header tells the length or the bytes are counted."""
    content = b" " * (JSON_BYTES + 1024) if is_declared else in_parts(JSON_BYTES + 1024)
    headers = {"Content-Type": "application/json"}
    answer = probe.post("/probe/credentials", content=content, headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (413, "FILE_TOO_LARGE")
    assert answer.json()["error"]["details"] == {"limit_bytes": JSON_BYTES}


def test_an_upload_over_the_limit_of_its_route_names_the_setting(probe: httpx.Client) -> None:
    """The limit is that of the setting and what a form needs besides the file."""
    answer = probe.post("/probe/upload", files={"audio": b"a" * (CLIP_BYTES + FORM_BYTES)})

    assert answer.status_code == 413
    assert answer.json()["error"]["details"] == {
        "limit_bytes": CLIP_BYTES + FORM_BYTES,
        "setting": "max_clip_bytes",
    }


def test_a_streaming_route_is_bounded_too(probe: httpx.Client) -> None:
    """A route that reads the bytes itself is cut off at its limit."""
    headers = {"Content-Type": "application/octet-stream"}
    taken = probe.post("/probe/stream", content=in_parts(CLIP_BYTES), headers=headers)
    refused = probe.post("/probe/stream", content=in_parts(CLIP_BYTES + 1024), headers=headers)

    assert (taken.status_code, taken.json()) == (200, CLIP_BYTES)
    assert (refused.status_code, refused.json()["code"]) == (413, "FILE_TOO_LARGE")


def test_a_connection_lives_on_after_a_refusal(probe: httpx.Client) -> None:
    """A client that sent too much may send the rest, and its next request after it."""
    for _ in range(3):
        answer = probe.post("/probe/upload", files={"audio": b"a" * 500_000})
        assert answer.status_code == 413
        assert probe.get("/health").status_code == 200


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/probe/credentials", {"Content-Type": "text/plain"}),
        ("/probe/credentials", {}),
        ("/probe/credentials", {"Content-Type": "application/json", "Content-Encoding": "gzip"}),
        ("/probe/upload", {"Content-Type": "application/json"}),
        ("/probe/stream", {"Content-Type": "multipart/form-data; boundary=x"}),
    ],
)
def test_a_body_of_another_kind_is_refused(
    probe: httpx.Client, path: str, headers: dict[str, str]
) -> None:
    """415, with the kinds that the route takes."""
    answer = probe.post(path, content=b"{}", headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (415, "UNSUPPORTED_MEDIA_TYPE")
    assert answer.json()["error"]["details"]["media_types"]


def test_a_form_without_a_boundary_is_refused(probe: httpx.Client) -> None:
    """It cannot be read."""
    headers = {"Content-Type": "multipart/form-data"}
    answer = probe.post("/probe/upload", content=b"{}", headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (400, "BAD_REQUEST")


def test_a_body_that_stops_arriving_is_given_up(probe: httpx.Client) -> None:
    """408 in the one shape, and the connection is closed."""
    head = b"POST /probe/credentials HTTP/1.1\r\nHost: localhost\r\n"
    kind = b"Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"

    assert problem_in(exchange(probe, head + kind))["code"] == "REQUEST_TIMEOUT"


def test_a_body_that_trickles_is_given_up(probe: httpx.Client) -> None:
    """A byte now and then is no progress."""
    head = b"POST /probe/stream HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n"
    with connection(probe) as raw:
        raw.sendall(head + b"Content-Type: application/octet-stream\r\n\r\n")
        raw.settimeout(0.1)
        received = b""
        for _ in range(100):
            raw.sendall(b"x")
            try:
                received = raw.recv(65536)
            except TimeoutError:
                continue
            break
        raw.settimeout(30)
        received += receive_all(raw)

    assert problem_in(received)["code"] == "REQUEST_TIMEOUT"


def test_the_rest_of_an_unwanted_body_is_not_waited_for(probe: httpx.Client) -> None:
    """Who is refused and goes on sending nothing loses the connection."""
    head = b"POST /nothing HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\nx"

    assert b"ROUTE_UNKNOWN" in exchange(probe, head)


def test_uploads_leave_nothing_open(probe: httpx.Client) -> None:
    """After all refusals the service counts no request as running."""
    probe.post("/probe/upload", files={"audio": b"a" * 500_000})

    assert "audio_ident_http_requests_in_flight 1.0" in probe.get("/metrics").text


def test_limits_are_those_that_a_request_meets(tmp_path: Path) -> None:
    """The common limits let a body of 1 MiB through."""
    name = "n" * 1000
    body = {"name": name, "password": "x", "more": " " * (JSON_BYTES - 2000)}
    with probing(tmp_path) as client:
        assert client.post("/probe/credentials", json=body).json() == name
