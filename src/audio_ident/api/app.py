"""The HTTP application: made by a function, opened by its lifespan, nothing at import time."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, asynccontextmanager
from importlib import metadata

import anyio.to_thread
from fastapi import FastAPI
from fastapi.routing import APIRoute

from audio_ident.api.problems import add_error_handlers
from audio_ident.api.routers.registry import API_ROUTERS, PLAIN_ROUTERS
from audio_ident.settings.model import Settings
from audio_ident.wiring.service import Service, open_service

API = "/api/v1"
"""Before every route but those of health and metrics."""

OpenService = Callable[[Settings], AbstractContextManager[Service]]


def make_app(settings: Settings, open_: OpenService = open_service) -> FastAPI:
    """The application over the library that the settings name."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        limiter = anyio.to_thread.current_default_thread_limiter()
        limiter.total_tokens = settings.http_threads
        with open_(settings) as service:
            app.state.service = service
            yield

    app = FastAPI(
        title="audio-ident",
        summary="Names any clip of your own music library by ear.",
        version=metadata.version("audio-ident"),
        root_path=settings.base_path,
        lifespan=lifespan,
        generate_unique_id_function=_operation_id,
    )
    add_error_handlers(app)
    for router in PLAIN_ROUTERS:
        app.include_router(router)
    for router in API_ROUTERS:
        app.include_router(router, prefix=API)
    return app


def _operation_id(route: APIRoute) -> str:
    """Name of an operation in generated clients: that of its function."""
    return route.name
