"""Runs the application in this process until it is told to stop."""

from types import FrameType

import uvicorn
from fastapi import FastAPI

from audio_ident.api.app import make_app
from audio_ident.settings.model import Settings

STOP_S = 3
"""How long open requests may take once the service is told to stop; all of it takes at most 5 s."""


def serve(settings: Settings) -> None:
    """Serve until SIGTERM or Ctrl-C."""
    app = make_app(settings)
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        forwarded_allow_ips=list(settings.trusted_proxies),
        timeout_graceful_shutdown=STOP_S,
    )
    _Server(config, app).run()


class _Server(uvicorn.Server):
    """A server whose application knows that it was told to stop, so that open streams end."""

    def __init__(self, config: uvicorn.Config, app: FastAPI) -> None:
        super().__init__(config)
        self._app = app

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._app.state.is_stopping = True
        super().handle_exit(sig, frame)
