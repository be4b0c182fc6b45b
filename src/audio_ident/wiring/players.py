"""Composition of what players of other programs are given."""

import dataclasses
import secrets
from collections.abc import Mapping

from audio_ident.identify.vibe.paths import LEAST_STEPS, MOST_STEPS, SoundPaths
from audio_ident.identify.vibe.similar import SimilarTracks
from audio_ident.library.accounts.remembered import RememberedPasswords
from audio_ident.library.songs import SongBook
from audio_ident.model.library import TrackId
from audio_ident.model.search import TrackSpan
from audio_ident.model.songs import SongMatch
from audio_ident.model.vibe import Blend, SimilarTrack, VibeWish
from audio_ident.stores.sql.unit_of_work import Catalogue
from audio_ident.wiring.parts import CLOCK


class Sonic:
    """Songs that sound alike, for players.

    Parameters
    ----------
    similar, paths
        What knows how tracks sound.
    songs
        Their files.
    """

    def __init__(self, similar: SimilarTracks, paths: SoundPaths, songs: SongBook) -> None:
        self._similar = similar
        self._paths = paths
        self._songs = songs

    def similar(self, track_id: TrackId, count: int) -> list[SongMatch]:
        """Songs that sound like one, the most alike first.

        Raises
        ------
        NotFound, NotListenedYet, StoreProblem
            As `SimilarTracks.similar_to_blend`.
        """
        whole = TrackSpan(track_id=track_id, start_s=0.0, end_s=None)
        answer = self._similar.similar_to_blend(Blend(plus=(whole,)), VibeWish(max_results=count))
        return self._matches({found.track.id: _share(found) for found in answer.tracks})

    def path(self, start: TrackId, end: TrackId, count: int) -> list[SongMatch]:
        """Songs from one sound to another, both included, and how like the first they are.

        Raises
        ------
        NotFound, NotListenedYet, ValidationFailed, StoreProblem
            As `SoundPaths.path`.
        """
        steps = min(max(count, LEAST_STEPS), MOST_STEPS)
        found = self._paths.path(start, end, steps).steps
        places = self._similar.places([step.track.id for step in found])
        first = places[0].vector
        return self._matches(
            {place.track.id: float((place.vector * first).sum()) for place in places}
        )

    def _matches(self, similarities: Mapping[TrackId, float]) -> list[SongMatch]:
        return [
            SongMatch(song=song, similarity=similarities[song.listed.track.id])
            for song in self._songs.with_ids(list(similarities))
        ]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Players:
    """The use cases of players of other programs."""

    songs: SongBook
    passwords: RememberedPasswords
    sonic: Sonic


def make_players(catalogue: Catalogue, similar: SimilarTracks, paths: SoundPaths) -> Players:
    """What players of a library are given."""
    songs = SongBook(catalogue)
    return Players(
        songs=songs,
        passwords=RememberedPasswords(CLOCK.monotonic_s, secrets.token_bytes(32)),
        sonic=Sonic(similar, paths, songs),
    )


def _share(found: SimilarTrack) -> float:
    """Likeness among all pairs of the library, or the bare cosine while it is too small."""
    return found.cosine if found.likeness is None else found.likeness
