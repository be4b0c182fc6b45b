"""A client of the service that costs little itself: one connection, and no more than it needs."""

import json
import socket
import time
from collections.abc import Callable
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

BOUNDARY = "benchmark"
PATIENCE_S = 120.0


class Asker:
    """Asks one service, and takes the time."""

    def __init__(self, port: int) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=60)

    def search(self, clip: bytes) -> float:
        """Seconds until the answer about a clip: what it is, and what sounds like it."""
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="audio"; filename="c"\r\n\r\n'
        body = head.encode() + clip + f"\r\n--{BOUNDARY}--\r\n".encode()
        media_type = f"multipart/form-data; boundary={BOUNDARY}"
        started_s = time.perf_counter()
        answer = self._ask("POST", "/api/v1/search", body, media_type)
        if {lane["status"] for lane in answer["lanes"].values()} & {"failed", "timeout"}:
            raise SystemExit(f"a lane did not answer: {answer['lanes']}")
        return time.perf_counter() - started_s

    def order(self, folder: Path) -> str:
        """Order an import; its id."""
        body = json.dumps({"folders": [str(folder)]}).encode()
        return str(self._ask("POST", "/api/v1/imports", body)["session_id"])

    def timed_order(self, folder: Path) -> float:
        """Seconds until an order is taken."""
        started_s = time.perf_counter()
        self.order(folder)
        return time.perf_counter() - started_s

    def timed(self, method: str, address: str) -> float:
        """Seconds until an answer."""
        started_s = time.perf_counter()
        self._ask(method, address)
        return time.perf_counter() - started_s

    def state(self, session_id: str) -> str:
        """How an import stands."""
        return str(self._ask("GET", f"/api/v1/imports/{session_id}")["state"])

    def wait_for(self, session_id: str, state: str) -> None:
        """Return once an import is in a state."""
        _wait(lambda: self.state(session_id) == state)

    def wait_until_alive(self) -> None:
        """Return once the service answers."""
        _wait(self._is_alive)

    def _is_alive(self) -> bool:
        try:
            self._ask("GET", "/health/live")
        except (OSError, HTTPException):
            self._connection.close()
            return False
        return True

    def _ask(
        self,
        method: str,
        address: str,
        body: bytes | None = None,
        media_type: str = "application/json",
    ) -> Any:  # noqa: ANN401 -- JSON
        headers = {} if body is None else {"Content-Type": media_type}
        self._connection.request(method, address, body, headers)
        answer = self._connection.getresponse()
        content = answer.read()
        if answer.status >= HTTPStatus.BAD_REQUEST:
            raise SystemExit(f"{method} {address} was answered {answer.status}: {content!r}")
        return json.loads(content)


def free_port() -> int:
    """A port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(is_so: Callable[[], bool]) -> None:
    deadline_s = time.monotonic() + PATIENCE_S
    while not is_so():
        if time.monotonic() > deadline_s:
            raise SystemExit("the service takes too long")
        time.sleep(0.05)
