"""Queries about files that have moved: their rows go along, with everything that hangs on them."""

import datetime
import os
from collections.abc import Collection, Iterator, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from audio_ident.model.library import FileMove, FileState
from audio_ident.stores.sql.files import KNOWN_COLUMNS, KnownFile, known_file
from audio_ident.stores.sql.listing_changes import note_changed
from audio_ident.stores.sql.names import displaced_path, display_name
from audio_ident.stores.sql.tables import FileRow

_VALUES_AT_ONCE = 500


class Moves:
    """Files that may have moved, and that did."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def with_inodes(self, inodes: Collection[int]) -> Iterator[KnownFile]:
        """Files of any root that had one of these inodes when they were last seen."""
        texts = sorted(map(str, inodes))
        for start in range(0, len(texts), _VALUES_AT_ONCE):
            wanted = FileRow.inode.in_(texts[start : start + _VALUES_AT_ONCE])
            yield from self._known(wanted)

    def with_hash(self, sha256: str) -> list[KnownFile]:
        """Files of any root with exactly these bytes, oldest first."""
        return list(self._known(FileRow.sha256 == sha256))

    def with_audio(self, audio_id: int) -> list[KnownFile]:
        """Files of any root with this audio, oldest first."""
        return list(self._known(FileRow.audio_id == audio_id))

    def _known(self, wanted: sa.ColumnElement[bool]) -> Iterator[KnownFile]:
        query = sa.select(*KNOWN_COLUMNS).where(wanted).order_by(FileRow.id)
        return (known_file(row) for row in self._session.execute(query))

    def apply(self, moves: Sequence[FileMove], at: datetime.datetime) -> None:
        """Let files lie at other places, whatever files lay there before.

        A file that lay at such a place and has not moved itself is missing from now on.
        """
        moved = {move.file_id for move in moves}
        occupants = {found for move in moves if (found := self._at(move)) is not None} - moved
        self._displace(moved | occupants)
        for file_id in sorted(occupants):
            self._update(file_id, state=FileState.MISSING, missing_since=at)
        for move in moves:
            stamp = move.stamp
            self._update(
                move.file_id,
                root_id=stamp.root_id,
                relative_path=os.fsencode(stamp.relative_path),
                display=display_name(stamp.relative_path),
                size=stamp.size,
                mtime_ns=stamp.mtime_ns,
                inode=None if stamp.inode is None else str(stamp.inode),
                state=FileState.PRESENT,
                missing_since=None,
            )
        self._session.expire_all()
        note_changed(self._session, moved | occupants)

    def refresh_inodes(self, inodes: Sequence[tuple[int, int | None]]) -> None:
        """Remember the inodes of files (id, inode) that are unchanged in all other respects."""
        for file_id, inode in inodes:
            self._update(file_id, inode=None if inode is None else str(inode))

    def _at(self, move: FileMove) -> int | None:
        return self._session.scalar(
            sa.select(FileRow.id).where(
                FileRow.root_id == move.stamp.root_id,
                FileRow.relative_path == os.fsencode(move.stamp.relative_path),
            )
        )

    def _displace(self, file_ids: Collection[int]) -> None:
        """Free the places of files, so that names can be swapped and handed round."""
        for file_id in sorted(file_ids):
            path = self._session.scalar(
                sa.select(FileRow.relative_path).where(FileRow.id == file_id)
            )
            if path is not None:
                self._update(file_id, relative_path=displaced_path(path, file_id))

    def _update(self, file_id: int, **values: object) -> None:
        self._session.execute(
            sa.update(FileRow)
            .where(FileRow.id == file_id)
            .values(**values)
            .execution_options(synchronize_session=False)
        )
