"""Imports as whoever is not in their process sees them: snapshots, lists, and what may be asked.

Nothing here needs the right to write to the stores.
"""

import dataclasses
import datetime
from collections.abc import Callable, Collection, Sequence

from audio_ident.errors import IllegalMove, NotFound
from audio_ident.library.path_text import path_to_shown
from audio_ident.model.browse import Page, PageWish
from audio_ident.model.files import FileSort, ListedFile, SortTally
from audio_ident.model.library import ErrorEntry
from audio_ident.model.sessions import MOVES, OPEN_STATES, SessionState, StoredSession, Wish
from audio_ident.stores.sql.names import display_name
from audio_ident.stores.sql.roots import Root
from audio_ident.stores.sql.unit_of_work import Catalogue, Rows

ERRORS_SHOWN = 100

FINAL_STATES = frozenset(state for state, after in MOVES.items() if not after)
"""The states that no session leaves."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class RootedPath:
    """A path by the root that it lies in, so that no path of the machine is told."""

    root_id: int | None
    """None for a path whose root is no longer known."""
    path: str
    """As `path_text` writes it; empty for the root itself."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class RootedError:
    """An error of a file, with its place."""

    entry: ErrorEntry
    place: RootedPath


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ImportView:
    """Everything that can be told of an import at one moment."""

    session: StoredSession
    folders: tuple[RootedPath, ...]
    errors: tuple[RootedError, ...]
    """The last hundred, the last first."""
    error_counts: dict[str, int]
    looked_at: datetime.datetime
    last_event_id: int
    """Whatever happened up to this event is in it."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ListingPage:
    """Some of the files that the scan of an import met."""

    tallies: dict[FileSort, SortTally]
    scanned_at: datetime.datetime | None
    files: tuple[ListedFile, ...]


class Imports:
    """The imports of a library."""

    def __init__(self, catalogue: Catalogue, now: Callable[[], datetime.datetime]) -> None:
        self._catalogue = catalogue
        self._now = now

    def get(self, session_id: str) -> ImportView:
        """One import."""
        with self._catalogue.reading() as rows:
            return self._view(_exactly(rows, session_id), rows, rows.roots.all())

    def page(self, states: Collection[SessionState], wish: PageWish) -> Page[ImportView]:
        """One page of the imports in some states, the newest first."""
        with self._catalogue.reading() as rows:
            roots = rows.roots.all()
            sessions, total = rows.sessions.page(states, wish.offset, wish.size)
            views = [self._view(session, rows, roots) for session in sessions]
        return Page(items=views, page=wish.number, page_size=wish.size, total=total)

    def active(self) -> list[ImportView]:
        """The imports at work, and then those that wait, in the order of the queue."""
        with self._catalogue.reading() as rows:
            roots = rows.roots.all()
            working, _ = rows.sessions.page(OPEN_STATES, 0, ERRORS_SHOWN)
            waiting = rows.sessions.queued()[:ERRORS_SHOWN]
            return [self._view(session, rows, roots) for session in (*working, *waiting)]

    def ask(self, session_id: str, wish: Wish) -> ImportView:
        """Ask something of an import; one that was interrupted and is resumed waits again.

        Raises
        ------
        IllegalMove
            It makes no sense in the state that the import is in.
        """
        with self._catalogue.writing() as rows:
            session = _exactly(rows, session_id)
            if wish is Wish.RESUME and session.state is SessionState.INTERRUPTED:
                rows.sessions.move(session.id, SessionState.QUEUED, self._now())
            else:
                rows.sessions.set_wish(session.id, wish, self._now())
        return self.get(session_id)

    def listing(self, session_id: str, sort: FileSort, offset: int, limit: int) -> ListingPage:
        """Files of one sort that the scan met.

        Raises
        ------
        IllegalMove
            The scan is not done.
        NotFound
            The list is no longer kept.
        """
        with self._catalogue.reading() as rows:
            session = _exactly(rows, session_id)
            is_before = session.state in {SessionState.QUEUED, SessionState.SCANNING}
            if is_before or (session.snapshot is None and session.state in OPEN_STATES):
                raise IllegalMove("the folders of the import are still being looked through")
            tallies = rows.scan_lists.tallies(session.id)
            return ListingPage(
                tallies=tallies,
                scanned_at=session.started_at,
                files=tuple(rows.scan_lists.page(session.id, sort, offset, limit)),
            )

    def failed_files(self, session_id: str, offset: int, limit: int) -> list[RootedError]:
        """Errors of files that an import met, the last first."""
        with self._catalogue.reading() as rows:
            session, roots = _exactly(rows, session_id), rows.roots.all()
            entries = rows.sessions.last_errors(session.id, offset, limit)
            return [RootedError(entry=e, place=rooted(e.path, roots)) for e in entries]

    def _view(self, session: StoredSession, rows: Rows, roots: Sequence[Root]) -> ImportView:
        errors = rows.sessions.last_errors(session.id, 0, ERRORS_SHOWN)
        return ImportView(
            session=session,
            folders=tuple(rooted(folder, roots) for folder in session.order.folders),
            errors=tuple(RootedError(entry=e, place=rooted(e.path, roots)) for e in errors),
            error_counts=rows.sessions.count_errors(session.id),
            looked_at=self._now(),
            last_event_id=rows.events.last_id(),
        )


def rooted(path: str, roots: Sequence[Root]) -> RootedPath:
    """A path of the machine, or what people are shown of it, by the root that it lies in."""
    found: tuple[Root, str] | None = None
    for root in roots:
        for home in (root.path, display_name(root.path)):
            below = _below(path, home)
            if below is not None and (found is None or len(root.path) > len(found[0].path)):
                found = root, below
    if found is None:
        return RootedPath(root_id=None, path=path_to_shown(path.rpartition("/")[2]))
    return RootedPath(root_id=found[0].id, path=path_to_shown(found[1]))


def _below(path: str, home: str) -> str | None:
    if path == home:
        return ""
    start = home.rstrip("/") + "/"
    return path.removeprefix(start) if path.startswith(start) else None


def _exactly(rows: Rows, session_id: str) -> StoredSession:
    session = rows.sessions.get(session_id)
    if session.id != session_id:
        raise NotFound("no import has that id")
    return session
