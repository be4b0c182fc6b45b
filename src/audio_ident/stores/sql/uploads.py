"""Queries about uploads: recordings that were sent to be kept."""

import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from audio_ident.errors import NotFound
from audio_ident.model.analysis import AudioDigest
from audio_ident.model.kinship import Kinship
from audio_ident.model.library import FileState, TrackId
from audio_ident.model.uploads import Upload, UploadKind, UploadState
from audio_ident.stores.sql.names import display_name
from audio_ident.stores.sql.tables import AudioRow, FileRow, RelationRow, TrackRow
from audio_ident.stores.sql.tables_events import UploadRow


class Uploads:
    """What was uploaded."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, upload: Upload) -> None:
        """Remember an upload."""
        self._session.add(
            UploadRow(
                id=upload.id,
                sha256=upload.sha256,
                name=display_name(upload.name),
                extension=upload.extension,
                size_bytes=upload.size_bytes,
                state=upload.state,
                kind=upload.kind,
                track_id=upload.track_id,
                received_at=upload.received_at,
                ended_at=upload.ended_at,
            )
        )
        self._session.flush()

    def get(self, upload_id: str) -> Upload:
        """The upload with an id; raises `NotFound`."""
        row = self._session.get(UploadRow, upload_id)
        if row is None:
            raise NotFound("no upload has that id")
        return _upload(row)

    def waiting(self) -> list[Upload]:
        """Uploads that nobody has listened to, the oldest first."""
        query = sa.select(UploadRow).where(UploadRow.state == UploadState.WAITING)
        query = query.order_by(UploadRow.received_at, UploadRow.id)
        return [_upload(row) for row in self._session.scalars(query)]

    def track_with_bytes(self, sha256: str) -> TrackId | None:
        """A track in a file on disk with exactly these bytes, None when there is none."""
        return self._track(FileRow.sha256 == sha256)

    def track_with_audio(self, digest: AudioDigest) -> TrackId | None:
        """A track in a file on disk with this audio, None when there is none."""
        return self._track(AudioRow.digest == digest)

    def has_same_recording(self, file_id: int) -> bool:
        """Whether another file holds the recording of a file, as listening says."""
        audio_id = sa.select(FileRow.audio_id).where(FileRow.id == file_id).scalar_subquery()
        query = sa.select(RelationRow.id).where(
            RelationRow.kinship == Kinship.SAME_RECORDING,
            sa.or_(RelationRow.first_audio_id == audio_id, RelationRow.second_audio_id == audio_id),
        )
        return self._session.scalar(query.limit(1)) is not None

    def _track(self, wanted: sa.ColumnElement[bool]) -> TrackId | None:
        query = (
            sa.select(TrackRow.id)
            .join(FileRow, FileRow.id == TrackRow.file_id)
            .join(AudioRow, AudioRow.id == FileRow.audio_id)
            .where(wanted, FileRow.state == FileState.PRESENT)
            .order_by(FileRow.id, TrackRow.start_ticks)
        )
        found = self._session.scalar(query.limit(1))
        return None if found is None else TrackId(found)

    def finish(
        self, upload_id: str, kind: UploadKind, track_id: TrackId, at: datetime.datetime
    ) -> None:
        """Remember which track answers for an upload."""
        row = self._session.get_one(UploadRow, upload_id)
        row.state, row.kind, row.track_id, row.ended_at = UploadState.DONE, kind, track_id, at

    def fail(self, upload_id: str, reason: tuple[str, str], at: datetime.datetime) -> None:
        """Remember, as code and fact, why an upload cannot be used."""
        row = self._session.get_one(UploadRow, upload_id)
        row.state, row.ended_at = UploadState.FAILED, at
        row.error_code, row.error_fact = reason


def _upload(row: UploadRow) -> Upload:
    return Upload(
        id=row.id,
        sha256=row.sha256,
        name=row.name,
        extension=row.extension,
        size_bytes=row.size_bytes,
        state=UploadState(row.state),
        kind=None if row.kind is None else UploadKind(row.kind),
        track_id=None if row.track_id is None else TrackId(row.track_id),
        error_code=row.error_code,
        error_fact=row.error_fact,
        received_at=row.received_at,
        ended_at=row.ended_at,
    )
