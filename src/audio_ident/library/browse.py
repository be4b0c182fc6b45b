"""Shows the library page by page: tracks, artists, albums, genres, and how much there is."""

import dataclasses

from audio_ident.library.cursors import cursor_of, place_of
from audio_ident.model.browse import (
    ListedTrack,
    NameCount,
    NameKind,
    Page,
    TrackSort,
    Wanted,
)
from audio_ident.model.library import TrackId
from audio_ident.stores.sql.unit_of_work import Catalogue

DEFAULT_PAGE_SIZE = 50
LARGEST_PAGE = 100
FARTHEST_PAGE = 2**31
"""Later pages are empty in any library, and databases count no further."""


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


class Browser:
    """What people see of a library."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def tracks(self, wanted: Wanted, sort: TrackSort, wish: PageWish) -> Page[ListedTrack]:
        """One page of tracks.

        Raises
        ------
        ValidationFailed
            The cursor is not one of this query.
        """
        query = repr((wanted, sort.value))
        start = place_of(wish.cursor, query) if wish.cursor else wish.offset
        with self._catalogue.reading() as rows:
            items, last = rows.browsing.page(wanted, sort, wish.size, start)
            total = rows.browsing.count(wanted)
        return Page(
            items=items,
            page=wish.number if isinstance(start, int) else start.page,
            page_size=wish.size,
            total=total,
            next_cursor=None if last is None else cursor_of(last, query),
        )

    def track(self, track_id: TrackId) -> ListedTrack | None:
        """One track, hidden or not; None when there is none."""
        with self._catalogue.reading() as rows:
            found = rows.browsing.listed([track_id])
        return found[0] if found else None

    def names(self, kind: NameKind, search: str, wish: PageWish) -> Page[NameCount]:
        """One page of artists, albums or genres, by name."""
        with self._catalogue.reading() as rows:
            items, total = rows.browsing.names(kind, search, wish.size, wish.offset)
        return Page(items=items, page=wish.number, page_size=wish.size, total=total)
