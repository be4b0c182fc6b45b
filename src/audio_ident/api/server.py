"""Runs the application in this process until it is told to stop."""

import uvicorn

from audio_ident.api.app import make_app
from audio_ident.settings.model import Settings

STOP_S = 3
"""How long open requests may take once the service is told to stop; all of it takes at most 5 s."""


def serve(settings: Settings) -> None:
    """Serve until SIGTERM or Ctrl-C."""
    config = uvicorn.Config(
        make_app(settings),
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        forwarded_allow_ips=list(settings.trusted_proxies),
        timeout_graceful_shutdown=STOP_S,
    )
    uvicorn.Server(config).run()
