"""Composition of what players of other programs are given."""

import dataclasses
import secrets
from collections.abc import Sequence
from typing import Protocol

from audio_ident.library.accounts.remembered import RememberedPasswords
from audio_ident.library.songs import SongBook
from audio_ident.model.library import TrackId
from audio_ident.model.songs import SongMatch
from audio_ident.stores.sql.unit_of_work import Catalogue
from audio_ident.wiring.parts import CLOCK


class Sonic(Protocol):
    """Knows what sounds alike."""

    def similar(self, track_id: TrackId, count: int) -> Sequence[SongMatch]:
        """Songs that sound like one, the most alike first; raises `NotFound`."""
        ...

    def path(self, start: TrackId, end: TrackId, count: int) -> Sequence[SongMatch]:
        """Songs from one sound to another, both included; raises `NotFound`."""
        ...


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Players:
    """The use cases of players of other programs."""

    songs: SongBook
    passwords: RememberedPasswords
    sonic: Sonic | None
    """None where nothing was listened to that way."""


def make_players(catalogue: Catalogue, sonic: Sonic | None = None) -> Players:
    """What players of a library are given."""
    return Players(
        songs=SongBook(catalogue),
        passwords=RememberedPasswords(CLOCK.monotonic_s, secrets.token_bytes(32)),
        sonic=sonic,
    )
