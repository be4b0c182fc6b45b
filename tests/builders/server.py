"""The real service, in a process of its own."""

import contextlib
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx

from builders.command import ROOT, environment

START_S = 60


@contextlib.contextmanager
def serving(data: Path, *, log: Path | None = None, **settings: str) -> Iterator[httpx.Client]:
    """A client of a service over a library; settings are named as in the environment, in capitals.

    It is left open to everybody on loopback, unless the settings say otherwise. What it prints on
    stderr goes to the log, if one is given.
    """
    with running(data, log=log, **settings) as (client, _):
        yield client


@contextlib.contextmanager
def running(
    data: Path, *, log: Path | None = None, **settings: str
) -> Iterator[tuple[httpx.Client, "subprocess.Popen[bytes]"]]:
    """The same, with the process of the service, for tests that end it themselves."""
    port = free_port()
    with (
        process(data, port, log=log, **settings) as server,
        httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client,
    ):
        wait_until_alive(client, server)
        yield client, server


@contextlib.contextmanager
def process(
    data: Path, port: int, *, log: Path | None = None, **settings: str
) -> Iterator["subprocess.Popen[bytes]"]:
    """A service process that is told to stop at the end, and killed if it does not."""
    settings = {"AUDIO_IDENT_OPEN_ON_LOOPBACK": "true"} | settings
    with contextlib.ExitStack() as stack:
        stderr = stack.enter_context(log.open("wb")) if log else None
        server = subprocess.Popen(
            [
                *(sys.executable, "-m", "audio_ident", "--data-dir", str(data)),
                *("serve", "--port", str(port)),
            ],
            cwd=ROOT,
            env=environment(data, **settings),
            stderr=stderr,
        )
    try:
        yield server
    finally:
        server.send_signal(signal.SIGTERM)
        try:
            server.wait(60)
        finally:
            server.kill()


def wait_until_alive(client: httpx.Client, server: "subprocess.Popen[bytes]") -> None:
    """Return once the service answers."""
    deadline_s = time.monotonic() + START_S
    while time.monotonic() < deadline_s:
        assert server.poll() is None, f"the service ended with {server.returncode}"
        with contextlib.suppress(httpx.TransportError):
            client.get("/health/live").raise_for_status()
            return
        time.sleep(0.05)
    raise AssertionError("the service did not start")


def free_port() -> int:
    """A port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
