"""Finds a track together with what is needed to open its file."""

import os
from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from audio_ident.model.library import TrackId
from audio_ident.model.playback import StoredTrack
from audio_ident.stores.sql.names import is_displaced
from audio_ident.stores.sql.sheets import facts_of_row
from audio_ident.stores.sql.tables import TrackRow
from audio_ident.stores.sql.tracks import TRACK_COLUMNS, joined, track_of_row


class Playables:
    """Tracks as they can be played; those of missing files too."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def find(self, track_id: TrackId) -> StoredTrack | None:
        """The track of that id, None when there is none."""
        return next(iter(self.with_ids([track_id])), None)

    def with_ids(self, track_ids: Collection[TrackId]) -> list[StoredTrack]:
        """The tracks of some ids, in any order; those that are not there are left out."""
        query = joined(sa.select(*TRACK_COLUMNS)).where(TrackRow.id.in_(track_ids))
        return [_stored(row) for row in self._session.execute(query)]


def _stored(row: Any) -> StoredTrack:  # noqa: ANN401 -- a row of `TRACK_COLUMNS`
    _, file, root_path, audio, *_ = row
    return StoredTrack(
        track=track_of_row(row),
        file_id=file.id,
        root=os.fsdecode(root_path),
        is_displaced=is_displaced(file.relative_path),
        sha256=file.sha256,
        size_bytes=file.size,
        mtime_ns=file.mtime_ns,
        facts=facts_of_row(audio),
    )
