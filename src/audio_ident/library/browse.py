"""Shows the library page by page: tracks, artists, albums, genres, and how much there is."""

import dataclasses

from audio_ident.library.cursors import cursor_of, place_of
from audio_ident.library.root_paths import without_roots
from audio_ident.model.browse import (
    LibraryAmounts,
    ListedTrack,
    ListState,
    NameCount,
    NameKind,
    Page,
    PageWish,
    TrackSort,
    Wanted,
)
from audio_ident.model.library import FileError, TrackId
from audio_ident.stores.sql.unit_of_work import Catalogue
from audio_ident.units import Ticks


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
            items, last, total = rows.browsing.page(wanted, sort, wish.size, start)
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

    def amounts(self) -> LibraryAmounts:
        """How much there is."""
        with self._catalogue.reading() as rows:
            listed = rows.browsing.amounts()
            names = {kind: rows.browsing.names(kind, "", 1, 0)[1] for kind in NameKind}
            files, size_bytes = rows.files.count(), rows.files.present_bytes()
            failed_files = rows.failures.count()
            last_import = rows.sessions.last_ended()
        shown = [entry for entry in listed if entry[0] is ListState.SHOWN]
        return LibraryAmounts(
            tracks={
                state: sum(count for at, _, count, _ in listed if at is state)
                for state in ListState
            },
            codecs={codec: count for _, codec, count, _ in shown},
            duration_ticks=Ticks(sum(ticks for *_, ticks in shown)),
            artists=names[NameKind.ARTIST],
            albums=names[NameKind.ALBUM],
            genres=names[NameKind.GENRE],
            files=files,
            size_bytes=size_bytes,
            failed_files=failed_files,
            last_import=last_import,
        )

    def file_errors(self, code: str | None, wish: PageWish) -> Page[FileError]:
        """One page of files that cannot be used as things stand, by path.

        Facts tell no folder of this machine: a file is named by its path below its root.
        """
        with self._catalogue.reading() as rows:
            found = rows.failures.all(code, wish.size, wish.offset)
            total = rows.failures.count(code)
            roots = [root.path for root in rows.roots.all()]
        errors = [dataclasses.replace(e, fact=without_roots(e.fact, roots)) for e in found]
        return Page(items=errors, page=wish.number, page_size=wish.size, total=total)

    def names(self, kind: NameKind, search: str, wish: PageWish) -> Page[NameCount]:
        """One page of artists, albums or genres, by name."""
        with self._catalogue.reading() as rows:
            items, total = rows.browsing.names(kind, search, wish.size, wish.offset)
        return Page(items=items, page=wish.number, page_size=wish.size, total=total)
