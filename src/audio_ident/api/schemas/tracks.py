"""Tracks as the service tells of them; never with a path of the server."""

import datetime

import pydantic

from audio_ident.api.schemas.paging import CursorResponse, PaginatedResponse, pagination_of
from audio_ident.api.texts import told
from audio_ident.model.browse import ListedTrack, NameCount, Page
from audio_ident.model.display import Origin, ShownName, shown_album, shown_artist, shown_title
from audio_ident.model.library import Track
from audio_ident.units import Ticks, ticks_to_seconds

TRACK_ID = "3f1c2a5e-9d7b-4c1e-8a60-5b2f7d9e1c34"


class TrackInfo(pydantic.BaseModel):
    """A track in a list."""

    id: str = pydantic.Field(description="Name of the track for ever.", examples=[TRACK_ID])
    title: str = pydantic.Field(
        description="What to call it: an edit, the tag, or what its file name suggests.",
        examples=["Svefn-g-englar"],
    )
    artist: str | None = pydantic.Field(
        description="Whom to credit it to; null when nobody knows.", examples=["Sigur Rós"]
    )
    album: str | None = pydantic.Field(
        description="What album it is on; null when nobody knows.", examples=["Ágætis byrjun"]
    )
    duration_seconds: float = pydantic.Field(description="Length.", examples=[604.3])
    ingested_at: datetime.datetime = pydantic.Field(
        description="When it came into the library.", examples=["2026-03-01T09:30:00Z"]
    )


class ListedTrackInfo(TrackInfo):
    """A track in a list, with what lists can be filtered and ordered by."""

    album_artist: str | None = pydantic.Field(
        description="Whom the album is credited to; the artist where nobody says."
    )
    year: int | None = pydantic.Field(description="Year, when anybody knows.", examples=[1999])
    genres: list[str] = pydantic.Field(description="Genres.", examples=[["Post-Rock"]])
    container: str = pydantic.Field(description="Kind of file.", examples=["flac"])
    codec: str = pydantic.Field(description="How the audio is encoded.", examples=["flac"])
    is_lossless: bool = pydantic.Field(description="Whether the encoding loses nothing.")
    root_id: int = pydantic.Field(description="Imported folder that it lies in.", examples=[1])
    state: str = pydantic.Field(
        description="`shown`, `missing` (its file was not found lately) or `hidden`.",
        examples=["shown"],
        json_schema_extra={"enum": ["shown", "missing", "hidden"]},
    )


class TrackPage(CursorResponse[ListedTrackInfo]):
    """One page of tracks."""


class NamedGroup(pydantic.BaseModel):
    """An artist, album or genre, and how much of it there is."""

    name: str = pydantic.Field(description="As it is written.", examples=["Ágætis byrjun"])
    credit: str | None = pydantic.Field(
        description="Whom an album is credited to; null for artists and genres.",
        examples=["Sigur Rós"],
    )
    tracks: int = pydantic.Field(description="Tracks of that name.", examples=[10])
    duration_seconds: float = pydantic.Field(
        description="Length of them together.", examples=[4302.5]
    )


class NamePage(PaginatedResponse[NamedGroup]):
    """One page of names."""


def track_info(track: Track, added_at: datetime.datetime) -> TrackInfo:
    """A track by itself."""
    points = track.points
    return TrackInfo(
        id=track.id,
        title=told(shown_title(track).text),
        artist=known_text(shown_artist(track)),
        album=known_text(shown_album(track)),
        duration_seconds=told_seconds(points.end_ticks - points.start_ticks),
        ingested_at=added_at,
    )


def listed_track(listed: ListedTrack) -> ListedTrackInfo:
    """A track of a list."""
    return ListedTrackInfo(
        **track_info(listed.track, listed.added_at).model_dump(),
        album_artist=listed.album_credit or None,
        year=listed.year,
        genres=list(listed.genres),
        container=listed.track.container,
        codec=listed.track.codec,
        is_lossless=listed.is_lossless,
        root_id=listed.root_id,
        state=listed.state.value,
    )


def track_page(page: Page[ListedTrack]) -> TrackPage:
    """One page of tracks."""
    return TrackPage(
        data=[listed_track(listed) for listed in page.items],
        pagination=pagination_of(page),
        next_cursor=page.next_cursor,
    )


def name_page(page: Page[NameCount]) -> NamePage:
    """One page of names."""
    return NamePage(
        data=[
            NamedGroup(
                name=found.name,
                credit=found.credit or None,
                tracks=found.tracks,
                duration_seconds=told_seconds(found.duration_ticks),
            )
            for found in page.items
        ],
        pagination=pagination_of(page),
    )


def told_seconds(ticks: int) -> float:
    """A length to the millisecond."""
    return round(ticks_to_seconds(Ticks(ticks)), 3)


def known_text(name: ShownName) -> str | None:
    """A name, None where it is a placeholder or was said to be none."""
    return None if name.origin is Origin.PLACEHOLDER or not name.text else told(name.text)
