"""What routes are given: the use cases of the application they run in."""

from typing import Annotated, cast

from fastapi import Depends, Request

from audio_ident.api.metrics import Metrics
from audio_ident.library.readiness import Readiness
from audio_ident.wiring.door import ServiceDoor
from audio_ident.wiring.service import Service


def get_service(request: Request) -> Service:
    """The service; raises `ServiceUnavailable` while the library cannot be opened."""
    return cast(ServiceDoor, request.app.state.door).service()


def get_metrics(request: Request) -> Metrics:
    """What the application counts."""
    return cast(Metrics, request.app.state.metrics)


def get_readiness(request: Request) -> Readiness:
    """What knows how well each part works."""
    return cast(Readiness, request.app.state.readiness)


ServiceOfApp = Annotated[Service, Depends(get_service)]
MetricsOfApp = Annotated[Metrics, Depends(get_metrics)]
ReadinessOfApp = Annotated[Readiness, Depends(get_readiness)]
