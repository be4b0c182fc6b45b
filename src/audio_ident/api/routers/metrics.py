"""What Prometheus reads."""

import hmac

from fastapi import APIRouter, Request, Response, params
from fastapi.responses import PlainTextResponse

from audio_ident.api.access import allowed
from audio_ident.api.dependencies import MetricsOfApp
from audio_ident.api.metrics import MEDIA_TYPE
from audio_ident.model.accounts import Scope
from audio_ident.refusals import Unauthorized
from audio_ident.settings.model import Settings


def metrics_router(settings: Settings) -> APIRouter:
    """`/metrics`, for whoever sends the token of the settings, or may read when there is none."""
    router = APIRouter(tags=["health"])
    router.add_api_route(
        "/metrics",
        get_metrics,
        dependencies=[_token_or_read_access(settings)],
        response_class=PlainTextResponse,
        responses={200: {"description": "Counters in the text format of Prometheus."}},
    )
    return router


def get_metrics(metrics: MetricsOfApp) -> Response:
    """Requests, searches, imports and the index in numbers, for Prometheus."""
    return Response(metrics.exposition(), media_type=MEDIA_TYPE)


def _token_or_read_access(settings: Settings) -> params.Depends:
    expected = settings.metrics_token.get_secret_value()
    if not expected:
        return allowed(Scope.READ)

    def check(request: Request) -> None:
        sent = request.headers.get("authorization", "")
        if not hmac.compare_digest(sent.encode(), f"Bearer {expected}".encode()):
            raise Unauthorized("the token is not the one that the settings name")

    return params.Depends(check)
