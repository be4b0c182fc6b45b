"""What people say of tracks, as requests bring it and answers tell it."""

import datetime
from typing import Annotated, Any

import pydantic

from audio_ident.model.edits import (
    GREATEST_NUMBER,
    LONGEST_TEXT,
    MOST_GENRES,
    EditBook,
    EditEvent,
    EditValue,
)

Text = Annotated[str, pydantic.StringConstraints(max_length=LONGEST_TEXT)]
Name = Annotated[str, pydantic.StringConstraints(min_length=1, max_length=LONGEST_TEXT)]
Number = Annotated[int, pydantic.Field(strict=True, ge=1, le=GREATEST_NUMBER)]
Claim = Annotated[bool, pydantic.Field(strict=True)]


class TrackEdit(pydantic.BaseModel):
    """Fields to be said something of; what is left out stays as it is.

    A value wins over tags and path; null takes back what was said before; an empty text or list
    says that there is none.
    """

    model_config = pydantic.ConfigDict(extra="forbid")

    title: Name | None = pydantic.Field(
        None, description="What to call it.", examples=["Svefn-g-englar"]
    )
    artist: Name | None = pydantic.Field(
        None, description="Whom to credit it to.", examples=["Sigur Rós"]
    )
    album: Text | None = pydantic.Field(None, description="Album; empty: it is on none.")
    album_artist: Text | None = pydantic.Field(None, description="Whom the album is credited to.")
    track_number: Number | None = pydantic.Field(None, description="Number on its disc.")
    track_total: Number | None = pydantic.Field(None, description="Tracks of its disc.")
    disc_number: Number | None = pydantic.Field(None, description="Number of its disc.")
    disc_total: Number | None = pydantic.Field(None, description="Discs of its album.")
    date: Text | None = pydantic.Field(
        None,
        description="Written as 1999, 1999-05 or 1999-05-31; empty: not known.",
        examples=["1999-06-12"],
    )
    genres: Annotated[list[Name], pydantic.Field(max_length=MOST_GENRES)] | None = pydantic.Field(
        None, description="Genres.", examples=[["Post-Rock"]]
    )
    is_compilation: Claim | None = pydantic.Field(
        None, description="Whether its album gathers several artists."
    )
    comment: Text | None = pydantic.Field(None, description="Anything else.")

    def values(self) -> dict[str, Any]:
        """The fields that were named."""
        return self.model_dump(exclude_unset=True)


class EditInfo(pydantic.BaseModel):
    """One thing that somebody said of one field."""

    id: int = pydantic.Field(description="Name of the edit.", examples=[7])
    field: str = pydantic.Field(description="What it is about.", examples=["title"])
    value: str | int | bool | list[str] | None = pydantic.Field(
        description="What was said; null: what was said before was taken back."
    )
    decided_at: datetime.datetime = pydantic.Field(description="When.")
    decided_by: str = pydantic.Field(description="By whom.", examples=["local"])
    revoked_at: datetime.datetime | None = pydantic.Field(
        description="When it was undone; null where it holds or a newer one does."
    )


class EditList(pydantic.BaseModel):
    """Everything that was ever said of a track, and what holds."""

    revision: int = pydantic.Field(description="Grows with each change; begins the `ETag`.")
    edits: dict[str, str | int | bool | list[str]] = pydantic.Field(
        description="What holds, by field.", examples=[{"title": "Svefn-g-englar"}]
    )
    history: list[EditInfo] = pydantic.Field(description="Oldest first.")


class UndoneEdits(pydantic.BaseModel):
    """Which edits to undo."""

    model_config = pydantic.ConfigDict(extra="forbid")

    edits: list[Annotated[int, pydantic.Field(strict=True, ge=1, le=2**31 - 1)]] = pydantic.Field(
        default=[],
        max_length=1000,
        description="Ids of edits that hold; none: those that were made last, in one go.",
    )


def edit_list(book: EditBook) -> EditList:
    """What people said of a track."""
    return EditList(
        revision=book.revision,
        edits={name: _plain(value) for name, value in book.held.items()},
        history=[_edit(event) for event in book.events],
    )


def _edit(event: EditEvent) -> EditInfo:
    return EditInfo(
        id=event.id,
        field=event.field,
        value=None if event.value is None else _plain(event.value),
        decided_at=event.decided_at,
        decided_by=event.decided_by,
        revoked_at=event.revoked_at,
    )


def _plain(value: EditValue) -> str | int | bool | list[str]:
    return list(value) if isinstance(value, tuple) else value
