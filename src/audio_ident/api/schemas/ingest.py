"""Uploads that are kept, and what became of them."""

import datetime
from typing import Literal

import pydantic

from audio_ident.model.codes import remedy_of
from audio_ident.model.display import NO_ARTIST, shown_artist, shown_title
from audio_ident.model.library import Track
from audio_ident.model.uploads import Upload, UploadKind, UploadState

_DUPLICATES = {UploadKind.SAME_BYTES, UploadKind.SAME_AUDIO}


class IngestFields(pydantic.BaseModel):
    """What the form may hold besides the recording: nothing."""


class IngestResponse(pydantic.BaseModel):
    """The track that answers for an upload."""

    track_id: str = pydantic.Field(
        description="Id of the track.", examples=["6f1c0f7e-58a0-4d3c-9a06-6a4b8f1f4f1d"]
    )
    title: str = pydantic.Field(
        description="Of the stored track; without tags that of the uploaded file's name.",
        examples=["Army of Me"],
    )
    artist: str | None = pydantic.Field(
        description="Of the stored track; null when nobody knows.", examples=["Björk"]
    )
    status: Literal["ingested", "duplicate"] = pydantic.Field(
        description="Whether the upload was kept, or was there already.", examples=["ingested"]
    )
    kind: UploadKind = pydantic.Field(
        description="How the upload is related to what was there.", examples=["new"]
    )

    @classmethod
    def of(cls, upload: Upload, track: Track) -> "IngestResponse":
        """The answer about an upload that is done."""
        artist = shown_artist(track).text
        kind = upload.kind or UploadKind.NEW
        return cls(
            track_id=track.id,
            title=shown_title(track).text,
            artist=None if artist == NO_ARTIST else artist,
            status="duplicate" if kind in _DUPLICATES else "ingested",
            kind=kind,
        )


class UploadDocument(pydantic.BaseModel):
    """An upload as it is at this moment."""

    upload_id: str = pydantic.Field(
        description="Id of the upload, a UUID.", examples=["0e3e0f39-4e0c-4d0e-9d06-0a4b8f1f4f1d"]
    )
    state: UploadState = pydantic.Field(
        description="`waiting` to be listened to, `done` or `failed`.", examples=["waiting"]
    )
    kind: UploadKind | None = pydantic.Field(
        description="How it is related to what was there; null until that is known.",
        examples=[None],
    )
    track_id: str | None = pydantic.Field(
        description="The track that answers for it; null until it is done.", examples=[None]
    )
    error_code: str | None = pydantic.Field(
        description="Why it cannot be used; nothing of it was kept then.", examples=[None]
    )
    remedy: str | None = pydantic.Field(description="What can be done then.", examples=[None])
    received_at: datetime.datetime = pydantic.Field(description="When it arrived, in UTC.")
    ended_at: datetime.datetime | None = pydantic.Field(description="When it was done, in UTC.")

    @classmethod
    def of(cls, upload: Upload) -> "UploadDocument":
        """The document of an upload."""
        code = upload.error_code
        return cls(
            upload_id=upload.id,
            state=upload.state,
            kind=upload.kind,
            track_id=upload.track_id,
            error_code=code,
            remedy=None if code is None else remedy_of(code),
            received_at=upload.received_at,
            ended_at=upload.ended_at,
        )
