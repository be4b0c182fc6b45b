"""Takes orders for imports: any process may, and whoever works on the queue fulfils them."""

import dataclasses
from collections.abc import Callable
from pathlib import Path

from audio_ident.errors import BadInput
from audio_ident.ingest.places import choose_places
from audio_ident.ingest.tools import Clock
from audio_ident.model.library import SessionId
from audio_ident.model.sessions import SessionOrder, StoredSession
from audio_ident.refusals import Conflict
from audio_ident.stores.sql.unit_of_work import Catalogue, Rows


class Orders:
    """The end of the queue."""

    def __init__(self, catalogue: Catalogue, clock: Clock, new_id: Callable[[], str]) -> None:
        self._catalogue = catalogue
        self._clock = clock
        self._new_id = new_id

    def place(self, order: SessionOrder) -> StoredSession:
        """Put an import at the end of the queue; no folders are all those with failures.

        An order under a key that was used before gives the session that was made then.

        Raises
        ------
        BadInput
            There is nothing to import, or something named is no folder.
        Conflict
            The key was used for another order.
        """
        now = self._clock.now()
        with self._catalogue.writing() as rows:
            order = _with_folders(order, rows)
            if order.request_key and (made := rows.sessions.with_request_key(order.request_key)):
                _check_same(made.order, order)
                return made
            choose_places(
                map(Path, order.folders),
                rows.roots,
                now,
                accept_missing=order.parameters.accept_missing,
            )
            session_id = SessionId(self._new_id())
            rows.sessions.add(session_id, order, now)
            if order.profile is not None:
                rows.profiles.use(order.profile, now)
            return rows.sessions.get(session_id)


def _with_folders(order: SessionOrder, rows: Rows) -> SessionOrder:
    if not order.folders and order.parameters.retry_failed:
        order = dataclasses.replace(order, folders=tuple(rows.failures.roots()))
    if not order.folders:
        raise BadInput("no folder is given, and none is known that needs work")
    return order


def _check_same(made: SessionOrder, asked: SessionOrder) -> None:
    same = (made.folders, made.parameters, made.profile)
    if same != (asked.folders, asked.parameters, asked.profile):
        raise Conflict("that idempotency key was used for another import")
