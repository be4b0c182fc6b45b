"""Which tracks a request asks for."""

import datetime
import re
from typing import Annotated

import pydantic
from fastapi import Query

from audio_ident.api.schemas.paging import Cursor, PageNumber, PageSize
from audio_ident.model.browse import DEFAULT_PAGE_SIZE, ListState, PageWish, TrackSort, Wanted

_TEXT = 500
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_ROOT_MAX = 2**31 - 1
_LONGEST_S = 10**9


def _written_out(value: object) -> object:
    """A date and time as people write it; a number would be taken for seconds since 1970."""
    if isinstance(value, str) and not _DATE.match(value):
        raise ValueError("a date and time such as 2026-11-21T12:00:00Z is expected")
    return value


Moment = Annotated[pydantic.AwareDatetime, pydantic.BeforeValidator(_written_out)]

Text = Annotated[str, pydantic.StringConstraints(max_length=_TEXT)]


class TrackQuery(pydantic.BaseModel):
    """Filters and order of tracks; every filter must hold."""

    search: Text = pydantic.Field(
        "",
        description="Words that must all occur in title, artist or album, whatever their case "
        "and accents; `%` and `_` are letters like others.",
        examples=["sigur ros"],
    )
    artist: Text | None = pydantic.Field(
        None, description="The whole name, case and accents aside."
    )
    album: Text | None = pydantic.Field(None, description="The whole name.")
    album_artist: Text | None = pydantic.Field(None, description="The whole name.")
    genre: Text | None = pydantic.Field(None, description="One of the genres.")
    year_from: int | None = pydantic.Field(None, ge=0, le=9999, description="First year.")
    year_to: int | None = pydantic.Field(None, ge=0, le=9999, description="Last year.")
    min_duration_seconds: float | None = pydantic.Field(
        None, ge=0, le=_LONGEST_S, allow_inf_nan=False, description="Least length."
    )
    max_duration_seconds: float | None = pydantic.Field(
        None, ge=0, le=_LONGEST_S, allow_inf_nan=False, description="Greatest length."
    )
    container: Text | None = pydantic.Field(None, description="Kind of file.", examples=["flac"])
    codec: Text | None = pydantic.Field(None, description="Encoding.", examples=["mp3"])
    lossless: bool | None = pydantic.Field(None, description="Whether the encoding loses nothing.")
    has_duplicates: bool | None = pydantic.Field(
        None, description="Whether another file holds the same recording."
    )
    missing: bool = pydantic.Field(
        False, description="Those whose files were not found lately, instead of the others."
    )
    hidden: bool = pydantic.Field(
        False, description="Those that somebody took out, instead of the others."
    )
    added_since: Moment | None = pydantic.Field(
        None, description="Those that came into the library then or later."
    )
    root: int | None = pydantic.Field(
        None, ge=1, le=_ROOT_MAX, description="Imported folder, by id."
    )
    sort: TrackSort = pydantic.Field(
        TrackSort.ADDED_DESC,
        description="Order; `-` is the other way round; ties are broken by id.",
    )

    page: PageNumber = 1
    page_size: PageSize = DEFAULT_PAGE_SIZE
    cursor: Cursor = None

    def wish(self) -> PageWish:
        """Which page is asked for."""
        return PageWish(page=self.page, page_size=self.page_size, cursor=self.cursor or None)

    def wanted(self) -> Wanted:
        """The same for the library."""
        state = ListState.MISSING if self.missing else ListState.SHOWN
        return Wanted(
            search=storable(self.search),
            artist=_name(self.artist),
            album=_name(self.album),
            album_artist=_name(self.album_artist),
            genre=_name(self.genre),
            year_from=self.year_from,
            year_to=self.year_to,
            duration_from_s=self.min_duration_seconds,
            duration_to_s=self.max_duration_seconds,
            container=_name(self.container),
            codec=_name(self.codec),
            is_lossless=self.lossless,
            has_duplicates=self.has_duplicates,
            state=ListState.HIDDEN if self.hidden else state,
            added_since=_in_utc(self.added_since),
            root_id=self.root,
        )


def storable(text: str) -> str:
    """A text without what no stored name has, and what databases refuse."""
    return "".join(c if c != "\0" and not "\ud800" <= c <= "\udfff" else "\ufffd" for c in text)


def _name(text: str | None) -> str | None:
    return None if text is None else storable(text)


def _in_utc(at: datetime.datetime | None) -> datetime.datetime | None:
    if at is None:
        return None
    try:
        return at.astimezone(datetime.UTC)
    except OverflowError:  # at the ends of the calendar
        return at.replace(tzinfo=datetime.UTC)


TrackQueryOfRequest = Annotated[TrackQuery, Query()]
