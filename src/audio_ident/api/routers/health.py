"""Whether the service is alive, and what it can do at this moment."""

from http import HTTPStatus
from importlib import metadata

from fastapi import APIRouter, Response

from audio_ident.api.dependencies import ReadinessOfApp
from audio_ident.api.schemas.health import Health, ReadinessReport, readiness_report

router = APIRouter(tags=["health"])


@router.get("/health")
def get_health() -> Health:
    """The process answers; nothing is checked."""
    return Health(status="ok", version=metadata.version("audio-ident"))


@router.get("/health/live")
async def get_liveness() -> Health:
    """The process answers, however busy its threads are."""
    return get_health()


@router.get("/ping", operation_id="ping")
async def ping() -> Health:
    """The same as `/health/live`, under the name that some tools look for."""
    return get_health()


@router.get(
    "/health/ready",
    responses={
        503: {"model": ReadinessReport, "description": "Nothing can be served at this moment."}
    },
)
def get_readiness_report(response: Response, readiness: ReadinessOfApp) -> ReadinessReport:
    """How well each part works, with reason and remedy; 503 only when nothing can be served."""
    report = readiness.report()
    if not report.can_serve:
        response.status_code = HTTPStatus.SERVICE_UNAVAILABLE
    return readiness_report(report, metadata.version("audio-ident"))
