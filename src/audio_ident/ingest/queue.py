"""The queue of sessions: who may run which one, and when.

The row of a session is its place in the queue, and the writer's lock is the right to work: a
process takes the lock for one session at a time. A session that some living process waits to run
itself is left to it; every other one is for whoever comes next.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from audio_ident.errors import (
    AudioIdentError,
    Cancelled,
    LibraryLocked,
    StoreProblem,
)
from audio_ident.ingest.orders import Orders
from audio_ident.ingest.pipeline import ignore_progress, never, run_session
from audio_ident.ingest.tools import Clock, ImportOptions, ImportTools
from audio_ident.model.library import SessionId
from audio_ident.model.parameters import ImportParameters
from audio_ident.model.reports import ImportProgress, ImportSummary
from audio_ident.model.sessions import (
    SessionOrder,
    SessionState,
    StoredSession,
    Wish,
)
from audio_ident.stores.sql.unit_of_work import Catalogue

_POLL_S = 0.3
"""How often a waiting process looks whether it is its turn."""

OpenTools = Callable[[ImportParameters], AbstractContextManager[tuple[ImportTools, ImportOptions]]]
"""Takes the writer's lock and makes what an import works with; raises `LibraryLocked`."""


def ignore_waiting(reason: str) -> None:
    """Take no notice of waiting."""
    del reason


class SessionQueue:
    """Queues sessions and runs them.

    Parameters
    ----------
    open_tools
        As `OpenTools` says.
    processes
        Tells the number of this process, and whether the process with a number lives.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        clock: Clock,
        new_id: Callable[[], str],
        open_tools: OpenTools,
        processes: tuple[Callable[[], int], Callable[[int], bool]],
    ) -> None:
        self._catalogue = catalogue
        self._clock = clock
        self._orders = Orders(catalogue, clock, new_id)
        self._open_tools = open_tools
        self._own_number, self._is_alive = processes

    def enqueue(
        self,
        folders: Sequence[Path],
        *,
        parameters: ImportParameters,
        profile: str | None = None,
        is_awaited: bool = False,
    ) -> SessionId:
        """Put an import at the end of the queue; no folders are all those with failures."""
        order = SessionOrder(
            folders=tuple(map(str, folders)),
            parameters=parameters,
            profile=profile,
            awaited_by=self._own_number() if is_awaited else None,
        )
        return self._orders.place(order).id

    def run(
        self,
        session_id: SessionId,
        *,
        on_progress: Callable[[ImportProgress], None] = ignore_progress,
        should_stop: Callable[[], bool] = never,
        on_waiting: Callable[[str], None] = ignore_waiting,
    ) -> ImportSummary:
        """Wait until it is a session's turn, and run it; raises as `run_session` does.

        Raises
        ------
        Cancelled
            It was ended before its turn came.
        """
        told: str | None = None
        while True:
            reason = "sessions before it in the queue"
            try:
                if (session := self._next()) and session.id == session_id:
                    return self._run(session, on_progress, should_stop)
                if session is not None and not self._is_left_to_another(session):
                    self._run_for_others(session, should_stop)
                    continue
            except LibraryLocked as error:
                reason = error.fact
            if reason != told:
                told = reason
                on_waiting(reason)
            self._wait(session_id, should_stop)

    def import_now(self, folders: Sequence[Path], should_stop: Callable[[], bool]) -> ImportSummary:
        """Queue an import of some folders and run it when it is its turn."""
        session_id = self.enqueue(folders, parameters=ImportParameters(), is_awaited=True)
        return self.run(session_id, should_stop=should_stop)

    def run_queued(
        self,
        *,
        on_progress: Callable[[ImportProgress], None] = ignore_progress,
        should_stop: Callable[[], bool] = never,
    ) -> Iterator[StoredSession]:
        """Run what nobody waits for until the queue is empty; each session as it ended.

        Ends as well when another process has taken over.

        Raises
        ------
        StoreProblem
            The library cannot be written. What is queued stays queued.
        """
        while not should_stop():
            waiting = [s for s in self.queued() if not self._is_left_to_another(s)]
            if not waiting:
                return
            try:
                self._run_for_others(waiting[0], should_stop, on_progress)
            except LibraryLocked:
                return
            with self._catalogue.reading() as rows:
                yield rows.sessions.get(waiting[0].id)

    def queued(self) -> list[StoredSession]:
        """The queue, in its order."""
        with self._catalogue.reading() as rows:
            return rows.sessions.queued()

    def _next(self) -> StoredSession | None:
        queued = self.queued()
        return queued[0] if queued else None

    def _is_left_to_another(self, session: StoredSession) -> bool:
        process = session.order.awaited_by
        return process is not None and process != self._own_number() and self._is_alive(process)

    def _run(
        self,
        session: StoredSession,
        on_progress: Callable[[ImportProgress], None],
        should_stop: Callable[[], bool],
    ) -> ImportSummary:
        with self._open_tools(session.order.parameters) as (tools, options):
            self._check_queued(session.id)
            return run_session(session, tools, options, on_progress, should_stop)

    def _run_for_others(
        self,
        session: StoredSession,
        should_stop: Callable[[], bool],
        on_progress: Callable[[ImportProgress], None] = ignore_progress,
    ) -> None:
        """Run a session; what goes wrong with it alone is in its row and stops nobody."""
        try:
            self._run(session, on_progress, should_stop)
        except StoreProblem:
            raise
        except AudioIdentError:
            return

    def _wait(self, session_id: SessionId, should_stop: Callable[[], bool]) -> None:
        self._check_queued(session_id)
        if should_stop():
            with self._catalogue.writing() as rows:
                rows.sessions.set_wish(session_id, Wish.CANCEL, self._clock.now())
        self._clock.sleep_s(_POLL_S)

    def _check_queued(self, session_id: SessionId) -> None:
        with self._catalogue.reading() as rows:
            state = rows.sessions.get(session_id).state
        if state != SessionState.QUEUED:
            raise Cancelled(f"the session is {state}, its turn has not come")
