"""The service as a process: how it starts, how much it holds, and how it stops."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from audio_ident.api.server import listening
from audio_ident.errors import SettingsInvalid
from builders.command import ROOT, command, environment, run
from builders.raw_http import connection
from builders.server import free_port, wait_until_alive

STOP_S = 8
"""The promise is 5 s; the rest is for a machine that has other things to do."""

CONNECTIONS = 1000


@contextlib.contextmanager
def probe_process(data: Path) -> Iterator[tuple["subprocess.Popen[bytes]", httpx.Client]]:
    """A service with probe routes as a process of its own."""
    port = free_port()
    arguments = [sys.executable, "-m", "builders.probe_service", str(data), str(port)]
    paths = os.pathsep.join([str(ROOT / "tests"), str(ROOT / "src")])
    server = subprocess.Popen(arguments, cwd=ROOT, env=environment(PYTHONPATH=paths))
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
        try:
            wait_until_alive(client, server)
            yield server, client
        finally:
            server.kill()
            server.wait(STOP_S)


def test_it_stops_in_time_with_open_streams_and_running_requests(tmp_path: Path) -> None:
    """A stream without an end and a thread that cannot be ended do not hold it, and it exits 0."""
    with probe_process(tmp_path) as (server, client):
        with client.stream("GET", "/probe/events") as events:
            parts = events.iter_raw()  # kept, because the stream is closed with it
            next(parts)
            url = f"{client.base_url}/probe/sleep?seconds=60"
            sleeping = threading.Thread(target=_ask, args=(url,))
            sleeping.start()
            _wait_for_requests(client, 3)
            server.send_signal(signal.SIGTERM)
            assert server.wait(STOP_S) == 0
        sleeping.join(STOP_S)


def test_a_request_that_is_running_is_answered_before_it_stops(tmp_path: Path) -> None:
    """Whoever asked before the stop gets the answer."""
    answers: list[httpx.Response] = []
    with probe_process(tmp_path) as (server, client):
        url = f"{client.base_url}/probe/sleep?seconds=1"
        asking = threading.Thread(target=lambda: answers.append(httpx.get(url, timeout=30)))
        asking.start()
        _wait_for_requests(client, 2)
        server.send_signal(signal.SIGTERM)
        asking.join(STOP_S)
        assert server.wait(STOP_S) == 0

    assert [answer.json() for answer in answers] == ["slept"]


def _ask(url: str) -> None:
    with contextlib.suppress(httpx.HTTPError):
        httpx.get(url, timeout=30)


def _wait_for_requests(client: httpx.Client, count: int) -> None:
    wanted = f"audio_ident_http_requests_in_flight {count}.0"
    for _ in range(300):
        if wanted in client.get("/metrics").text:
            return
        time.sleep(0.05)
    raise AssertionError(wanted)


def test_a_thousand_idle_connections_leave_it_answering(client: httpx.Client) -> None:
    """Also some that have begun a request and never end it."""
    with contextlib.ExitStack() as stack:
        for number in range(CONNECTIONS):
            raw = stack.enter_context(connection(client))
            if number % 2:
                raw.sendall(b"GET /health HTTP/1.1\r\nHost: loc")
        statuses = [client.get("/health/live").status_code for _ in range(20)]

    assert statuses == [200] * 20


def test_a_port_that_is_taken_is_told_with_its_code(tmp_path: Path) -> None:
    """Exit code 5, the stable code, and what to do; nothing is opened."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        ending = run(
            tmp_path / "data", "serve", "--port", port, AUDIO_IDENT_OPEN_ON_LOOPBACK="true"
        )

    assert ending.code == 5
    assert "ADDRESS_IN_USE" in ending.stderr
    assert port in ending.stderr
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("host", ["203.0.113.1", "no.such.host.invalid"])
def test_a_host_that_is_not_ours_is_told(host: str) -> None:
    """Neither an address of another machine nor an unknown name can be listened on."""
    with pytest.raises(SettingsInvalid, match=host), listening(host, 0):
        pass


def test_the_free_port_that_it_took_is_announced(tmp_path: Path) -> None:
    """With port 0, and only once clients can connect; the supervisor is told too."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as supervisor:
        supervisor.bind(str(tmp_path / "notify"))
        supervisor.settimeout(60)
        variables = environment(
            AUDIO_IDENT_OPEN_ON_LOOPBACK="true", NOTIFY_SOCKET=str(tmp_path / "notify")
        )
        words = command(tmp_path / "data", "serve", "--port", "0")
        with subprocess.Popen(words, cwd=ROOT, env=variables, stderr=subprocess.PIPE) as server:
            assert server.stderr is not None
            line = server.stderr.readline().decode()
            url = line.strip().rpartition(" ")[2]
            alive = httpx.get(f"{url}/health/live").status_code
            ready = supervisor.recv(100)
            server.send_signal(signal.SIGINT)
            stopping = supervisor.recv(100)
            code = server.wait(STOP_S)

    assert line.startswith("listening on http://127.0.0.1:")
    assert (alive, ready, stopping, code) == (200, b"READY=1", b"STOPPING=1", 0)


def test_one_line_tells_of_a_request_without_its_secrets(tmp_path: Path) -> None:
    """Method, path, status and time; neither the query nor headers."""
    port = free_port()
    log = tmp_path / "log"
    variables = environment(
        AUDIO_IDENT_OPEN_ON_LOOPBACK="true",
        AUDIO_IDENT_LOG_LEVEL="info",
        AUDIO_IDENT_LOG_FORMAT="json",
    )
    words = command(tmp_path / "data", "serve", "--port", str(port))
    with log.open("wb") as output:
        server = subprocess.Popen(words, cwd=ROOT, env=variables, stderr=output)
        with httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
            wait_until_alive(client, server)
            answer = client.get(
                "/nothing/here?token=hunter2", headers={"Authorization": "Bearer hunter3"}
            )
        server.send_signal(signal.SIGTERM)
        assert server.wait(STOP_S) == 0
    lines = [line for line in log.read_text().splitlines() if "/nothing/here" in line]

    assert len(lines) == 1
    assert '"status": 404' in lines[0]
    assert answer.headers["x-request-id"] in lines[0]
    assert "hunter" not in log.read_text()
