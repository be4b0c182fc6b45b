"""A queue of sessions over small stores, with real locks and real worker processes."""

import contextlib
import dataclasses
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

from audio_ident.engines.pool import CrashProofExecutor
from audio_ident.errors import LibraryLocked
from audio_ident.ingest.queue import SessionQueue
from audio_ident.ingest.tools import ImportOptions, ImportTools
from audio_ident.library.session_book import SessionBook
from audio_ident.model.parameters import ImportParameters
from audio_ident.stores.lock import WriterLock, living_processes
from builders.importing import make_stores, make_tools
from builders.wav import WavAnalyser


class Office:
    """Everything that one process has of a library."""

    def __init__(
        self,
        data: Path,
        log: Path,
        pause_s: float = 0.0,
        workers: int = 2,
        url: str | None = None,
    ) -> None:
        self.data = data
        self.stores = make_stores(data, url=url)
        self.analyser = WavAnalyser(log=log, pause_s=pause_s)
        self.workers = workers
        self.options = ImportOptions(files_at_once=4, progress_interval_s=0)
        self.queue = SessionQueue(
            self.stores.catalogue,
            self.stores.clock,
            lambda: str(uuid.uuid4()),
            self._open_tools,
            living_processes(self.stores.catalogue),
        )
        self.book = SessionBook(
            self.stores.catalogue, self.stores.clock.now, self._if_nobody_writes
        )

    def close(self) -> None:
        """Let go of the library."""
        self.stores.catalogue.close()

    def _lock(self) -> WriterLock:
        return WriterLock(self.data, also=self.stores.catalogue.one_writer)

    def _if_nobody_writes(self, action: Callable[[], None]) -> None:
        with (
            contextlib.suppress(LibraryLocked),
            self._lock(),
        ):
            action()

    @contextlib.contextmanager
    def _open_tools(
        self, parameters: ImportParameters
    ) -> Iterator[tuple[ImportTools, ImportOptions]]:
        del parameters
        with self._lock():
            pool = CrashProofExecutor(self.workers, task_timeout_s=30)
            try:
                tools = make_tools(self.stores, pool, self.analyser)
                yield dataclasses.replace(tools, end_calls=pool.end_calls), self.options
            finally:
                pool.kill()
