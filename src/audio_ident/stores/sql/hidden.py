"""Queries about tracks that people took out of the library; their files are never touched."""

import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from audio_ident.model.analysis import AudioDigest
from audio_ident.model.library import Stage, StageStatus, TrackId
from audio_ident.stores.sql.listing_changes import note_changed
from audio_ident.stores.sql.tables import AudioRow, FileRow, StageRow, TrackRow
from audio_ident.stores.sql.tables_edits import HiddenTrackRow
from audio_ident.stores.sql.track_anchors import anchor_of


def is_hidden() -> sa.ColumnElement[bool]:
    """Condition that a track of a query is hidden."""
    return sa.exists().where(
        HiddenTrackRow.track_id == TrackRow.id, HiddenTrackRow.restored_at.is_(None)
    )


def keep_newest_hiding(session: Session) -> None:
    """Let a hiding count no more where the track was restored later, as merged backups have it."""
    later = aliased(HiddenTrackRow)
    restored = (
        sa.select(sa.func.max(later.restored_at))
        .where(
            later.track_id == HiddenTrackRow.track_id,
            later.restored_at >= HiddenTrackRow.hidden_at,
        )
        .scalar_subquery()
    )
    open_ones = sa.select(HiddenTrackRow.id, restored).where(HiddenTrackRow.restored_at.is_(None))
    for hidden_id, at in session.execute(open_ones).all():
        if at is not None:
            session.get_one(HiddenTrackRow, hidden_id).restored_at = at
    session.flush()


class HiddenTracks:
    """Tracks that are out of lists, answers and indexes."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def hide(self, track_id: TrackId, made: tuple[datetime.datetime, str]) -> bool:
        """Hide a track; says whether it was to be seen. Raises `NotFound`."""
        anchor = anchor_of(self._session, track_id)
        if self.is_hidden(track_id):
            return False
        self._session.add(
            HiddenTrackRow(
                track_id=track_id,
                audio_digest=anchor.digest,
                place=anchor.place,
                hidden_at=made[0],
                hidden_by=made[1],
            )
        )
        self._session.flush()
        note_changed(self._session, [anchor.file_id])
        return True

    def restore(self, track_id: TrackId, at: datetime.datetime) -> bool:
        """Show a track again; says whether it was hidden. Raises `NotFound`."""
        anchor = anchor_of(self._session, track_id)
        if not self.is_hidden(track_id):
            return False
        self._session.execute(
            sa.update(HiddenTrackRow)
            .where(HiddenTrackRow.track_id == track_id, HiddenTrackRow.restored_at.is_(None))
            .values(restored_at=at)
        )
        self._make_index_due(anchor.digest)
        note_changed(self._session, [anchor.file_id])
        return True

    def is_hidden(self, track_id: TrackId) -> bool:
        """Whether a person took a track out of the library."""
        query = sa.select(sa.func.count()).where(
            HiddenTrackRow.track_id == track_id, HiddenTrackRow.restored_at.is_(None)
        )
        return bool(self._session.scalar(query))

    def count_events(self, track_id: TrackId | None = None) -> int:
        """How often a track, or any track, was hidden and restored."""
        query = sa.select(
            sa.func.count(HiddenTrackRow.id), sa.func.count(HiddenTrackRow.restored_at)
        )
        if track_id is not None:
            query = query.where(HiddenTrackRow.track_id == track_id)
        hidden, restored = self._session.execute(query).one()
        return int(hidden + restored)

    def digests(self) -> frozenset[AudioDigest]:
        """Recordings all of whose tracks are hidden: no index has them."""
        is_seen = (
            sa.exists()
            .where(FileRow.audio_id == AudioRow.id, TrackRow.file_id == FileRow.id)
            .where(~is_hidden().correlate(TrackRow))
        )
        some = (
            sa.select(FileRow.audio_id)
            .join(TrackRow, TrackRow.file_id == FileRow.id)
            .join(HiddenTrackRow, HiddenTrackRow.track_id == TrackRow.id)
            .where(HiddenTrackRow.restored_at.is_(None))
        )
        query = sa.select(AudioRow.digest).where(
            AudioRow.id.in_(some.scalar_subquery()), ~is_seen.correlate(AudioRow)
        )
        return frozenset(AudioDigest(digest) for digest in self._session.scalars(query))

    def waiting(self) -> frozenset[AudioDigest]:
        """Recordings that are analysed and wait for the next writer to index them."""
        query = (
            sa.select(AudioRow.digest)
            .join(FileRow, FileRow.audio_id == AudioRow.id)
            .join(StageRow, StageRow.file_id == FileRow.id)
            .where(StageRow.stage == Stage.INDEX, StageRow.status == StageStatus.DUE)
        )
        return frozenset(AudioDigest(digest) for digest in self._session.scalars(query))

    def settle_index(self, digests: frozenset[AudioDigest]) -> None:
        """Say that recordings are indexed whose analysis is ready."""
        for digest in sorted(digests):
            files = (
                sa.select(FileRow.id)
                .join(AudioRow, AudioRow.id == FileRow.audio_id)
                .join(StageRow, StageRow.file_id == FileRow.id)
                .where(
                    AudioRow.digest == digest,
                    StageRow.stage == Stage.ANALYSIS,
                    StageRow.status == StageStatus.READY,
                )
            )
            self._set_index(files, StageStatus.DUE, StageStatus.READY)

    def _make_index_due(self, digest: AudioDigest) -> None:
        files = sa.select(FileRow.id).join(AudioRow).where(AudioRow.digest == digest)
        self._set_index(files, StageStatus.READY, StageStatus.DUE)

    def _set_index(self, files: "sa.Select[int]", before: StageStatus, after: StageStatus) -> None:
        self._session.execute(
            sa.update(StageRow)
            .where(
                StageRow.file_id.in_(files.scalar_subquery()),
                StageRow.stage == Stage.INDEX,
                StageRow.status == before,
            )
            .values(status=after)
            .execution_options(synchronize_session=False)
        )
