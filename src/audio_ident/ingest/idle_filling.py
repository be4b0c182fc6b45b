"""Fills the vectors of a library while nobody imports: what models make takes hours.

It holds the right to write as an import does, and lets go of it at once when there is anything
else to be done.
"""

import dataclasses
from collections.abc import Callable
from contextlib import AbstractContextManager

import structlog

from audio_ident.ingest.filling import Filling
from audio_ident.ingest.filling_along import VECTOR_TROUBLE
from audio_ident.ingest.tools import Clock
from audio_ident.stores.sql.unit_of_work import Catalogue

PASS_INTERVAL_S = 600.0
"""How often it looks for what nothing tells of: recordings to be tried again, settings."""

NEWS_INTERVAL_S = 2.0
"""How soon news of rows are noticed: an idle importer costs nearly nothing."""

TROUBLE_PAUSE_S = 60.0
"""How long it waits when the vectors cannot be written, or a model not be used."""

_log = structlog.get_logger()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Sight:
    """What tells that there may be something to do."""

    last_audio: int
    hidings: int


class IdleFilling:
    """Fills when it is due.

    Parameters
    ----------
    store
        Name of the index.
    open_filling
        Takes the right to write; raises `LibraryLocked`.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        store: str,
        open_filling: Callable[[], AbstractContextManager[Filling]],
        clock: Clock,
    ) -> None:
        self._catalogue = catalogue
        self._store = store
        self._open_filling = open_filling
        self._clock = clock
        self._sight: _Sight | None = None
        self._next_s = clock.monotonic_s()
        self._trouble = ""
        self._looked_s = float("-inf")

    def is_due(self) -> bool:
        """Whether there may be something to do; asked as often as anybody likes."""
        now_s = self._clock.monotonic_s()
        if now_s >= self._next_s:
            return True
        if self._trouble or now_s - self._looked_s < NEWS_INTERVAL_S:
            return False
        self._looked_s = now_s
        with self._catalogue.reading() as rows:
            has_news = bool(rows.vector_marks.untold(self._store, 1))
        return has_news or self._look() != self._sight

    def fill(self, should_stop: Callable[[], bool]) -> None:
        """Do what is to be done; what hinders it is logged, once, and tried again later.

        Raises
        ------
        LibraryLocked
            Another process writes.
        """
        sight = self._look()
        is_only_said = sight == self._sight and self._clock.monotonic_s() < self._next_s
        try:
            with self._open_filling() as filling:
                if is_only_said and filling.describe(should_stop):
                    return
                is_complete = filling.fill(should_stop).is_complete
        except VECTOR_TROUBLE as error:
            if error.fact != self._trouble:
                _log.error("vectors_wait", code=error.code, fact=error.fact)
            self._trouble = error.fact
            self._next_s = self._clock.monotonic_s() + TROUBLE_PAUSE_S
            return
        self._trouble = ""
        if is_complete:
            self._sight = sight
            self._next_s = self._clock.monotonic_s() + PASS_INTERVAL_S

    def _look(self) -> _Sight:
        with self._catalogue.reading() as rows:
            return _Sight(last_audio=rows.audios.last_number(), hidings=rows.hidden.count_events())
