"""Event streams (server-sent events) about imports, whichever process runs them."""

import asyncio
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi import Path as PathParameter
from fastapi.responses import StreamingResponse

from audio_ident.api.access import allowed
from audio_ident.api.dependencies import ServiceOfApp
from audio_ident.api.event_source import make_event_source
from audio_ident.api.problems import Responses, problems
from audio_ident.api.sse import EventHub, event_stream, is_stopping
from audio_ident.errors import NotFound
from audio_ident.library.imports import FINAL_STATES
from audio_ident.model.accounts import Scope
from audio_ident.refusals import ServiceUnavailable
from audio_ident.wiring.service import Service

router = APIRouter(tags=["events"], dependencies=[allowed(Scope.READ)])

GREATEST_EVENT_ID = 2**62

STREAM: dict[str, Any] = {
    "description": "The stream; `docs/reference/events.md` describes its events.",
    "content": {"text/event-stream": {"schema": {"type": "string"}}},
}

SESSION_STREAM: Responses = {
    200: STREAM,
    204: {"description": "The import has ended, and there is nothing that was missed."},
    **problems(NotFound, ServiceUnavailable),
}


async def get_hub(request: Request, service: ServiceOfApp) -> EventHub:
    """The listeners of this application; made with the first of them."""
    state = request.app.state
    if getattr(state, "event_hub", None) is None:
        state.event_hub = EventHub(
            make_event_source(service.events, service.imports),
            service.settings.max_event_listeners,
            lambda: is_stopping(request.app),
        )
    hub: EventHub = state.event_hub
    return hub


def get_last_event_id(
    from_header: Annotated[
        str | None,
        Header(
            alias="Last-Event-ID",
            pattern="^[0-9]{1,18}$",
            description="The last event that was seen; browsers send it when they reconnect.",
        ),
    ] = None,
    from_query: Annotated[
        int | None,
        Query(
            alias="last_event_id",
            ge=0,
            le=GREATEST_EVENT_ID,
            description="The same, for clients that cannot set the header.",
        ),
    ] = None,
) -> int | None:
    """The last event that a client saw, None when it has seen none."""
    return from_query if from_header is None else int(from_header)


Hub = Annotated[EventHub, Depends(get_hub)]
LastEventId = Annotated[int | None, Depends(get_last_event_id)]


@router.get(
    "/events",
    response_class=StreamingResponse,
    responses={200: STREAM, **problems(ServiceUnavailable)},
)
async def stream_events(hub: Hub, last_event_id: LastEventId) -> StreamingResponse:
    """Events of all imports as they happen; it never ends by itself but once an hour."""
    hub.check_room()
    return event_stream(hub.stream(None, last_event_id))


@router.get(
    "/imports/{session_id}/events", response_class=StreamingResponse, responses=SESSION_STREAM
)
async def stream_import_events(
    session_id: Annotated[UUID, PathParameter(description="Id of the import.")],
    service: ServiceOfApp,
    hub: Hub,
    last_event_id: LastEventId,
) -> Response:
    """Events of one import as they happen; ends after `completed`."""
    hub.check_room()
    name = str(session_id)
    if await asyncio.to_thread(_has_nothing_more, service, name, last_event_id):
        return Response(status_code=204)
    return event_stream(hub.stream(name, last_event_id))


def _has_nothing_more(service: Service, session_id: str, last_event_id: int | None) -> bool:
    """Whether a client knows all of an import; 204 keeps browsers from asking again."""
    view = service.imports.get(session_id)
    if view.session.state not in FINAL_STATES or last_event_id is None:
        return False
    missed = service.events.missed(last_event_id, session_id)
    return not missed.has_gap and not missed.events
