"""What paths and mixes ask of the search for what sounds alike."""

from collections.abc import Sequence
from typing import Protocol

from audio_ident.core.folding import fold
from audio_ident.model.library import Track, TrackId
from audio_ident.model.vectors import SpaceId, Vectors
from audio_ident.model.vibe import SimilarTrack, TrackPlace, VibeWish


class Neighbours(Protocol):
    """Knows where tracks lie, and which lie near.

    Whoever asks more than once names the space of the first answer: another one may begin to
    answer in between, whose vectors mean something else.
    """

    def places(self, track_ids: Sequence[TrackId]) -> list[TrackPlace]:
        """Where tracks lie in the space that answers, in their order.

        Raises
        ------
        NotFound, NotListenedYet, ValidationFailed
            There is no such track, or it has no place, yet or at all.
        """
        ...

    def known_places(self, track_ids: Sequence[TrackId], space_id: SpaceId) -> list[TrackPlace]:
        """Where tracks lie in a space; those that have gone, or have no place, are left out."""
        ...

    def nearest(
        self, vectors: Vectors, wish: VibeWish, space_id: SpaceId
    ) -> tuple[SimilarTrack, ...]:
        """Tracks near some vectors of a space, the most alike first, no recording twice."""
        ...


def artist_key(track: Track) -> str:
    """Whom a track is by, as artists are compared; empty when nobody knows."""
    return fold(track.claims.artist or track.evidence.artist or "")
