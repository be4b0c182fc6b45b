"""Mixes: from some tracks on and on through the library, near them, nothing twice.

Nothing is remembered between questions: whoever listens says what was played.
"""

import dataclasses
import itertools
from collections.abc import Iterator, Sequence
from contextlib import suppress

import numpy as np

from audio_ident.errors import NotFound
from audio_ident.identify.vibe.neighbours import Neighbours, artist_key
from audio_ident.model.library import Track, TrackId
from audio_ident.model.mixes import MixAnswer, MixStep, MixWish
from audio_ident.model.vectors import Vectors
from audio_ident.model.vibe import SimilarTrack, VibeWish

CANDIDATES = 24
"""Tracks that the next one is chosen from."""

MOST_PER_ARTIST = 3
"""Of one artist among them, so that there is somebody else to choose."""

SPACING = 4
"""Tracks after which an artist may come again, where that can be helped."""

RECENT = 3
"""Tracks that the next one follows, besides the seeds."""

MOST_DRIFT = 0.7
"""Weight of the recent tracks at full adventurousness; the rest is that of the seeds, so that a
mix never leaves them for good."""

MOST_SPREAD = 0.15
"""Cosine by which a track may be less alike to be chosen 2.7 times less often, at full
adventurousness."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SoundMixes:
    """Mixes the tracks of one library."""

    neighbours: Neighbours

    def mix(self, wish: MixWish) -> MixAnswer:
        """The tracks that follow; `endless` without end."""
        steps = tuple(itertools.islice(self.endless(wish), wish.count + 1))
        return MixAnswer(steps=steps[: wish.count], is_used_up=len(steps) <= wish.count)

    def endless(self, wish: MixWish) -> Iterator[MixStep]:
        """One track after the other until each recording was played; `count` does not matter.

        Raises
        ------
        NotFound
            A seed is not there, or has no place yet.
        """
        seeds = [self.neighbours.place_of(track_id) for track_id in wish.seeds]
        home = _mean([place.vector for place in seeds])
        recent = self._places_of(wish.played[-max(RECENT, SPACING) :])
        vectors = [vector for _, vector in recent]
        artists = [artist_key(track) for track, _ in recent]
        gone = {*wish.seeds, *wish.played}
        for number in itertools.count(len(wish.played)):
            found = self._candidates(_target(home, vectors, wish.adventurousness), gone)
            if not found:
                return
            rng = np.random.default_rng((wish.number, number))
            chosen = _choose(_spaced(found, artists), wish.adventurousness, rng)
            place = self.neighbours.place_of(chosen.track.id)
            vectors.append(place.vector)
            artists.append(artist_key(chosen.track))
            gone.add(chosen.track.id)
            yield MixStep(
                track=chosen.track,
                added_at=chosen.added_at,
                cosine=float(np.vdot(home, place.vector)),
            )

    def _candidates(self, target: Vectors, gone: set[TrackId]) -> tuple[SimilarTrack, ...]:
        wish = VibeWish(
            max_results=CANDIDATES,
            most_per_artist=MOST_PER_ARTIST,
            without_tracks=frozenset(gone),
        )
        return self.neighbours.nearest(target, wish)

    def _places_of(self, track_ids: Sequence[TrackId]) -> list[tuple[Track, Vectors]]:
        """Places of those that are still there."""
        places = []
        for track_id in track_ids:
            with suppress(NotFound):
                place = self.neighbours.place_of(track_id)
                places.append((place.track, place.vector))
        return places


def _target(home: Vectors, played: Sequence[Vectors], adventurousness: float) -> Vectors:
    """Where the next track is looked for: between the seeds and what was just heard."""
    if not played:
        return home
    drift = MOST_DRIFT * adventurousness
    return _mean([(1 - drift) * home, drift * _mean(played[-RECENT:])])


def _spaced(found: Sequence[SimilarTrack], artists: Sequence[str]) -> list[SimilarTrack]:
    """Those whose artist was not heard for longest, up to `SPACING` tracks."""
    last = list(reversed(artists))[:SPACING]

    def tracks_since(similar: SimilarTrack) -> int:
        artist = artist_key(similar.track)
        return last.index(artist) if artist and artist in last else SPACING

    longest = max(map(tracks_since, found))
    return [similar for similar in found if tracks_since(similar) == longest]


def _choose(
    found: Sequence[SimilarTrack], adventurousness: float, rng: np.random.Generator
) -> SimilarTrack:
    """One of them, the more alike the more likely."""
    cosines = np.array([similar.cosine for similar in found])
    spread = MOST_SPREAD * adventurousness
    if not spread:
        return found[int(cosines.argmax())]
    weights = np.exp((cosines - cosines.max()) / spread)
    return found[int(rng.choice(len(found), p=weights / weights.sum()))]


def _mean(vectors: Sequence[Vectors]) -> Vectors:
    mean = np.stack(vectors).mean(axis=0)
    scaled: Vectors = mean / np.float32(max(float(np.linalg.norm(mean)), 1e-9))
    return scaled
