"""Queries about the files that hold recordings, for what has to be heard again."""

import dataclasses
import os
from collections.abc import Collection
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from audio_ident.model.analysis import AudioDigest
from audio_ident.model.library import FileState
from audio_ident.stores.sql.tables import AudioRow, FileRow, RootRow


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class HeldFile:
    """A file as it was when it was listened to."""

    path: str
    size: int
    mtime_ns: int


class VectorFiles:
    """Files by the recordings in them."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def holding(self, digests: Collection[AudioDigest]) -> dict[AudioDigest, list[HeldFile]]:
        """Files on disk that hold recordings, the oldest first."""
        query = (
            sa.select(
                AudioRow.digest,
                RootRow.path,
                FileRow.relative_path,
                FileRow.size,
                FileRow.mtime_ns,
            )
            .join(FileRow, FileRow.audio_id == AudioRow.id)
            .join(RootRow, RootRow.id == FileRow.root_id)
            .where(AudioRow.digest.in_(digests), FileRow.state == FileState.PRESENT)
            .order_by(FileRow.id)
        )
        found: dict[AudioDigest, list[HeldFile]] = {}
        for digest, root, relative_path, size, mtime_ns in self._session.execute(query):
            path = str(Path(os.fsdecode(root)) / os.fsdecode(relative_path))
            file = HeldFile(path=path, size=size, mtime_ns=mtime_ns)
            found.setdefault(AudioDigest(digest), []).append(file)
        return found
