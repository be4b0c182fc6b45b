"""Turns events of the library into the messages of event streams."""

import datetime

from audio_ident.api.schemas.events import ConnectedEvent, SnapshotEvent, event_document
from audio_ident.api.schemas.imports import ImportDocument
from audio_ident.api.sse import EventSource, Message, Picture, message_text
from audio_ident.library.events import EventBook, ToldEvent
from audio_ident.library.imports import FINAL_STATES, Imports
from audio_ident.model.events import EventKind


def make_event_source(events: EventBook, imports: Imports) -> EventSource:
    """Where the event streams of a service take their messages from."""

    def after(event_id: int, limit: int) -> list[Message]:
        return [_message(told) for told in events.after(event_id, limit)]

    def missed(event_id: int, session_id: str | None) -> list[Message] | None:
        found = events.missed(event_id, session_id)
        return None if found.has_gap else [_message(told) for told in found.events]

    def picture(session_id: str | None) -> Picture:
        last_id = events.last_id()  # before the rows are read: nothing between them is lost
        views = imports.active() if session_id is None else [imports.get(session_id)]
        is_last = session_id is not None and views[0].session.state in FINAL_STATES
        document = SnapshotEvent(
            timestamp=_now(), imports=[ImportDocument.of(view) for view in views]
        )
        text = message_text("snapshot", last_id, document.model_dump_json())
        return Picture(id=last_id, is_last=is_last, text=text)

    return EventSource(
        last_id=events.last_id, after=after, missed=missed, picture=picture, connected=_connected
    )


def _connected(last_id: int) -> str:
    document = ConnectedEvent(timestamp=_now(), last_event_id=last_id)
    return message_text("connected", None, document.model_dump_json())


def _message(told: ToldEvent) -> Message:
    event = told.event
    json = event_document(told).model_dump_json()
    return Message(
        id=event.id,
        session_id=event.session_id,
        is_last=event.kind is EventKind.COMPLETED,
        text=message_text(event.kind.value, event.id, json),
    )


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)
