"""Queries about files that may be copies of each other."""

import dataclasses
import os
from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from audio_ident.model.analysis import AudioDigest
from audio_ident.model.kinship import Copy
from audio_ident.model.library import FileState, TrackKind
from audio_ident.model.tags import Tags
from audio_ident.stores.sql.hidden import is_hidden
from audio_ident.stores.sql.names import real_path
from audio_ident.stores.sql.tables import AudioRow, FileRow, RootRow, TrackRow
from audio_ident.stores.sql.tracks import TRACK_COLUMNS, joined, track_of_row

_DIGESTS_AT_ONCE = 500


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A file as grouping sees it."""

    digest: AudioDigest
    path: str
    sha256: str | None


class Copies:
    """Files on disk with what tells copies apart; missing and hidden ones are left out."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def shared_digests(self) -> list[AudioDigest]:
        """Audio that several files hold."""
        query = (
            sa.select(AudioRow.digest)
            .join(FileRow, FileRow.audio_id == AudioRow.id)
            .join(TrackRow, TrackRow.file_id == FileRow.id)
            .where(*_on_disk())
            .group_by(AudioRow.digest)
            .having(sa.func.count() > 1)
            .order_by(AudioRow.digest)
        )
        return [AudioDigest(digest) for digest in self._session.scalars(query)]

    def of(self, digests: Collection[AudioDigest]) -> list[Copy]:
        """Every file that holds one of these recordings, by path."""
        wanted = sorted(digests)
        found: list[Copy] = []
        for start in range(0, len(wanted), _DIGESTS_AT_ONCE):
            found += self._some(wanted[start : start + _DIGESTS_AT_ONCE])
        return sorted(found, key=lambda copy: copy.track.path)

    def members(self, digests: Collection[AudioDigest]) -> list[Member]:
        """The same files, with no more than grouping needs."""
        wanted = sorted(digests)
        found: list[Member] = []
        for start in range(0, len(wanted), _DIGESTS_AT_ONCE):
            query = (
                sa.select(AudioRow.digest, RootRow.path, FileRow.relative_path, FileRow.sha256)
                .join(FileRow, FileRow.audio_id == AudioRow.id)
                .join(RootRow, RootRow.id == FileRow.root_id)
                .join(TrackRow, TrackRow.file_id == FileRow.id)
                .where(AudioRow.digest.in_(wanted[start : start + _DIGESTS_AT_ONCE]), *_on_disk())
            )
            found += [
                Member(
                    digest=AudioDigest(digest),
                    path=os.fsdecode(root).rstrip("/") + "/" + real_path(relative_path),
                    sha256=sha256,
                )
                for digest, root, relative_path, sha256 in self._session.execute(query)
            ]
        return found

    def find(self, reference: str) -> Copy | None:
        """The file of a track id or an absolute path, None when there is none on disk."""
        row = self._session.execute(_query().where(TrackRow.id == reference)).first()
        if row is None:
            row = self._find_path(os.fsencode(reference))
        return None if row is None else _copy(row)

    def _find_path(self, path: bytes) -> Any:  # noqa: ANN401 -- a row of a joined query
        for root_id, root in self._session.execute(sa.select(RootRow.id, RootRow.path)).all():
            folder = root.rstrip(b"/") + b"/"
            if path.startswith(folder):
                place = (FileRow.root_id == root_id, FileRow.relative_path == path[len(folder) :])
                if row := self._session.execute(_query().where(*place)).first():
                    return row
        return None

    def _some(self, digests: Collection[AudioDigest]) -> list[Copy]:
        rows = self._session.execute(_query().where(AudioRow.digest.in_(digests)))
        return [_copy(row) for row in rows]


def _query() -> Any:  # noqa: ANN401 -- the type of a query that grows step by step
    return joined(sa.select(*TRACK_COLUMNS)).where(*_on_disk())


def _on_disk() -> tuple[sa.ColumnElement[bool], ...]:
    return (
        FileRow.state == FileState.PRESENT,
        TrackRow.kind == TrackKind.WHOLE_FILE,
        ~is_hidden(),
    )


def _copy(row: Any) -> Copy:  # noqa: ANN401 -- a row of a joined query
    _, file, _, audio, *_ = row
    track = track_of_row(row)
    return Copy(
        track=track,
        size_bytes=file.size,
        mtime_ns=file.mtime_ns,
        sha256=file.sha256,
        is_lossless=audio.bits_per_sample is not None,
        tag_count=_filled(track.claims),
    )


def _filled(tags: Tags) -> int:
    """How many fields say something; a field of several parts says something when one does."""
    return sum(bool(getattr(tags, field.name)) for field in dataclasses.fields(tags))
