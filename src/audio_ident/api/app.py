"""The HTTP application: made by a function, opened by its lifespan, nothing at import time."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from importlib import metadata

import anyio.to_thread
from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.middleware.cors import CORSMiddleware
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from audio_ident.api.limits import COMMON_LIMITS, Limits
from audio_ident.api.metrics import Metrics
from audio_ident.api.middleware.bodies import BodyLimits
from audio_ident.api.middleware.boundary import Boundary
from audio_ident.api.middleware.head import HeadAsGet
from audio_ident.api.middleware.headers import SecurityHeaders
from audio_ident.api.middleware.hosts import BasePath, HostCheck
from audio_ident.api.middleware.record import RequestRecord
from audio_ident.api.openapi import describe
from audio_ident.api.problems import add_error_handlers
from audio_ident.api.routers.metrics import metrics_router
from audio_ident.api.routers.registry import API_ROUTERS, PLAIN_ROUTERS
from audio_ident.api.routes import API, RouteTable
from audio_ident.library.readiness import Readiness
from audio_ident.settings.model import Settings
from audio_ident.wiring.door import OpenService, ServiceDoor
from audio_ident.wiring.parts import new_id
from audio_ident.wiring.service import open_service

SEEN_BY_PAGES = (
    *("Accept-Ranges", "Content-Disposition", "Content-Range", "ETag", "Location"),
    *("RateLimit", "Retry-After", "X-Request-ID"),
)
"""Headers that pages of other origins may read, where other origins are allowed."""


def make_app(
    settings: Settings,
    open_: OpenService = open_service,
    *,
    limits: Limits = COMMON_LIMITS,
    on_refusal: Callable[[], None] = lambda: None,
) -> FastAPI:
    """The application over the library that the settings name.

    Parameters
    ----------
    settings, open_
        The library, and how it is opened.
    limits
        What is taken of a request.
    on_refusal
        Called when the settings turn out, after the start, not to allow to serve the library.
    """
    door = ServiceDoor(settings, open_, on_refusal)
    app = FastAPI(
        title="audio-ident",
        summary="Names any clip of your own music library by ear.",
        version=metadata.version("audio-ident"),
        docs_url=None,
        redoc_url=None,
        lifespan=partial(_lifespan, threads=settings.http_threads),
        generate_unique_id_function=_operation_id,
    )
    app.state.door = door
    app.state.metrics = Metrics(door.figures)
    app.state.readiness = Readiness(door.probes, time.monotonic)
    add_error_handlers(app)
    for router in (*PLAIN_ROUTERS, metrics_router(settings)):
        app.include_router(router)
    for router in API_ROUTERS:
        app.include_router(router, prefix=API)
    app.state.routes = RouteTable(app.routes)
    app.openapi = partial(describe, app)  # type: ignore[method-assign]  # as FastAPI documents it
    _add_middleware(app, settings, limits)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI, threads: int) -> AsyncIterator[None]:
    anyio.to_thread.current_default_thread_limiter().total_tokens = threads
    door: ServiceDoor = app.state.door
    door.start()
    try:
        if door.refusal is None:
            yield
        else:
            raise door.refusal
    finally:
        door.close()
        app.state.readiness.close()


def _add_middleware(app: FastAPI, settings: Settings, limits: Limits) -> None:
    """Add the middleware from the inside to the outside."""
    app.add_middleware(HeadAsGet, app.state.routes)
    app.add_middleware(Boundary)
    app.add_middleware(BodyLimits, settings, limits, time.monotonic)
    if settings.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origins,
            allow_methods=("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"),
            allow_headers=("Authorization", "Content-Type", "Idempotency-Key", "If-None-Match"),
            allow_credentials=True,
            expose_headers=SEEN_BY_PAGES,
        )
    app.add_middleware(BasePath, settings.base_path)
    app.add_middleware(ProxyHeadersMiddleware, list(settings.trusted_proxies))
    app.add_middleware(HostCheck, settings)
    app.add_middleware(SecurityHeaders, has_other_origins=bool(settings.cors_origins))
    app.add_middleware(RequestRecord, app.state.metrics, new_id, time.monotonic)


def _operation_id(route: APIRoute) -> str:
    """Name of an operation in generated clients: that of its function."""
    return route.name
