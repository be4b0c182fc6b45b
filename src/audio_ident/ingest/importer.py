"""What the importer process does: works on the queue and on uploads, whoever ordered them.

It takes the right to write for one session at a time, as every process that imports. While
another process has it, it waits: the rows are the queue, so that nothing is lost and nobody works
twice.
"""

import dataclasses
from collections.abc import Callable

import structlog

from audio_ident.errors import LibraryLocked, StoreProblem
from audio_ident.ingest.idle_filling import IdleFilling
from audio_ident.ingest.queue import OpenTools, SessionQueue
from audio_ident.ingest.sweep import sweep
from audio_ident.ingest.tools import Clock
from audio_ident.library.session_book import SessionBook
from audio_ident.model.parameters import ImportParameters
from audio_ident.stores.sql.unit_of_work import Catalogue

LOOK_INTERVAL_S = 0.25
"""How soon an order is noticed."""

CARE_INTERVAL_S = 2.0
"""How soon it is noticed that another process has died over a session."""

TIDY_INTERVAL_S = 600.0

_UPLOAD_LOOK_S = 0.05
_LONGEST_PAUSE_S = 30.0

_log = structlog.get_logger()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Importer:
    """Works until it is told to leave."""

    catalogue: Catalogue
    queue: SessionQueue
    book: SessionBook
    open_tools: OpenTools
    clock: Clock
    must_leave: Callable[[], bool]
    filling: IdleFilling
    """Of the vectors, while there is nothing else to do."""
    tidy: Callable[[], None]
    """Removes what processes that died have left; done now and then."""

    def run(self) -> None:
        """Work on whatever comes; a library that cannot be written is tried again later."""
        pause_s = LOOK_INTERVAL_S
        cared_s = tidied_s = float("-inf")
        hidings = 0
        while not self.must_leave():
            try:
                if self.clock.monotonic_s() - cared_s >= CARE_INTERVAL_S:
                    self.book.resume_left()
                    hidings = self._index_without_hidden(hidings)
                    cared_s = self.clock.monotonic_s()
                if self.clock.monotonic_s() - tidied_s >= TIDY_INTERVAL_S:
                    self.tidy()
                    tidied_s = self.clock.monotonic_s()
                self._take_uploads()
                for session in self.queue.run_queued(should_stop=self.must_leave):
                    _log.info("session_ended", session=session.id, state=session.state)
                self._fill_vectors()
                pause_s = LOOK_INTERVAL_S
            except LibraryLocked:
                pause_s = LOOK_INTERVAL_S
            except StoreProblem as error:
                pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)
                _log.error("importer_waits", code=error.code, fact=error.fact, pause_s=pause_s)
            self._rest(pause_s)

    def _take_uploads(self) -> None:
        if not self._has_uploads():
            return
        with self.open_tools(ImportParameters()) as (tools, _):
            sweep(tools.stores)
            while self._has_uploads() and not self.must_leave():
                tools.between_files()
                self.clock.sleep_s(_UPLOAD_LOOK_S)
            tools.after_files(self.must_leave)

    def _index_without_hidden(self, known: int) -> int:
        """Bring the index up to what people hid and restored; how often they did so far."""
        with self.catalogue.reading() as rows:
            hidings = rows.hidden.count_events()
        if hidings != known:
            with self.open_tools(ImportParameters()) as (tools, _):
                sweep(tools.stores)
                tools.stores.index.publish()
                tools.after_files(self.must_leave)
        return hidings

    def _fill_vectors(self) -> None:
        if not self.filling.is_due() or self._is_wanted():
            return
        looked_s = self.clock.monotonic_s()
        is_wanted = False

        def should_stop() -> bool:
            nonlocal looked_s, is_wanted
            now_s = self.clock.monotonic_s()
            if not is_wanted and now_s - looked_s >= LOOK_INTERVAL_S:
                looked_s, is_wanted = now_s, self._is_wanted()
            return is_wanted or self.must_leave()

        self.filling.fill(should_stop)

    def _is_wanted(self) -> bool:
        """Whether an import or an upload waits, whoever is to take it."""
        return self._has_uploads() or bool(self.queue.queued())

    def _has_uploads(self) -> bool:
        with self.catalogue.reading() as rows:
            return bool(rows.uploads.waiting())

    def _rest(self, pause_s: float) -> None:
        end_s = self.clock.monotonic_s() + pause_s
        while self.clock.monotonic_s() < end_s and not self.must_leave():
            self.clock.sleep_s(LOOK_INTERVAL_S)
