"""Keeps what the scan of a session met, by sort, without holding it in memory."""

from collections import Counter, defaultdict
from types import TracebackType

from audio_ident.ingest.scanner import FoundFile
from audio_ident.ingest.survey import Entries
from audio_ident.ingest.worklist import Place
from audio_ident.model.files import FileSort, ListedFile
from audio_ident.model.library import SessionId
from audio_ident.stores.sql.scan_lists import PART_FILES
from audio_ident.stores.sql.unit_of_work import Catalogue


class ScanList:
    """The list of one scan; complete once the block of its `with` has ended without an error."""

    def __init__(self, catalogue: Catalogue, session_id: SessionId) -> None:
        self._catalogue = catalogue
        self._session_id = session_id
        self._waiting: defaultdict[FileSort, list[ListedFile]] = defaultdict(list)
        self._parts: Counter[FileSort] = Counter()

    def __enter__(self) -> "ScanList":
        with self._catalogue.writing() as rows:
            rows.scan_lists.forget(self._session_id)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is None:
            for sort in list(self._waiting):
                self._save(sort)

    def noting(self, place: Place, entries: Entries) -> Entries:
        """The same entries, each of them noted as it comes by."""
        for entry in entries:
            if isinstance(entry, FoundFile):
                self._note(place, entry)
            yield entry

    def _note(self, place: Place, entry: FoundFile) -> None:
        waiting = self._waiting[entry.sort]
        waiting.append(
            ListedFile(
                root_id=place.root_id,
                relative_path=entry.relative_path,
                size_bytes=entry.size,
                modified_ns=entry.mtime_ns,
            )
        )
        if len(waiting) == PART_FILES:
            self._save(entry.sort)

    def _save(self, sort: FileSort) -> None:
        files = self._waiting.pop(sort, [])
        if files:
            with self._catalogue.writing() as rows:
                rows.scan_lists.add_part(self._session_id, sort, self._parts[sort], files)
            self._parts[sort] += 1
