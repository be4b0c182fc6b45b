"""Recordings that were uploaded to be kept."""

import dataclasses
import datetime
import enum

from audio_ident.model.library import TrackId


class UploadState(enum.StrEnum):
    """What has become of an upload."""

    WAITING = "waiting"
    """It has arrived whole, and waits to be listened to."""
    DONE = "done"
    FAILED = "failed"
    """It cannot be used; nothing of it was kept."""


class UploadKind(enum.StrEnum):
    """How an upload is related to what was there before."""

    NEW = "new"
    SAME_BYTES = "same_bytes"
    """A file with exactly these bytes is there; the upload was not kept."""
    SAME_AUDIO = "same_audio"
    """A file with the same encoded audio is there, with other tags; the upload was not kept."""
    SAME_RECORDING = "same_recording"
    """The same recording is there in another encoding; the upload was kept beside it."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """An upload, from its arrival to what became of it."""

    id: str
    """A UUID."""
    sha256: str
    name: str
    """Name of the file where it came from."""
    extension: str
    """What its bytes are, as the end of a file name, without the dot."""
    size_bytes: int
    state: UploadState
    kind: UploadKind | None
    track_id: TrackId | None
    """The track that answers for it; None until that is known."""
    error_code: str | None
    error_fact: str | None
    received_at: datetime.datetime
    ended_at: datetime.datetime | None

    @property
    def incoming_name(self) -> str:
        """Name of its file as long as it waits."""
        return f"{self.id}.{self.extension}"

    @property
    def relative_path(self) -> str:
        """Place of its copy in the folder of uploads."""
        return f"{self.sha256[:2]}/{self.sha256}.{self.extension}"
