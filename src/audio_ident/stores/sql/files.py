"""Queries about files on disk."""

import dataclasses
import datetime
import os
from collections.abc import Collection, Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from audio_ident.model.analysis import AudioDigest
from audio_ident.model.library import FileStamp, FileState
from audio_ident.model.tags import Tags
from audio_ident.stores.sql.listing_changes import note_changed, show_states
from audio_ident.stores.sql.names import display_name
from audio_ident.stores.sql.tables import AudioRow, FileRow, TagsRow
from audio_ident.stores.sql.tag_columns import TAG_NAMES, tag_columns, tags_from

_IDS_AT_ONCE = 500
_ROWS_AT_ONCE = 1000

KNOWN_COLUMNS = (
    FileRow.id,
    FileRow.root_id,
    FileRow.relative_path,
    FileRow.size,
    FileRow.mtime_ns,
    FileRow.inode,
    FileRow.sha256,
    FileRow.state,
)
"""What `known_file` needs."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class KnownFile:
    """What the catalogue remembers of a file."""

    id: int
    stamp: FileStamp
    sha256: str | None
    state: FileState


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a file holds, as far as it is known."""

    sha256: str | None = None
    audio_id: int | None = None


def known_file(row: Any) -> KnownFile:  # noqa: ANN401 -- a row of `KNOWN_COLUMNS`
    """What the catalogue remembers, from one row of a query."""
    stamp = FileStamp(
        root_id=row.root_id,
        relative_path=os.fsdecode(row.relative_path),
        size=row.size,
        mtime_ns=row.mtime_ns,
        inode=None if row.inode is None else int(row.inode),
    )
    return KnownFile(id=row.id, stamp=stamp, sha256=row.sha256, state=FileState(row.state))


def in_folder(root_id: int, below: str) -> list[sa.ColumnElement[bool]]:
    """Condition that a file lies in a folder of a root, relative; empty for all of it."""
    folder = os.fsencode(below)
    conditions = [FileRow.root_id == root_id]
    if folder:
        # "0" follows "/", and names are compared byte by byte: this is everything below
        conditions += [FileRow.relative_path > folder + b"/", FileRow.relative_path < folder + b"0"]
    return conditions


