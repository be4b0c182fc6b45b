"""Takes tracks out of the library and back; their files are never touched."""

import datetime
from collections.abc import Callable, Collection

from audio_ident.library.edits import refuse_others
from audio_ident.model.library import TrackId
from audio_ident.stores.sql.unit_of_work import Catalogue


class TrackHider:
    """Hides tracks of one library.

    From then on lists, answers and duplicates are without them. The fingerprint index forgets them,
    and remembers them once they are restored, when somebody writes to it next: the importer of a
    running service within seconds, or else the next import.
    """

    def __init__(self, catalogue: Catalogue, now: Callable[[], datetime.datetime]) -> None:
        self._catalogue = catalogue
        self._now = now

    def hide(
        self, track_id: TrackId, hidden_by: str, expected: Collection[int] | None = None
    ) -> bool:
        """Take a track out; says whether it was in. Raises `NotFound`, `PreconditionFailed`."""
        with self._catalogue.writing() as rows:
            refuse_others(rows, track_id, expected)
            return rows.hidden.hide(track_id, (self._now(), hidden_by))

    def restore(self, track_id: TrackId, expected: Collection[int] | None = None) -> bool:
        """Bring a track back; says whether it was out. Raises `NotFound`, `PreconditionFailed`."""
        with self._catalogue.writing() as rows:
            refuse_others(rows, track_id, expected)
            return rows.hidden.restore(track_id, self._now())
