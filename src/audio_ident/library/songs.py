"""Finds tracks for players of other programs."""

from collections.abc import Sequence

from audio_ident.errors import NotFound
from audio_ident.model.browse import FARTHEST_PAGE, TrackSort, Wanted
from audio_ident.model.library import TrackId
from audio_ident.model.songs import MusicFolder, Song
from audio_ident.stores.sql.names import display_name
from audio_ident.stores.sql.unit_of_work import Catalogue, Rows

MOST_SONGS = 500
"""Of one answer, as the protocol of players has it."""


class SongBook:
    """The tracks of one library with their files."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def with_ids(self, track_ids: Sequence[TrackId]) -> list[Song]:
        """Songs in the order of their ids, hidden ones too; those not there are left out."""
        with self._catalogue.reading() as rows:
            return _songs(rows, track_ids)

    def get(self, track_id: TrackId) -> Song:
        """One song; raises `NotFound`."""
        found = self.with_ids([track_id])
        if not found:
            raise NotFound("no song has this id")
        return found[0]

    def search(self, words: str, folder_id: int | None, offset: int, count: int) -> list[Song]:
        """Songs in whose title, artist or album all words occur, by title; all without words."""
        wanted = Wanted(search=words, root_id=folder_id)
        start, limit = min(max(offset, 0), FARTHEST_PAGE), min(max(count, 0), MOST_SONGS)
        if not limit:
            return []
        with self._catalogue.reading() as rows:
            listed, _, _ = rows.browsing.page(wanted, TrackSort.TITLE, limit, start)
            return _songs(rows, [each.track.id for each in listed])

    def folders(self) -> list[MusicFolder]:
        """Imported folders, by id."""
        with self._catalogue.reading() as rows:
            roots = rows.roots.all()
        return [
            MusicFolder(id=root.id, name=display_name(root.path.rstrip("/").rpartition("/")[2]))
            for root in sorted(roots, key=lambda root: root.id)
        ]


def _songs(rows: Rows, track_ids: Sequence[TrackId]) -> list[Song]:
    stored = {each.track.id: each for each in rows.playables.with_ids(track_ids)}
    return [
        Song(listed=listed, stored=stored[listed.track.id])
        for listed in rows.browsing.listed(track_ids)
        if listed.track.id in stored
    ]