class Files:
    """Files on disk and what their tags claim."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def of_root(self, root_id: int, below: str = "") -> Iterator[KnownFile]:
        """Every file ever seen below a root, or below a folder of it."""
        query = sa.select(*KNOWN_COLUMNS).where(*in_folder(root_id, below))
        for row in self._session.execute(query.execution_options(yield_per=_ROWS_AT_ONCE)):
            yield known_file(row)

    def count_present(self, root_id: int) -> int:
        """How many files of a root were there when they were last looked for."""
        query = sa.select(sa.func.count()).where(
            FileRow.root_id == root_id, FileRow.state == FileState.PRESENT
        )
        return self._session.scalar(query) or 0

    def save(self, stamp: FileStamp, content: Content, at: datetime.datetime) -> int:
        """The id of a file, whose row is made or brought up to date."""
        path = os.fsencode(stamp.relative_path)
        row = self._session.scalar(
            sa.select(FileRow).where(
                FileRow.root_id == stamp.root_id, FileRow.relative_path == path
            )
        )
        if row is None:
            row = FileRow(root_id=stamp.root_id, relative_path=path, first_seen_at=at)
            row.display = display_name(stamp.relative_path)
            self._session.add(row)
        row.size = stamp.size
        row.mtime_ns = stamp.mtime_ns
        row.inode = None if stamp.inode is None else str(stamp.inode)
        row.sha256 = content.sha256
        row.audio_id = content.audio_id
        row.state = FileState.PRESENT
        row.missing_since = None
        self._session.flush()
        note_changed(self._session, [row.id])
        return row.id

    def show_as(self, file_id: int, name: str) -> None:
        """Show a file under the name that it had where it came from."""
        self._session.get_one(FileRow, file_id).display = display_name(name)
        self._session.flush()
        note_changed(self._session, [file_id])

    def get_id(self, stamp: FileStamp) -> int:
        """The id of a file that is known."""
        return self._session.scalars(_id_at(stamp)).one()

    def find_id(self, stamp: FileStamp) -> int | None:
        """The id of the file at a place, None when none is known there."""
        return self._session.scalars(_id_at(stamp)).one_or_none()

    def content(self, file_id: int) -> Content:
        """What a file is known to hold."""
        row = self._session.get_one(FileRow, file_id)
        return Content(sha256=row.sha256, audio_id=row.audio_id)

    def mark_missing(self, file_ids: Collection[int], at: datetime.datetime) -> None:
        """Say that files were looked for and not found; everything known of them stays."""
        self._set_state(file_ids, FileState.MISSING, at)

    def mark_present(self, file_ids: Collection[int]) -> None:
        """Say that missing files are back, unchanged."""
        self._set_state(file_ids, FileState.PRESENT, None)

    def count_missing(self, file_ids: Collection[int]) -> int:
        """How many of some files are missing."""
        ids = list(file_ids)
        found = 0
        for start in range(0, len(ids), _IDS_AT_ONCE):
            chosen = FileRow.id.in_(ids[start : start + _IDS_AT_ONCE])
            query = sa.select(sa.func.count()).where(chosen, FileRow.state == FileState.MISSING)
            found += self._session.scalar(query) or 0
        return found

    def _set_state(
        self, file_ids: Collection[int], state: FileState, missing_since: datetime.datetime | None
    ) -> None:
        ids = list(file_ids)
        for start in range(0, len(ids), _IDS_AT_ONCE):
            self._session.execute(
                sa.update(FileRow)
                .where(FileRow.id.in_(ids[start : start + _IDS_AT_ONCE]))
                .values(state=state, missing_since=missing_since)
            )
        show_states(self._session, ids)

    def hashed_sizes(self) -> frozenset[int]:
        """Sizes of the files whose audio is known: a new file of another size is no copy."""
        query = sa.select(FileRow.size).where(FileRow.audio_id.is_not(None)).distinct()
        return frozenset(self._session.scalars(query))

    def with_hash(self, sha256: str) -> list[int]:
        """Files with exactly these bytes whose audio is known, oldest first."""
        query = (
            sa.select(FileRow.id)
            .where(FileRow.sha256 == sha256, FileRow.audio_id.is_not(None))
            .order_by(FileRow.id)
        )
        return list(self._session.scalars(query))

    def digest(self, file_id: int) -> AudioDigest | None:
        """Name of the audio that a file holds, None while that is not known."""
        query = (
            sa.select(AudioRow.digest)
            .join(FileRow, FileRow.audio_id == AudioRow.id)
            .where(FileRow.id == file_id)
        )
        found = self._session.scalar(query)
        return None if found is None else AudioDigest(found)

    def save_tags(self, file_id: int, tags: Tags) -> None:
        """Remember what the tags of a file claim, instead of what was known before."""
        row = self._session.get(TagsRow, file_id)
        if row is None:
            row = TagsRow(file_id=file_id)
            self._session.add(row)
        for name, value in tag_columns(tags).items():
            setattr(row, name, value)
        note_changed(self._session, [file_id])

    def tags(self, file_id: int) -> Tags:
        """What the tags of a file claim."""
        row = self._session.get(TagsRow, file_id)
        return Tags() if row is None else tags_from(row, TAG_NAMES)

    def count(self) -> dict[FileState, int]:
        """How many files there are in each state."""
        query = sa.select(FileRow.state, sa.func.count()).group_by(FileRow.state)
        return {FileState(state): count for state, count in self._session.execute(query)}

    def present_bytes(self) -> int:
        """Size of all files that are there."""
        query = sa.select(sa.func.sum(FileRow.size)).where(FileRow.state == FileState.PRESENT)
        return int(self._session.scalar(query) or 0)


def _id_at(stamp: FileStamp) -> sa.Select[int]:
    return sa.select(FileRow.id).where(
        FileRow.root_id == stamp.root_id,
        FileRow.relative_path == os.fsencode(stamp.relative_path),
    )
