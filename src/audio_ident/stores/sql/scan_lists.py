"""Queries about what the scan of a session met: kept in packed parts, read page by page."""

import json
import zlib
from collections.abc import Iterator, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from audio_ident.model.files import FileSort, ListedFile, SortTally
from audio_ident.model.library import SessionId
from audio_ident.stores.sql.tables import SessionRow
from audio_ident.stores.sql.tables_events import ScanListRow

PART_FILES = 1000
"""Files of a full part: what a page of the greatest size touches is two parts."""

SESSIONS_KEPT = 10
"""Lists of older sessions are forgotten; the files themselves are in the catalogue."""


class ScanLists:
    """Files that scans met."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add_part(
        self, session_id: SessionId, sort: FileSort, part: int, files: Sequence[ListedFile]
    ) -> None:
        """Keep one part of a list; every part but the last has `PART_FILES`."""
        entries = [[f.root_id, f.relative_path, f.size_bytes, f.modified_ns] for f in files]
        packed = zlib.compress(json.dumps(entries).encode("ascii"))  # odd bytes stay escaped
        self._session.add(
            ScanListRow(
                session_id=session_id,
                sort=sort,
                part=part,
                files=len(files),
                size_bytes=sum(file.size_bytes for file in files),
                packed=packed,
            )
        )

    def forget(self, session_id: SessionId) -> None:
        """Forget the list of a session that scans again, and those of old sessions."""
        newest = sa.select(SessionRow.id).order_by(
            SessionRow.queued_at.desc(), SessionRow.id.desc()
        )
        kept = newest.limit(SESSIONS_KEPT).scalar_subquery()
        old = sa.or_(ScanListRow.session_id == session_id, ScanListRow.session_id.not_in(kept))
        self._session.execute(sa.delete(ScanListRow).where(old))

    def tallies(self, session_id: SessionId) -> dict[FileSort, SortTally]:
        """How many files of each sort were met; empty when no list is kept."""
        query = (
            sa.select(
                ScanListRow.sort,
                sa.func.sum(ScanListRow.files),
                sa.func.sum(ScanListRow.size_bytes),
            )
            .where(ScanListRow.session_id == session_id)
            .group_by(ScanListRow.sort)
        )
        return {
            FileSort(sort): SortTally(files=int(files), size_bytes=int(size_bytes))
            for sort, files, size_bytes in self._session.execute(query)
        }

    def page(
        self, session_id: SessionId, sort: FileSort, offset: int, limit: int
    ) -> Iterator[ListedFile]:
        """Some files of one sort, in the order of the scan."""
        first, last = offset // PART_FILES, (offset + limit - 1) // PART_FILES
        query = (
            sa.select(ScanListRow.part, ScanListRow.packed)
            .where(
                ScanListRow.session_id == session_id,
                ScanListRow.sort == sort,
                ScanListRow.part.between(first, last),
            )
            .order_by(ScanListRow.part)
        )
        for part, packed in self._session.execute(query):
            for number, entry in enumerate(json.loads(zlib.decompress(packed))):
                if offset <= part * PART_FILES + number < offset + limit:
                    root_id, relative_path, size_bytes, modified_ns = entry
                    yield ListedFile(
                        root_id=root_id,
                        relative_path=relative_path,
                        size_bytes=size_bytes,
                        modified_ns=modified_ns,
                    )
