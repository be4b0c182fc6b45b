"""Mixes: from some tracks on and on through the library, near them, nothing twice.

Nothing is remembered between questions: whoever listens says what was played.
"""

import dataclasses
import itertools
from collections.abc import Iterator, Sequence

import numpy as np

from audio_ident.identify.vibe.kin import group_numbers
from audio_ident.identify.vibe.neighbours import Neighbours, artist_key, places_of
from audio_ident.model.library import TrackId
from audio_ident.model.mixes import MixAnswer, MixStep, MixWish
from audio_ident.model.vectors import Vectors
from audio_ident.model.vibe import SimilarTrack, TrackPlace, VibeWish
from audio_ident.stores.sql.unit_of_work import Catalogue

CANDIDATES = 40
"""Tracks that the next ones are chosen from."""

STRETCH = 5
"""Tracks that are chosen from the same candidates, before others are looked for."""

MOST_PER_ARTIST = STRETCH
"""Of one artist among the candidates, so that there is somebody else to choose, and enough where
there is nobody else."""

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
    catalogue: Catalogue

    def mix(self, wish: MixWish) -> MixAnswer:
        """The tracks that follow; `endless` without end."""
        steps = tuple(itertools.islice(self.endless(wish), wish.count + 1))
        return MixAnswer(steps=steps[: wish.count], is_used_up=len(steps) <= wish.count)

    def endless(self, wish: MixWish) -> Iterator[MixStep]:
        """One track after the other until each recording was played; `count` does not matter.

        Raises
        ------
        NotFound, NotListenedYet, ValidationFailed
            A seed is not there, or has no place, yet or at all.
        """
        seeds = [self.neighbours.place_of(track_id) for track_id in wish.seeds]
        home = _mean([place.vector for place in seeds])
        played = list(wish.played)
        while left := self._candidates(wish, home, played):
            artists = [artist_key(each.track) for each in self._last(played, SPACING)]
            for _ in range(STRETCH - len(played) % STRETCH):
                if not left:
                    break
                rng = np.random.default_rng((wish.number, len(played)))
                chosen = _choose(_spaced(left, artists), wish.adventurousness, rng)
                left.remove(chosen)
                played.append(chosen.track.id)
                artists.append(artist_key(chosen.track))
                yield self._step(chosen, home)

    def _candidates(
        self, wish: MixWish, home: Vectors, played: Sequence[TrackId]
    ) -> list[SimilarTrack]:
        """What the next tracks are chosen from.

        A mix that goes on within a stretch finds what it would have had left without a break.
        """
        begun = len(played) - len(played) % STRETCH
        for known in dict.fromkeys((begun, len(played))):
            recent = [place.vector for place in self._last(played[:known], RECENT)]
            found = self.neighbours.nearest(
                _target(home, recent, wish.adventurousness),
                VibeWish(
                    max_results=CANDIDATES,
                    most_per_artist=MOST_PER_ARTIST,
                    without_tracks=frozenset((*wish.seeds, *played[:known])),
                ),
            )
            if left := self._without(found, played[known:]):
                return left
        return []

    def _without(
        self, found: Sequence[SimilarTrack], track_ids: Sequence[TrackId]
    ) -> list[SimilarTrack]:
        """Those that are not the same recording as some tracks."""
        if not track_ids:
            return list(found)
        with self.catalogue.reading() as rows:
            gone = {track.digest for track in rows.tracks.with_ids(track_ids)}
            group_of = group_numbers(rows, {*gone, *(each.track.digest for each in found)})
        gone_groups = {group_of[digest] for digest in gone}
        return [each for each in found if group_of[each.track.digest] not in gone_groups]

    def _last(self, played: Sequence[TrackId], count: int) -> list[TrackPlace]:
        return places_of(self.neighbours, played[-count:])

    def _step(self, chosen: SimilarTrack, home: Vectors) -> MixStep:
        (place,) = places_of(self.neighbours, [chosen.track.id]) or (None,)
        return MixStep(
            track=chosen.track,
            added_at=chosen.added_at,
            cosine=chosen.cosine if place is None else float(np.vdot(home, place.vector)),
        )


def _target(home: Vectors, played: Sequence[Vectors], adventurousness: float) -> Vectors:
    """Where the next track is looked for: between the seeds and what was just heard."""
    if not played:
        return home
    drift = MOST_DRIFT * adventurousness
    return _mean([(1 - drift) * home, drift * _mean(played)])


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
