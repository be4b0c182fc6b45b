"""The row of one import: begun, kept up to date, ended."""

import contextlib
from collections.abc import Sequence

from audio_ident.errors import AudioIdentError, StoreProblem
from audio_ident.ingest.progress import Meter
from audio_ident.ingest.tools import Stores
from audio_ident.ingest.worklist import Place
from audio_ident.model.library import ErrorEntry, SessionId, SessionState
from audio_ident.stores.sql.names import display_name


class ImportSession:
    """One import, as the catalogue remembers it."""

    def __init__(self, stores: Stores, session_id: SessionId) -> None:
        self._stores = stores
        self.id = session_id
        self.found = 0

    @classmethod
    def start(cls, stores: Stores, new_id: str, places: Sequence[Place]) -> "ImportSession":
        """Remember that an import begins."""
        session = cls(stores, SessionId(new_id))
        folders = "\n".join(display_name(str(place.root / place.below)) for place in places)
        with stores.catalogue.writing() as rows:
            rows.sessions.start(session.id, folders, stores.clock.now())
        return session

    def save_counts(self, meter: Meter, state: SessionState = SessionState.PROCESSING) -> None:
        """Remember how far it has come, and show its recordings to other processes."""
        self._stores.index.publish()
        with self._stores.catalogue.writing() as rows:
            rows.sessions.save_counts(self.id, state, meter.session_counts(self.found))

    def add_errors(self, entries: Sequence[ErrorEntry]) -> None:
        """Remember errors and warnings."""
        if entries:
            with self._stores.catalogue.writing() as rows:
                rows.sessions.add_errors(self.id, entries)

    def end(self, meter: Meter, state: SessionState) -> None:
        """Remember how it ended."""
        with self._stores.catalogue.writing() as rows:
            rows.sessions.save_counts(self.id, state, meter.session_counts(self.found))
            rows.sessions.end(self.id, self._stores.clock.now())

    def fail(self, meter: Meter, error: AudioIdentError) -> None:
        """Remember what ended it early, if the catalogue can still be written."""
        with contextlib.suppress(StoreProblem), self._stores.catalogue.writing() as rows:
            counts = meter.session_counts(self.found)
            rows.sessions.save_counts(self.id, SessionState.FAILED, counts)
            fact = display_name(error.fact)
            rows.sessions.end(self.id, self._stores.clock.now(), (error.code, fact))
