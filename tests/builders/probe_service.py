"""The service with probe routes: in a thread of this process, or as a process of its own."""

import contextlib
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import structlog

from audio_ident.api.limits import COMMON_LIMITS, Limits
from audio_ident.api.server import Server, listening, make_server
from audio_ident.logs import configure_logs
from audio_ident.settings.model import Settings
from builders.databases import catalogue_setting
from builders.probe_routes import router

START_S = 60


@contextlib.contextmanager
def probing(data: Path, limits: Limits = COMMON_LIMITS, **settings: Any) -> Iterator[httpx.Client]:
    """A client of a service with probe routes, in a thread; settings as their class names them."""
    with _quiet_log(), listening("127.0.0.1", 0) as listener:
        server = _make(data, limits, **settings)
        is_started = threading.Event()
        server.on_start = is_started.set
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        port = listener.getsockname()[1]
        assert is_started.wait(START_S)
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
                yield client
        finally:
            server.should_exit = True
            thread.join(30)


@contextlib.contextmanager
def _quiet_log() -> Iterator[None]:
    configure_logs("error", "json")
    try:
        yield
    finally:
        structlog.reset_defaults()


def _make(data: Path, limits: Limits, **settings: Any) -> Server:
    common = {"data_dir": data, "open_on_loopback": True, **catalogue_setting(data)}
    known = Settings(**(common | settings))
    server = make_server(known, limits)
    server.config.app.include_router(router)  # type: ignore[union-attr]
    return server


def main() -> None:
    """Serve the folder that the command line names, at the port it names."""
    configure_logs("error", "json")
    with listening("127.0.0.1", int(sys.argv[2])) as listener:
        server = _make(Path(sys.argv[1]), COMMON_LIMITS)
        server.run([listener])


if __name__ == "__main__":
    main()
