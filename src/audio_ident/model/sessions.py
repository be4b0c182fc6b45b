"""Import sessions: their states, the moves between them, and what others may ask of them.

`MOVES` is the documentation: every move that is not in it raises. `COMPLETED`, `CANCELLED` and
`FAILED` are final. A session that was interrupted waits for somebody to queue it again.
Errors of single files do not change how a session ends: it is `COMPLETED`, and has counts.
"""

import dataclasses
import datetime
import enum
from collections.abc import Mapping
from typing import Any

from audio_ident.errors import IllegalMove
from audio_ident.model.library import SessionId
from audio_ident.model.parameters import ImportParameters


class SessionState(enum.StrEnum):
    """How far an import has come."""

    QUEUED = "queued"
    """It waits for its turn."""
    SCANNING = "scanning"
    """Folders are walked and compared with what is known."""
    PROCESSING = "processing"
    """Files are hashed and listened to."""
    PAUSED = "paused"
    """Nothing new is begun; its process waits."""
    COMPLETED = "completed"
    """Every file on its list was worked on; some may have failed, as its counts tell."""
    CANCELLED = "cancelled"
    """Ended on request; finished files stay."""
    FAILED = "failed"
    """Ended by an error that concerns more than one file; finished files stay."""
    INTERRUPTED = "interrupted"
    """Its process ended; nothing is lost, and it can be queued again."""


_ENDS = {SessionState.CANCELLED, SessionState.FAILED, SessionState.INTERRUPTED}

MOVES: Mapping[SessionState, frozenset[SessionState]] = {
    SessionState.QUEUED: frozenset(
        {SessionState.SCANNING, SessionState.CANCELLED, SessionState.FAILED}
    ),
    SessionState.SCANNING: frozenset({SessionState.PROCESSING, SessionState.PAUSED} | _ENDS),
    SessionState.PROCESSING: frozenset({SessionState.COMPLETED, SessionState.PAUSED} | _ENDS),
    SessionState.PAUSED: frozenset({SessionState.SCANNING, SessionState.PROCESSING} | _ENDS),
    SessionState.COMPLETED: frozenset(),
    SessionState.CANCELLED: frozenset(),
    SessionState.FAILED: frozenset(),
    SessionState.INTERRUPTED: frozenset({SessionState.QUEUED, SessionState.CANCELLED}),
}
"""From each state, the states that may come next."""

OPEN_STATES = frozenset({SessionState.SCANNING, SessionState.PROCESSING, SessionState.PAUSED})
"""The states that no session has once its process has ended."""


def move(before: SessionState, after: SessionState) -> SessionState:
    """The state after a move.

    Raises
    ------
    IllegalMove
        The table does not have it.
    """
    if after not in MOVES[before]:
        raise IllegalMove(f"a session that is {before} cannot become {after}")
    return after


class Wish(enum.StrEnum):
    """What somebody asks of a session; its process looks twice a second."""

    PAUSE = "pause"
    RESUME = "resume"
    CANCEL = "cancel"


WISHABLE: Mapping[Wish, frozenset[SessionState]] = {
    Wish.PAUSE: frozenset({SessionState.SCANNING, SessionState.PROCESSING}),
    Wish.RESUME: frozenset({SessionState.PAUSED}),
    Wish.CANCEL: frozenset({SessionState.QUEUED, SessionState.INTERRUPTED}) | OPEN_STATES,
}
"""In which states a wish makes sense."""


class SessionKind(enum.StrEnum):
    """What a session does."""

    IMPORT = "import"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SessionOrder:
    """What a session is to do."""

    folders: tuple[str, ...]
    """Absolute paths; odd bytes are surrogate escapes."""
    parameters: ImportParameters = dataclasses.field(default_factory=ImportParameters)
    profile: str | None = None
    """Name of the profile that it was started from."""
    kind: SessionKind = SessionKind.IMPORT
    awaited_by: int | None = None
    """Process that waits for its turn to run it; None leaves it to whoever runs the queue."""
    request_key: str | None = None
    """Digest of the key under which a program asked for it; one key never starts two."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class StoredSession:
    """A session as the catalogue remembers it."""

    id: SessionId
    state: SessionState
    order: SessionOrder
    wish: Wish | None
    snapshot: Mapping[str, Any] | None
    """The last saved progress, as `snapshot_document` writes it."""
    queued_at: datetime.datetime
    started_at: datetime.datetime | None
    ended_at: datetime.datetime | None
    files_found: int
    files_done: int
    files_failed: int
    error_code: str | None
    error_fact: str | None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Folders and parameters under a name."""

    name: str
    folders: tuple[str, ...]
    parameters: ImportParameters
    created_at: datetime.datetime
    last_used_at: datetime.datetime | None
