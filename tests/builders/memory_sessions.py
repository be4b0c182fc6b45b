"""Sessions that live in memory, to stand behind the command line in tests."""

import dataclasses
import datetime
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from audio_ident.errors import NotFound
from audio_ident.model.library import ErrorEntry, FileError, SessionId
from audio_ident.model.parameters import ImportParameters
from audio_ident.model.reports import ImportProgress, ImportSummary
from audio_ident.model.sessions import (
    Profile,
    SessionOrder,
    SessionState,
    StoredSession,
    Wish,
)

NOON = datetime.datetime(2026, 3, 1, 12, 0, tzinfo=datetime.UTC)

Work = Callable[
    [StoredSession, Callable[[ImportProgress], None], Callable[[], bool]], ImportSummary
]


def a_session(**changes: object) -> StoredSession:
    """Session that waits for its turn."""
    facts: dict[str, object] = {
        "id": SessionId("s1"),
        "state": SessionState.QUEUED,
        "order": SessionOrder(folders=("/music",)),
        "wish": None,
        "snapshot": None,
        "queued_at": NOON,
        "started_at": None,
        "ended_at": None,
        "files_found": 0,
        "files_done": 0,
        "files_failed": 0,
        "error_code": None,
        "error_fact": None,
    }
    return StoredSession(**facts | changes)  # type: ignore[arg-type]


@dataclasses.dataclass(slots=True)
class MemorySessions:
    """Both what runs sessions and what knows them."""

    work: Work
    known: dict[str, StoredSession] = dataclasses.field(default_factory=dict)
    named: dict[str, Profile] = dataclasses.field(default_factory=dict)
    failed: list[FileError] = dataclasses.field(default_factory=list)
    met: list[ErrorEntry] = dataclasses.field(default_factory=list)
    waits_for: str | None = None

    def enqueue(
        self,
        folders: Sequence[Path],
        *,
        parameters: ImportParameters,
        profile: str | None,
        is_awaited: bool,
    ) -> SessionId:
        """Remember an order."""
        session_id = SessionId(f"s{len(self.known) + 1}")
        order = SessionOrder(
            folders=tuple(map(str, folders)),
            parameters=parameters,
            profile=profile,
            awaited_by=1 if is_awaited else None,
        )
        self.known[session_id] = a_session(id=session_id, order=order)
        return session_id

    def run(
        self,
        session_id: SessionId,
        *,
        on_progress: Callable[[ImportProgress], None],
        should_stop: Callable[[], bool],
        on_waiting: Callable[[str], None],
    ) -> ImportSummary:
        """Work."""
        if self.waits_for:
            on_waiting(self.waits_for)
        summary = self.work(self.known[session_id], on_progress, should_stop)
        self._set(session_id, state=summary.state)
        return summary

    def run_queued(
        self,
        *,
        on_progress: Callable[[ImportProgress], None],
        should_stop: Callable[[], bool],
    ) -> Iterator[StoredSession]:
        """Work on what waits and is nobody's."""
        for session in list(self.known.values()):
            if session.state == SessionState.QUEUED and not session.order.awaited_by:
                summary = self.work(session, on_progress, should_stop)
                yield self._set(session.id, state=summary.state)

    def all(self) -> list[StoredSession]:
        """Newest first."""
        return list(self.known.values())[::-1]

    def get(self, name: str) -> StoredSession:
        """By id."""
        if name not in self.known:
            raise NotFound(f"no session begins with {name}")
        return self.known[name]

    def ask(self, name: str, wish: Wish) -> StoredSession:
        """Remember the wish."""
        return self._set(self.get(name).id, wish=wish)

    def interrupted(self) -> list[StoredSession]:
        """Those that are."""
        return [s for s in self.known.values() if s.state == SessionState.INTERRUPTED]

    def resume_interrupted(self) -> list[StoredSession]:
        """Queue them."""
        return [self._set(s.id, state=SessionState.QUEUED) for s in self.interrupted()]

    def recent_folders(self) -> list[str]:
        """Folders of all orders."""
        return [folder for s in self.all() for folder in s.order.folders]

    def profiles(self) -> list[Profile]:
        """All."""
        return list(self.named.values())

    def profile(self, name: str) -> Profile:
        """By name."""
        if name not in self.named:
            raise NotFound(f"no profile is called {name}")
        return self.named[name]

    def save_profile(
        self, name: str, folders: Sequence[Path], parameters: ImportParameters
    ) -> Profile:
        """Keep."""
        self.named[name] = Profile(
            name=name,
            folders=tuple(map(str, folders)),
            parameters=parameters,
            created_at=NOON,
            last_used_at=None,
        )
        return self.named[name]

    def remove_profile(self, name: str) -> None:
        """Forget."""
        del self.named[self.profile(name).name]

    def file_errors(self, code: str | None) -> list[FileError]:
        """Give the list."""
        return [error for error in self.failed if code in {None, error.code}]

    def errors_of(self, name: str) -> list[ErrorEntry]:
        """Give the list."""
        self.get(name)
        return self.met

    def _set(self, session_id: str, **changes: object) -> StoredSession:
        changed = dataclasses.replace(self.known[session_id], **changes)  # type: ignore[arg-type]
        self.known[session_id] = changed
        return changed
