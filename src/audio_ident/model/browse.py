"""How the tracks of a library are asked for, page by page."""

import dataclasses
import datetime
import enum
from collections.abc import Mapping, Sequence
from typing import Generic, TypeVar

from audio_ident.model.library import FileState, Track
from audio_ident.model.sessions import StoredSession
from audio_ident.units import Ticks

Item = TypeVar("Item")

DEFAULT_PAGE_SIZE = 50
LARGEST_PAGE = 100
FARTHEST_PAGE = 2**31
"""Later pages are empty in any library, and databases count no further."""


class TrackSort(enum.StrEnum):
    """Orders of tracks; ties are broken by id, and `-` is the other way round."""

    ADDED = "added"
    ADDED_DESC = "-added"
    TITLE = "title"
    TITLE_DESC = "-title"
    ARTIST = "artist"
    ARTIST_DESC = "-artist"
    ALBUM = "album"
    ALBUM_DESC = "-album"
    YEAR = "year"
    YEAR_DESC = "-year"
    DURATION = "duration"
    DURATION_DESC = "-duration"

    @property
    def is_descending(self) -> bool:
        """Whether the greatest comes first."""
        return self.value.startswith("-")

    @property
    def key(self) -> str:
        """What is compared."""
        return self.value.removeprefix("-")


class ListState(enum.StrEnum):
    """Which part of the library is looked at."""

    SHOWN = "shown"
    """Files that are there and not hidden."""
    MISSING = "missing"
    HIDDEN = "hidden"
    """Taken out by a person."""


class NameKind(enum.StrEnum):
    """What tracks can be gathered by."""

    ARTIST = "artist"
    ALBUM = "album"
    GENRE = "genre"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which tracks are wanted; names are compared without case and accents."""

    search: str = ""
    """Words that must all occur in title, artist or album."""
    artist: str | None = None
    album: str | None = None
    album_artist: str | None = None
    genre: str | None = None
    year_from: int | None = None
    year_to: int | None = None
    duration_from_s: float | None = None
    duration_to_s: float | None = None
    container: str | None = None
    codec: str | None = None
    is_lossless: bool | None = None
    has_duplicates: bool | None = None
    state: ListState = ListState.SHOWN
    added_since: datetime.datetime | None = None
    root_id: int | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a page ends: the next one goes on behind."""

    key: str | int | datetime.datetime
    track_id: str
    page: int
    """Number of the page that follows."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ListedTrack:
    """A track with what lists tell beyond it."""

    track: Track
    duration_ticks: Ticks
    added_at: datetime.datetime
    year: int | None
    album_credit: str
    genres: tuple[str, ...]
    is_lossless: bool
    root_id: int
    state: ListState


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class NameCount:
    """A name and how much of it there is."""

    name: str
    credit: str
    """Whom an album is credited to; empty for other names."""
    tracks: int
    duration_ticks: Ticks


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class LibraryAmounts:
    """How much there is in a library."""

    tracks: Mapping[ListState, int]
    codecs: Mapping[str, int]
    """Tracks that are shown, by encoding."""
    duration_ticks: Ticks
    """Of what is shown."""
    artists: int
    albums: int
    genres: int
    files: Mapping[FileState, int]
    size_bytes: int
    """Of the files that are there."""
    failed_files: int
    last_import: StoredSession | None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class PageWish:
    """Which page somebody asks for; what is out of range is brought into it."""

    page: int = 1
    page_size: int = DEFAULT_PAGE_SIZE
    cursor: str | None = None

    @property
    def number(self) -> int:
        """The page, from 1."""
        return min(max(self.page, 1), FARTHEST_PAGE)

    @property
    def size(self) -> int:
        """Entries of a page."""
        return min(max(self.page_size, 1), LARGEST_PAGE)

    @property
    def offset(self) -> int:
        """Entries before the page."""
        return (self.number - 1) * self.size


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[Item]):
    """Some of what was asked for."""

    items: Sequence[Item]
    page: int
    page_size: int
    total: int
    """On all pages."""
    next_cursor: str | None = None

    @property
    def total_pages(self) -> int:
        """How many pages there are, none when there is nothing."""
        return -(-self.total // self.page_size)
