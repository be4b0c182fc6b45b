"""What the terminal asks about sessions, profiles and failed files; `wiring` offers it."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

from audio_ident.model.library import ErrorEntry, FileError, SessionId
from audio_ident.model.parameters import ImportParameters
from audio_ident.model.reports import ImportProgress, ImportSummary
from audio_ident.model.sessions import Profile, StoredSession, Wish


class Queue(Protocol):
    """Sessions that wait for their turn, and the right to run them."""

    def enqueue(
        self,
        folders: Sequence[Path],
        *,
        parameters: ImportParameters,
        profile: str | None,
        is_awaited: bool,
    ) -> SessionId:
        """Put an import at the end; awaited, it is left to this process."""
        ...

    def run(
        self,
        session_id: SessionId,
        *,
        on_progress: Callable[[ImportProgress], None],
        should_stop: Callable[[], bool],
        on_waiting: Callable[[str], None],
    ) -> ImportSummary:
        """Wait for a session's turn and run it."""
        ...

    def run_queued(
        self,
        *,
        on_progress: Callable[[ImportProgress], None],
        should_stop: Callable[[], bool],
    ) -> Iterator[StoredSession]:
        """Run what nobody waits for, until the queue is empty."""
        ...


class Sessions(Protocol):
    """What is known of sessions; any process may ask."""

    def all(self) -> Sequence[StoredSession]:
        """Every session, the newest first."""
        ...

    def get(self, name: str) -> StoredSession:
        """The session with an id, or the one whose id begins like this."""
        ...

    def ask(self, name: str, wish: Wish) -> StoredSession:
        """Ask a session to pause, resume or end."""
        ...

    def interrupted(self) -> Sequence[StoredSession]:
        """Sessions whose process died and that nothing made good since."""
        ...

    def resume_interrupted(self) -> Sequence[StoredSession]:
        """Queue those again."""
        ...

    def recent_folders(self) -> Sequence[str]:
        """The last five folders that were imported."""
        ...

    def profiles(self) -> Sequence[Profile]:
        """Every profile, by name."""
        ...

    def profile(self, name: str) -> Profile:
        """The profile with a name."""
        ...

    def save_profile(
        self, name: str, folders: Sequence[Path], parameters: ImportParameters
    ) -> Profile:
        """Keep folders and parameters under a name."""
        ...

    def remove_profile(self, name: str) -> None:
        """Forget a profile."""
        ...

    def file_errors(self, code: str | None) -> Sequence[FileError]:
        """Files that cannot be used as things stand now; with a code, only those."""
        ...

    def errors_of(self, name: str) -> Sequence[ErrorEntry]:
        """Errors and warnings that one session met."""
        ...
