"""The row of one import: begun, kept up to date, ended."""

import contextlib
from collections.abc import Sequence

from audio_ident.errors import AudioIdentError, StoreProblem
from audio_ident.ingest.progress import Meter
from audio_ident.ingest.tools import Stores
from audio_ident.model.library import ErrorEntry, SessionId
from audio_ident.model.sessions import SessionState, Wish
from audio_ident.stores.sql.names import display_name


class ImportSession:
    """One import, as the catalogue remembers it; it waits in the queue."""

    def __init__(self, stores: Stores, session_id: SessionId) -> None:
        self._stores = stores
        self.id = session_id
        self.state = SessionState.QUEUED
        self.found = 0

    def move(self, state: SessionState) -> None:
        """Change its state."""
        with self._stores.catalogue.writing() as rows:
            rows.sessions.move(self.id, state, self._stores.clock.now())
        self.state = state

    def wish(self) -> Wish | None:
        """What somebody asks of it."""
        with self._stores.catalogue.reading() as rows:
            return rows.sessions.wish(self.id)

    def publish(self) -> None:
        """Show its recordings to other processes."""
        self._stores.index.publish()

    def tell_progress(self, meter: Meter) -> None:
        """Remember how far it has come, and tell whoever listens."""
        snapshot = meter.snapshot(self.state)
        with self._stores.catalogue.writing() as rows:
            rows.sessions.save_progress(self.id, meter.session_counts(self.found), snapshot)
            rows.sessions.tell_progress(self.id, snapshot, self._stores.clock.now())

    def add_errors(self, entries: Sequence[ErrorEntry]) -> None:
        """Remember errors and warnings."""
        if entries:
            with self._stores.catalogue.writing() as rows:
                rows.sessions.add_errors(self.id, entries)

    def end(self, meter: Meter, state: SessionState) -> None:
        """Remember how it ended."""
        with self._stores.catalogue.writing() as rows:
            counts = meter.session_counts(self.found)
            rows.sessions.save_progress(self.id, counts, meter.snapshot(state))
            rows.sessions.move(self.id, state, self._stores.clock.now())
        self.state = state

    def fail(self, meter: Meter, error: AudioIdentError) -> None:
        """Remember what ended it early, if the catalogue can still be written."""
        with contextlib.suppress(StoreProblem), self._stores.catalogue.writing() as rows:
            counts = meter.session_counts(self.found)
            rows.sessions.save_progress(self.id, counts, meter.snapshot(SessionState.FAILED))
            reason = (error.code, display_name(error.fact))
            rows.sessions.fail(self.id, reason, self._stores.clock.now())
        self.state = SessionState.FAILED
