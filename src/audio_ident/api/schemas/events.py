"""What each event of a stream says; `docs/reference/events.md` explains them."""

import datetime
from collections.abc import Mapping

import pydantic

from audio_ident.api.schemas.imports import (
    ImportDocument,
    PlaceDocument,
    ProgressDocument,
    without_paths,
)
from audio_ident.library.events import ToldEvent
from audio_ident.library.imports import RootedPath
from audio_ident.model.codes import remedy_of
from audio_ident.model.events import EventKind
from audio_ident.model.sessions import SessionState


class ConnectedEvent(pydantic.BaseModel):
    """The stream is open; always the first event."""

    timestamp: datetime.datetime = pydantic.Field(description="When, in UTC.")
    last_event_id: int = pydantic.Field(
        description="The newest event at that moment; nothing behind it is missed."
    )


class SnapshotEvent(pydantic.BaseModel):
    """How all imports are: at the beginning, and whenever events were missed."""

    timestamp: datetime.datetime = pydantic.Field(description="When, in UTC.")
    imports: list[ImportDocument] = pydantic.Field(
        description="In the stream of one import that one, otherwise those at work and queued."
    )


class _SessionEvent(pydantic.BaseModel):
    session_id: str | None = pydantic.Field(description="The import that it is about.")
    timestamp: datetime.datetime = pydantic.Field(description="When it happened, in UTC.")


class StateChangedEvent(_SessionEvent):
    """An import is in another state."""

    old_state: SessionState | None = pydantic.Field(description="Null when it was just ordered.")
    new_state: SessionState = pydantic.Field(description="As in `state` of the import.")


class ProgressEvent(_SessionEvent):
    """How far an import has come, about every two seconds."""

    progress: ProgressDocument = pydantic.Field(description="As in the import.")


class FileErrorEvent(_SessionEvent):
    """A file cannot be used; the import goes on."""

    place: PlaceDocument = pydantic.Field(description="Where the file lies.")
    stage: str = pydantic.Field(description="What was done to it.")
    code: str = pydantic.Field(description="Stable code.")
    message: str = pydantic.Field(description="What is wrong.")
    remedy: str = pydantic.Field(description="What can be done.")


class CompletedEvent(_SessionEvent):
    """An import has ended for good: completed, cancelled or failed."""

    state: SessionState = pydantic.Field(description="How it ended.")
    files_processed: int = pydantic.Field(description="Files that were worked on.")
    files_failed: int = pydantic.Field(description="Files that cannot be used.")
    duration_seconds: float = pydantic.Field(description="From its beginning to its end.")
    error_summary: dict[str, int] = pydantic.Field(description="Files that failed, by code.")
    error_code: str | None = pydantic.Field(description="What ended it early.")


STREAM_EVENTS: Mapping[str, type[pydantic.BaseModel]] = {
    "connected": ConnectedEvent,
    "snapshot": SnapshotEvent,
    EventKind.STATE_CHANGED.value: StateChangedEvent,
    EventKind.PROGRESS.value: ProgressEvent,
    EventKind.ERROR.value: FileErrorEvent,
    EventKind.COMPLETED.value: CompletedEvent,
}
"""Every event by its name."""


def event_document(told: ToldEvent) -> pydantic.BaseModel:
    """What an event says."""
    event, document = told.event, told.event.document
    common = {"session_id": event.session_id, "timestamp": event.at}
    if event.kind is EventKind.STATE_CHANGED:
        return StateChangedEvent.model_validate(common | dict(document))
    if event.kind is EventKind.PROGRESS:
        return ProgressEvent.model_validate(common | {"progress": ProgressDocument.of(document)})
    if event.kind is EventKind.ERROR:
        return FileErrorEvent.model_validate(
            common
            | {
                "place": PlaceDocument.of(told.place or RootedPath(root_id=None, path="")),
                "stage": document["stage"],
                "code": document["code"],
                "message": without_paths(document["fact"]),
                "remedy": remedy_of(document["code"]),
            }
        )
    return CompletedEvent.model_validate(
        common
        | {
            "state": document["state"],
            "files_processed": document["files_processed"],
            "files_failed": document["files_failed"],
            "duration_seconds": document["duration_s"],
            "error_summary": document["failures"],
            "error_code": document["error_code"],
        }
    )
