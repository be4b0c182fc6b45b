"""Events as they are told: read from the store, whichever process wrote them."""

import dataclasses
from collections.abc import Sequence

from audio_ident.library.imports import RootedPath, rooted
from audio_ident.model.events import Event, EventKind
from audio_ident.model.library import SessionId
from audio_ident.stores.sql.roots import Root
from audio_ident.stores.sql.unit_of_work import Catalogue


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ToldEvent:
    """An event and, when it is about a file, where that lies."""

    event: Event
    place: RootedPath | None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Missed:
    """What a listener missed."""

    events: tuple[ToldEvent, ...]
    has_gap: bool
    """Whether some of it is no longer kept, so that only a snapshot helps."""


class EventBook:
    """The events of a library."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def last_id(self) -> int:
        """Id of the last event, 0 before the first."""
        with self._catalogue.reading() as rows:
            return rows.events.last_id()

    def after(self, event_id: int, limit: int) -> list[ToldEvent]:
        """The first events behind an id, in order."""
        with self._catalogue.reading() as rows:
            events = rows.events.after(event_id, limit)
            roots = rows.roots.all() if _needs_roots(events) else []
        return [_told(event, roots) for event in events]

    def missed(self, event_id: int, session_id: str | None) -> Missed:
        """Everything behind an id; with a session, only what concerns it."""
        wanted = None if session_id is None else SessionId(session_id)
        with self._catalogue.reading() as rows:
            replay = rows.events.replay(event_id, wanted)
            roots = rows.roots.all() if _needs_roots(replay.events) else []
        return Missed(
            events=tuple(_told(event, roots) for event in replay.events), has_gap=replay.has_gap
        )


def _needs_roots(events: Sequence[Event]) -> bool:
    return any(event.kind is EventKind.ERROR for event in events)


def _told(event: Event, roots: Sequence[Root]) -> ToldEvent:
    is_error = event.kind is EventKind.ERROR
    return ToldEvent(event=event, place=rooted(event.document["path"], roots) if is_error else None)
