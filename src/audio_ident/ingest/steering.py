"""Where an import is to go on: asked of the person at the terminal and of the session's row."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from audio_ident.errors import Cancelled
from audio_ident.ingest.course import Course
from audio_ident.ingest.session import ImportSession
from audio_ident.ingest.tools import ImportTools
from audio_ident.model.sessions import SessionState, Wish

LOOK_INTERVAL_S = 0.5
"""How often the row is read; a wish is fulfilled within 2 s."""

_T = TypeVar("_T")


class Steering:
    """The course of one session; keeps its state in step with the wishes."""

    def __init__(
        self, session: ImportSession, tools: ImportTools, should_stop: Callable[[], bool]
    ) -> None:
        self._session = session
        self._tools = tools
        self._clock = tools.stores.clock
        self._should_stop = should_stop
        self.is_leaving = False
        """Whether it ended because its process had to."""
        self._looked_s = float("-inf")
        self._course = Course.GO
        self._state_before_pause = session.state

    def course(self) -> Course:
        """How to go on; costs next to nothing when asked often."""
        if self._tools.must_leave():
            self.is_leaving = True
            return Course.ABANDON
        if self._should_stop():
            return Course.FINISH
        now_s = self._clock.monotonic_s()
        if now_s - self._looked_s >= LOOK_INTERVAL_S:
            self._looked_s = now_s
            self._follow(self._session.wish())
            self._tools.between_files()
        return self._course

    def along(self, entries: Iterable[_T]) -> Iterator[_T]:
        """The entries, with waits between them while the session is paused.

        Raises
        ------
        Cancelled
            The session is to end.
        """
        for entry in entries:
            self.wait_while_held()
            yield entry

    def wait_while_held(self) -> None:
        """Return once work may go on; raises `Cancelled` when it is to end."""
        while (course := self.course()) is Course.HOLD:
            self._clock.sleep_s(LOOK_INTERVAL_S / 2)
        if course is not Course.GO:
            raise Cancelled("the session was ended before it was done")

    def _follow(self, wish: Wish | None) -> None:
        if wish is Wish.CANCEL:
            self._course = Course.ABANDON
        elif wish is Wish.PAUSE and self._course is Course.GO:
            self._state_before_pause = self._session.state
            self._session.move(SessionState.PAUSED)
            self._course = Course.HOLD
        elif wish is Wish.RESUME and self._course is Course.HOLD:
            self._session.move(self._state_before_pause)
            self._course = Course.GO
