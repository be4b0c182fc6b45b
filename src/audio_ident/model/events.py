"""What happens in imports, as it is told to whoever listens: kept for a while, in order."""

import dataclasses
import datetime
import enum
from collections.abc import Mapping
from typing import Any

from audio_ident.model.library import SessionId


class EventKind(enum.StrEnum):
    """What an event tells; `docs/reference/events.md` has the fields of each."""

    STATE_CHANGED = "state_changed"
    PROGRESS = "progress"
    ERROR = "error"
    """One file cannot be used."""
    COMPLETED = "completed"
    """A session has ended for good, however it ended."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened."""

    id: int
    """Increasing in the order in which events become visible; never used twice."""
    session_id: SessionId | None
    kind: EventKind
    document: Mapping[str, Any]
    at: datetime.datetime


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """Events that somebody missed."""

    events: tuple[Event, ...]
    has_gap: bool
    """Whether some of them are no longer kept."""
