"""Takes the orders that requests make, with profiles and for imports to be tried again."""

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path

from audio_ident.errors import BadInput, IllegalMove
from audio_ident.ingest.music_folders import MusicFolders
from audio_ident.ingest.orders import Orders
from audio_ident.library.imports import Imports
from audio_ident.library.session_book import SessionBook
from audio_ident.model.library import SessionId
from audio_ident.model.parameters import make_parameters
from audio_ident.model.sessions import OPEN_STATES, SessionOrder, SessionState


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ImportRequest:
    """What a request asks for."""

    folders: Sequence[Path]
    """Resolved and allowed; none takes those of the profile."""
    parameters: Mapping[str, object]
    profile: str | None
    key: str | None
    """As `SessionOrder.request_key`."""


class ImportDesk:
    """Where requests order imports."""

    def __init__(
        self, orders: Orders, book: SessionBook, imports: Imports, folders: MusicFolders
    ) -> None:
        self._orders = orders
        self._book = book
        self._imports = imports
        self._folders = folders

    def order(self, request: ImportRequest) -> SessionId:
        """Queue an import; folders of a profile must be allowed like any others."""
        folders, base = list(request.folders), None
        if request.profile is not None:
            profile = self._book.profile(request.profile)
            base = profile.parameters
            folders = folders or [Path(self._folders.admit(path)) for path in profile.folders]
        order = SessionOrder(
            folders=tuple(map(str, folders)),
            parameters=make_parameters(request.parameters, base),
            profile=request.profile,
            request_key=request.key,
        )
        return self._orders.place(order).id

    def retry(self, session_id: str) -> SessionId:
        """Queue an import of the same folders that tries failed files again.

        Raises
        ------
        IllegalMove
            The import has not ended.
        """
        session = self._imports.get(session_id).session
        if session.state in OPEN_STATES | {SessionState.QUEUED}:
            raise IllegalMove(f"an import that is {session.state} cannot be tried again")
        parameters = dataclasses.replace(session.order.parameters, retry_failed=True)
        folders = tuple(self._folders.admit(folder) for folder in session.order.folders)
        if not folders:
            raise BadInput("the import had no folders")
        order = SessionOrder(folders=folders, parameters=parameters, profile=session.order.profile)
        return self._orders.place(order).id
