"""Notes which tracks a transaction changes, so that their rows in lists follow before it ends."""

from collections.abc import Collection, Iterable, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from audio_ident.model.library import FileState
from audio_ident.stores.sql.listing_values import HIDDEN, MISSING, SHOWN
from audio_ident.stores.sql.tables import FileRow, TrackRow
from audio_ident.stores.sql.tables_edits import ListedGenreRow, ListingRow

_FILES, _IDS_AT_ONCE = "changed_files", 500


def note_changed(session: Session, file_ids: Iterable[int]) -> None:
    """Say that something was written that the listings of the tracks of files show."""
    session.info.setdefault(_FILES, set()).update(file_ids)


def take_changed(session: Session) -> Collection[int]:
    """Files that were noted, which are forgotten by this."""
    found: Collection[int] = session.info.pop(_FILES, ())
    return found


def show_states(session: Session, file_ids: Sequence[int]) -> None:
    """Let listings tell whether their files are there; nothing else of them is looked at."""
    for start in range(0, len(file_ids), _IDS_AT_ONCE):
        files = FileRow.id.in_(file_ids[start : start + _IDS_AT_ONCE])
        for state, shown_as in ((FileState.PRESENT, SHOWN), (FileState.MISSING, MISSING)):
            tracks = (
                sa.select(TrackRow.id)
                .join(FileRow, FileRow.id == TrackRow.file_id)
                .where(files, FileRow.state == state)
            )
            for table in (ListingRow, ListedGenreRow):
                session.execute(
                    sa.update(table)
                    .where(table.track_id.in_(tracks.scalar_subquery()), table.state != HIDDEN)
                    .values(state=shown_as)
                    .execution_options(synchronize_session=False)
                )
