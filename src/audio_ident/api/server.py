"""Runs the application in this process until it is told to stop."""

import contextlib
import errno
import functools
import ipaddress
import logging
import os
import resource
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from types import FrameType

import structlog
import uvicorn
from fastapi import FastAPI

from audio_ident.api.app import make_app
from audio_ident.api.limits import COMMON_LIMITS, Limits
from audio_ident.api.protocol import bounded_protocol
from audio_ident.api.supervisor import tell_supervisor
from audio_ident.errors import AddressInUse, SettingsInvalid
from audio_ident.settings.model import Settings
from audio_ident.wiring.door import ServiceDoor

REQUESTS_S = 3
"""How long requests may take to end once the service is told to stop."""

STOP_S = 4.8
"""How long all of a stop may take; then the process ends, whatever still hangs."""

BACKLOG = 1024

_log = structlog.get_logger()


def serve(settings: Settings, announce: Callable[[str], None]) -> None:
    """Serve until SIGTERM or Ctrl-C.

    Parameters
    ----------
    settings
        What to serve, and where.
    announce
        Is told the address once clients can connect to it.

    Raises
    ------
    AddressInUse
        Another program listens there.
    SettingsInvalid
        The address cannot be listened on, or the library may not be served with these settings.
    """
    _allow_connections(COMMON_LIMITS.connections)
    with listening(settings.host, settings.port) as listener:
        server = make_server(settings, COMMON_LIMITS)
        server.on_start = functools.partial(announce, _url(listener, settings))
        try:
            server.run([listener])
        except SystemExit:  # how uvicorn tells that the application did not start
            _raise_refusal(server)
            raise
    _raise_refusal(server)


def make_server(settings: Settings, limits: Limits) -> "Server":
    """The server, not yet running."""
    _forward_log_of_uvicorn()
    app = make_app(settings, limits=limits, on_refusal=_stop_this_process)
    config = uvicorn.Config(
        app,
        http=bounded_protocol(limits, settings.base_path),
        ws="none",
        loop="asyncio",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # the application does it
        timeout_keep_alive=limits.idle_s,
        timeout_graceful_shutdown=REQUESTS_S,
    )
    return Server(config, app)


class Server(uvicorn.Server):
    """A server that ends with code 0, in time, and tells the supervisor of services."""

    def __init__(self, config: uvicorn.Config, app: FastAPI) -> None:
        super().__init__(config)
        self._app = app
        self.door: ServiceDoor = app.state.door
        self.on_start: Callable[[], None] = lambda: None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to take requests."""
        await super().startup(sockets)
        if self.started:
            self.on_start()
            tell_supervisor("READY=1")

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop at a signal, which is the usual end and no failure."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self.handle_exit) for number in _SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to stop; with a second Ctrl-C at once."""
        self._app.state.is_stopping = True  # so that open streams end
        if not self.should_exit:
            tell_supervisor("STOPPING=1")
            # a thread that works for a request cannot be ended: the process is, at last
            watchdog = threading.Timer(STOP_S, os._exit, (0,))
            watchdog.daemon = True
            watchdog.start()
        super().handle_exit(sig, frame)


_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextlib.contextmanager
def listening(host: str, port: int) -> Iterator[socket.socket]:
    """A socket that clients can connect to."""
    try:
        family, _, _, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        takes_both = host == "::" and socket.has_dualstack_ipv6()
        listener = socket.create_server(
            address[:2], family=family, backlog=BACKLOG, dualstack_ipv6=takes_both
        )
    except socket.gaierror as error:
        raise SettingsInvalid(f"host: {host} is no address of this machine") from error
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise AddressInUse(f"another program listens on port {port} of {host}") from error
        raise SettingsInvalid(f"host, port: {host} port {port}: {error.strerror}") from error
    with listener:
        yield listener


def _url(listener: socket.socket, settings: Settings) -> str:
    port = listener.getsockname()[1]
    host = settings.host
    with contextlib.suppress(ValueError):
        host = f"[{host}]" if ipaddress.ip_address(host).version == 6 else host
    return f"http://{host}:{port}{settings.base_path}"


def _allow_connections(count: int) -> None:
    """Ask the system for as many open files as there may be connections, and some more."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * count
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _stop_this_process() -> None:
    os.kill(os.getpid(), signal.SIGTERM)


def _raise_refusal(server: Server) -> None:
    if server.door.refusal is not None:
        raise server.door.refusal


class _Forward(logging.Handler):
    """Writes what uvicorn has to say as events of our log, without traces: we told them before."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record."""
        write = _log.warning if record.levelno >= logging.ERROR else _log.debug
        write("server_event", fact=record.getMessage().partition("\n")[0])


def _forward_log_of_uvicorn() -> None:
    logger = logging.getLogger("uvicorn")
    logger.handlers = [_Forward()]
    logger.propagate = False
    logger.setLevel(logging.INFO)
