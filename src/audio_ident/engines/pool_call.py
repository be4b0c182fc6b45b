"""One call of the worker pool, from its submission to its end, and how a pool may be set up."""

import dataclasses
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, Generic, TypeVar

from audio_ident.engines.worker import Report

_T = TypeVar("_T")


class PoolFull(Exception):
    """As many calls wait for a worker as may."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class PoolOptions:
    """How a pool that answers requests differs from one that works through a list."""

    backlog: int | None = None
    """Calls of `try_submit` that may wait for a worker; None keeps `submit` waiting instead."""
    make_tools: Callable[[Report], Any] | None = None
    """Makes, once in each process, what all its calls are given as their first argument."""
    is_warm: bool = False
    """Whether processes start at once, and again at once when they are lost."""


class PoolCall(Generic[_T]):
    """A call that waits, runs or is done.

    Parameters
    ----------
    request
        The pickled function and arguments.
    timeout_s
        How long it may run, None for ever.
    ends_at_s
        When it ends at the latest, by `time.monotonic`.
    on_progress
        Takes what the call reports.
    """

    def __init__(
        self,
        request: bytes,
        *,
        timeout_s: float | None,
        ends_at_s: float | None = None,
        on_progress: Callable[[Any], None] | None = None,
    ) -> None:
        self.future: Future[_T] = Future()
        self.request = request
        self.is_withdrawn = False
        self._timeout_s = timeout_s
        self._ends_at_s = ends_at_s
        self._on_progress = on_progress
        self._lock = threading.Lock()
        self._kill: Callable[[], None] | None = None

    def withdraw(self) -> None:
        """Drop it if it waits, end the worker that runs it if one does; nothing when it is done."""
        with self._lock:
            self.is_withdrawn = True
            if not self.future.cancel() and self._kill is not None:
                self._kill()

    def enter_worker(self, kill: Callable[[], None], now_s: float) -> bool:
        """Say what ends the process that is to run it; False when nobody wants it any more."""
        with self._lock:
            if self._ends_at_s is None and self._timeout_s is not None:
                self._ends_at_s = now_s + self._timeout_s
            self._kill = kill
            return not self.is_withdrawn

    def leave_worker(self) -> None:
        """Say that its process is no longer its own."""
        with self._lock:
            self._kill = None

    def report(self, progress: Any) -> None:  # noqa: ANN401 -- whatever the call tells
        """Hand on how far it has come."""
        if self._on_progress is not None:
            self._on_progress(progress)

    def remaining_s(self, now_s: float) -> float | None:
        """Time it has left, 0 when it is late, None when nothing limits it."""
        return None if self._ends_at_s is None else max(0.0, self._ends_at_s - now_s)

    @property
    def lateness(self) -> str:
        """What to say when its time is over."""
        if self._timeout_s is None:
            return "no end before the deadline"
        return f"no end after {self._timeout_s:g} s"
