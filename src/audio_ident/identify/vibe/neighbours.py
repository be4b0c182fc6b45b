"""What paths and mixes ask of the search for what sounds alike."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Protocol

from audio_ident.core.folding import fold
from audio_ident.errors import NotFound
from audio_ident.model.library import Track, TrackId
from audio_ident.model.vectors import Vectors
from audio_ident.model.vibe import SimilarTrack, TrackPlace, VibeWish
from audio_ident.refusals import NotListenedYet, ValidationFailed


class Neighbours(Protocol):
    """Knows where tracks lie, and which lie near."""

    def place_of(self, track_id: TrackId) -> TrackPlace:
        """Where a track lies.

        Raises
        ------
        NotFound, NotListenedYet, ValidationFailed
            There is no such track, or it has no place, yet or at all.
        """
        ...

    def nearest(self, vectors: Vectors, wish: VibeWish) -> tuple[SimilarTrack, ...]:
        """Tracks near some vectors, the most alike first, no recording twice."""
        ...


def artist_key(track: Track) -> str:
    """Whom a track is by, as artists are compared; empty when nobody knows."""
    return fold(track.claims.artist or track.evidence.artist or "")


def places_of(neighbours: Neighbours, track_ids: Sequence[TrackId]) -> list[TrackPlace]:
    """Where tracks lie; those that have gone, or have no place, are left out."""
    places = []
    for track_id in track_ids:
        with suppress(NotFound, NotListenedYet, ValidationFailed):
            places.append(neighbours.place_of(track_id))
    return places
