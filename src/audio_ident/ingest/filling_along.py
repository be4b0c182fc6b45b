"""Fills the index of vectors while an import goes on, and at its end.

An import is about naming music: when the vectors cannot be written, because their server is out or
their files are damaged, that is said in the log and on the page of health, and it goes on.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack

import structlog

from audio_ident.ingest.filling import Filling
from audio_ident.ingest.tools import Clock
from audio_ident.vibe_errors import ModelInvalid, ModelMissing, VectorsCorrupt, VectorsUnreachable

TEND_INTERVAL_S = 5.0
"""How often the recordings that came meanwhile are put."""

VECTOR_TROUBLE = (VectorsCorrupt, VectorsUnreachable, ModelMissing, ModelInvalid)
"""What an import goes on without; a full disk is none of it."""

_log = structlog.get_logger()


class FillingAlong:
    """Opens the index when there is something to be put, and closes it with the import.

    Parameters
    ----------
    open_filling
        For the process that holds the right to write.
    """

    def __init__(
        self, open_filling: Callable[[], AbstractContextManager[Filling]], clock: Clock
    ) -> None:
        self._open_filling = open_filling
        self._clock = clock
        self._stack = ExitStack()
        self._filling: Filling | None = None
        self._is_busy = False
        self._is_given_up = False
        self._tended_s = clock.monotonic_s()

    def tend(self) -> None:
        """Put what came meanwhile, now and then."""
        if self._clock.monotonic_s() - self._tended_s >= TEND_INTERVAL_S:
            self._attempt(Filling.fill_some)
            self._tended_s = self._clock.monotonic_s()

    def finish(self, should_stop: Callable[[], bool]) -> None:
        """Bring the index up to date."""
        self._attempt(lambda filling: filling.fill(should_stop))

    def close(self) -> None:
        """Release the index."""
        try:
            self._stack.close()
        except VECTOR_TROUBLE as error:
            self._give_up(error)

    def _attempt(self, work: Callable[[Filling], object]) -> None:
        if self._is_busy or self._is_given_up:  # it asks whether to stop, which leads here again
            return
        self._is_busy = True
        try:
            if self._filling is None:
                self._filling = self._stack.enter_context(self._open_filling())
            work(self._filling)
        except VECTOR_TROUBLE as error:
            self._give_up(error)
        finally:
            self._is_busy = False

    def _give_up(self, error: Exception) -> None:
        self._is_given_up = True
        code, fact = getattr(error, "code", ""), getattr(error, "fact", "")
        _log.error("vectors_wait", code=code, fact=fact)
