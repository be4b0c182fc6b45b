"""Finds one track as people name it, with the facts of its file and its audio."""

import datetime
import os
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from audio_ident.errors import NotFound
from audio_ident.model.audio import AudioFacts
from audio_ident.model.track_sheet import FiledTrack
from audio_ident.stores.sql.names import display_name
from audio_ident.stores.sql.tables import AudioRow, FileRow, RootRow, StageRow, TrackRow
from audio_ident.stores.sql.tables_edits import HiddenTrackRow, TrackEditRow
from audio_ident.stores.sql.tracks import TRACK_COLUMNS, joined, track_of_row
from audio_ident.units import Ticks

_ENOUGH = 100
"""Tracks that are looked at before a name is called too short."""


class Sheets:
    """Tracks in full; those of missing files too."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, name: str) -> FiledTrack:
        """The track with an id, with an id that alone begins like this, or at an absolute path.

        Raises
        ------
        NotFound
            There is none, or there are several.
        """
        is_path = name.startswith("/")
        chosen = self._at(os.fsencode(name)) if is_path else _named(name)
        rows = [] if chosen is None else self._session.execute(_query().where(chosen)).all()
        if len(rows) == 1:
            return _filed(rows[0])
        if is_path:
            raise NotFound(f"no track of the library lies at {display_name(name)}")
        known = f"{len(rows)} tracks begin" if rows else "no track begins"
        raise NotFound(f"{known} with {display_name(name) or 'nothing'}")

    def find_update(self, filed: FiledTrack) -> datetime.datetime | None:
        """When the work on a track or a person last changed something, None when never."""
        track_id = filed.track.id
        moments = (
            sa.select(sa.func.max(StageRow.ended_at)).where(StageRow.file_id == filed.file_id),
            *(
                sa.select(sa.func.max(moment)).where(table.track_id == track_id)
                for table, moment in (
                    (TrackEditRow, TrackEditRow.decided_at),
                    (TrackEditRow, TrackEditRow.revoked_at),
                    (HiddenTrackRow, HiddenTrackRow.hidden_at),
                    (HiddenTrackRow, HiddenTrackRow.restored_at),
                )
            ),
        )
        found = [self._session.scalar(query) for query in moments]
        return max((at for at in found if at is not None), default=None)

    def _at(self, path: bytes) -> sa.ColumnElement[bool] | None:
        """The condition that a file lies at a path, None below no root."""
        conditions = [
            sa.and_(FileRow.root_id == root_id, FileRow.relative_path == path[len(folder) :])
            for root_id, root in self._session.execute(sa.select(RootRow.id, RootRow.path)).all()
            if path.startswith(folder := root.rstrip(b"/") + b"/")
        ]
        return sa.or_(*conditions) if conditions else None


def _named(name: str) -> sa.ColumnElement[bool] | None:
    return TrackRow.id.startswith(name, autoescape=True) if name else None


def _query() -> Any:  # noqa: ANN401 -- the type of a query of several tables
    return joined(sa.select(*TRACK_COLUMNS)).limit(_ENOUGH)


def _filed(row: Any) -> FiledTrack:  # noqa: ANN401 -- a row of `TRACK_COLUMNS`
    _, file, _, audio, *_ = row
    return FiledTrack(
        track=track_of_row(row),
        file_id=file.id,
        size_bytes=file.size,
        missing_since=file.missing_since,
        sha256=file.sha256,
        facts=facts_of_row(audio),
    )


def facts_of_row(audio: AudioRow) -> AudioFacts:
    """What decoding told of an audio."""
    declared = audio.declared_duration_ticks
    return AudioFacts(
        container=audio.container,
        codec=audio.codec,
        rate_hz=audio.rate_hz,
        channels=audio.channels,
        bits_per_sample=audio.bits_per_sample,
        duration_ticks=Ticks(audio.duration_ticks),
        declared_duration_ticks=None if declared is None else Ticks(declared),
    )
