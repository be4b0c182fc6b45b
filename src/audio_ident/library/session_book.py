"""What is known of sessions, profiles and failed files, and what may be asked of a session.

Any process may ask; none of this needs the right to write to the stores.
"""

import datetime
from collections.abc import Callable, Sequence
from pathlib import Path

from audio_ident.errors import BadInput
from audio_ident.model.library import ErrorEntry, FileError
from audio_ident.model.parameters import ImportParameters
from audio_ident.model.sessions import Profile, SessionState, StoredSession, Wish
from audio_ident.stores.sql.unit_of_work import Catalogue

_LONGEST_NAME = 100


class SessionBook:
    """Sessions and profiles of one library.

    Parameters
    ----------
    now
        Tells the moment.
    if_nobody_writes
        Does something while no process works, and nothing otherwise.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        now: Callable[[], datetime.datetime],
        if_nobody_writes: Callable[[Callable[[], None]], None],
    ) -> None:
        self._catalogue = catalogue
        self._now = now
        self._if_nobody_writes = if_nobody_writes

    def all(self) -> list[StoredSession]:
        """Every session, the newest first."""
        self._note_the_dead()
        with self._catalogue.reading() as rows:
            return rows.sessions.all()

    def get(self, name: str) -> StoredSession:
        """The session with an id, or with an id that alone begins like this."""
        self._note_the_dead()
        with self._catalogue.reading() as rows:
            return rows.sessions.get(name)

    def ask(self, name: str, wish: Wish) -> StoredSession:
        """Ask something of a session; its process does it within two seconds."""
        self._note_the_dead()
        with self._catalogue.writing() as rows:
            session = rows.sessions.get(name)
            rows.sessions.set_wish(session.id, wish, self._now())
            return rows.sessions.get(session.id)

    def interrupted(self) -> list[StoredSession]:
        """Sessions that were interrupted and not made good by a later one, the oldest first."""
        done: set[frozenset[str]] = set()
        found = []
        for session in self.all():
            folders = frozenset(session.order.folders)
            if session.state == SessionState.INTERRUPTED and folders not in done:
                found.append(session)
            done.add(folders)
        return found[::-1]

    def resume_interrupted(self) -> list[StoredSession]:
        """Queue again what was interrupted."""
        sessions = self.interrupted()
        with self._catalogue.writing() as rows:
            for session in sessions:
                rows.sessions.move(session.id, SessionState.QUEUED, self._now())
        return sessions

    def resume_left(self) -> None:
        """Queue again what was interrupted and nobody at a terminal waits for.

        What was paused is paused again: whoever paused it did not mean until the next start.
        """
        self._note_the_dead()
        with self._catalogue.reading() as rows:
            if not rows.sessions.has_left():
                return
        left = [s for s in self.interrupted() if s.order.awaited_by is None]
        with self._catalogue.writing() as rows:
            for session in left:
                rows.sessions.move(session.id, SessionState.QUEUED, self._now(), stays_paused=True)

    def recent_folders(self) -> list[str]:
        """The last five folders that were imported."""
        with self._catalogue.reading() as rows:
            return rows.sessions.recent_folders()

    def profiles(self) -> list[Profile]:
        """Every profile, by name."""
        with self._catalogue.reading() as rows:
            return rows.profiles.all()

    def profile(self, name: str) -> Profile:
        """The profile with a name."""
        with self._catalogue.reading() as rows:
            return rows.profiles.get(name)

    def save_profile(
        self, name: str, folders: Sequence[Path], parameters: ImportParameters
    ) -> Profile:
        """Keep folders and parameters under a name, instead of what it meant before."""
        if not name.strip() or len(name) > _LONGEST_NAME or not name.isprintable():
            raise BadInput(f"the name of a profile has 1 to {_LONGEST_NAME} printable characters")
        now = self._now()
        with self._catalogue.writing() as rows:
            profile = Profile(
                name=name,
                folders=tuple(map(str, folders)),
                parameters=parameters,
                created_at=now,
                last_used_at=None,
            )
            rows.profiles.save(profile)
            return rows.profiles.get(name)

    def remove_profile(self, name: str) -> None:
        """Forget a profile."""
        with self._catalogue.writing() as rows:
            rows.profiles.remove(name)

    def file_errors(self, code: str | None = None) -> list[FileError]:
        """Files that cannot be used, as things stand now."""
        with self._catalogue.reading() as rows:
            return rows.failures.all(code)

    def errors_of(self, name: str) -> list[ErrorEntry]:
        """Errors and warnings that one session met, in the order they came."""
        with self._catalogue.reading() as rows:
            return rows.sessions.errors(rows.sessions.get(name).id)

    def _note_the_dead(self) -> None:
        """Mark what a dead process left; asks for the lock only if there may be something."""
        with self._catalogue.reading() as rows:
            has_open = rows.sessions.has_open()
        if has_open:
            self._if_nobody_writes(self._mark_interrupted)

    def _mark_interrupted(self) -> None:
        with self._catalogue.writing() as rows:
            rows.sessions.interrupt_open(self._now())
