"""Lets people correct what is known of tracks; every correction is kept and can be undone."""

import datetime
from collections.abc import Callable, Collection, Mapping

from audio_ident.errors import BadInput
from audio_ident.model.edits import EditBook, EditEvent, checked_edit
from audio_ident.model.library import TrackId
from audio_ident.refusals import PreconditionFailed
from audio_ident.stores.sql.unit_of_work import Catalogue, Rows


class TrackEditor:
    """Edits of the tracks of one library."""

    def __init__(self, catalogue: Catalogue, now: Callable[[], datetime.datetime]) -> None:
        self._catalogue = catalogue
        self._now = now

    def book(self, track_id: TrackId) -> EditBook:
        """What people said of a track, and what holds; raises `NotFound`."""
        with self._catalogue.reading() as rows:
            return _book(rows, track_id)

    def edit(
        self,
        track_id: TrackId,
        values: Mapping[str, object],
        edited_by: str,
        expected: Collection[int] | None = None,
    ) -> EditBook:
        """Say something of fields of a track; None takes back what was said of a field.

        Parameters
        ----------
        expected
            Revisions of the track that may be edited; None for any.

        Raises
        ------
        NotFound
            There is no such track.
        BadInput
            A field cannot be edited or cannot have its value; nothing was changed.
        PreconditionFailed
            Somebody else was quicker.
        """
        checked = {field: checked_edit(field, value) for field, value in values.items()}
        with self._catalogue.writing() as rows:
            refuse_others(rows, track_id, expected)
            present = rows.edits.current([track_id]).get(track_id, {})
            changed = {
                field: value
                for field, value in checked.items()
                if _plain(present.get(field)) != _plain(value)
            }
            if changed:
                rows.edits.add(track_id, changed, (self._now(), edited_by))
            return _book(rows, track_id)

    def undo(
        self,
        track_id: TrackId,
        edit_ids: Collection[int] = (),
        expected: Collection[int] | None = None,
    ) -> EditBook:
        """Undo some edits of a track; without ids, those that were made last, in one go.

        Raises
        ------
        BadInput
            There is no such edit that still holds.
        """
        with self._catalogue.writing() as rows:
            refuse_others(rows, track_id, expected)
            held = [event for event in rows.edits.history(track_id) if event.revoked_at is None]
            wanted = set(edit_ids) or _made_last(held)
            unknown = wanted - {event.id for event in held}
            if unknown or not wanted:
                which = ", ".join(map(str, sorted(unknown)))
                raise BadInput(f"no edit {which} that holds" if which else "nothing to undo")
            rows.edits.revoke(track_id, wanted, self._now())
            return _book(rows, track_id)


def _book(rows: Rows, track_id: TrackId) -> EditBook:
    rows.edits.refuse_unknown(track_id)
    return EditBook(
        held=rows.edits.current([track_id]).get(track_id, {}),
        revision=rows.edits.revision(track_id),
        events=tuple(rows.edits.history(track_id)),
    )


def refuse_others(rows: Rows, track_id: TrackId, expected: Collection[int] | None) -> None:
    """Let nobody else edit the track until the transaction ends; refuse other revisions."""
    rows.edits.lock(track_id)
    revision = rows.edits.revision(track_id)
    if expected is not None and revision not in expected:
        raise PreconditionFailed(
            "the track was edited since it was read", details={"revision": revision}
        )


def _made_last(events: Collection[EditEvent]) -> set[int]:
    last = max((event.decided_at for event in events), default=None)
    return {event.id for event in events if event.decided_at == last}


def _plain(value: object) -> object:
    # 1 and true are equal, and are not the same value of a field
    return list(value) if isinstance(value, tuple) else (type(value), value)
