"""Mixes: from some tracks on and on through the library, near them, nothing twice.

Nothing is remembered between questions: whoever listens says what was played.
"""

import dataclasses
import itertools
from collections.abc import Iterator, Sequence

import numpy as np

from audio_ident.identify.vibe.kin import group_numbers
from audio_ident.identify.vibe.neighbours import Neighbours, artist_key
from audio_ident.model.library import TrackId
from audio_ident.model.mixes import MixAnswer, MixStep, MixWish
from audio_ident.model.vectors import SpaceId, Vectors
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

MOST_SPREAD = 0.08
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
        seeds = self.neighbours.places(wish.seeds)
        home = _Home(space=seeds[0].space, vector=_mean([place.vector for place in seeds]))
        played = list(wish.played)
        while left := self._candidates(wish, home, played):
            last = self._last(played, SPACING, home.space)
            artists = [artist_key(each.track) for each in last]
            stretch: list[SimilarTrack] = []
            for _ in range(min(STRETCH - len(played) % STRETCH, len(left))):
                rng = np.random.default_rng((wish.number, len(played)))
                chosen = _choose(_spaced(left, artists), wish.adventurousness, rng)
                left.remove(chosen)
                played.append(chosen.track.id)
                artists.append(artist_key(chosen.track))
                stretch.append(chosen)
            yield from self._steps(stretch, home)

    def _candidates(
        self, wish: MixWish, home: "_Home", played: Sequence[TrackId]
    ) -> list[SimilarTrack]:
        """What the next tracks are chosen from.

        A mix that goes on within a stretch finds what it would have had left without a break.
        """
        begun = len(played) - len(played) % STRETCH
        for known in dict.fromkeys((begun, len(played))):
            last = self._last(played[:known], RECENT, home.space)
            found = self.neighbours.nearest(
                _target(home.vector, [each.vector for each in last], wish.adventurousness),
                VibeWish(
                    max_results=CANDIDATES,
                    most_per_artist=MOST_PER_ARTIST,
                    without_tracks=frozenset((*wish.seeds, *played[:known])),
                ),
                home.space,
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

    def _last(self, played: Sequence[TrackId], count: int, space_id: SpaceId) -> list[TrackPlace]:
        return self.neighbours.known_places(played[-count:], space_id)

    def _steps(self, stretch: Sequence[SimilarTrack], home: "_Home") -> Iterator[MixStep]:
        places = self.neighbours.known_places([each.track.id for each in stretch], home.space)
        cosines = {place.track.id: float(np.vdot(home.vector, place.vector)) for place in places}
        for each in stretch:
            yield MixStep(
                track=each.track,
                added_at=each.added_at,
                cosine=cosines.get(each.track.id, each.cosine),
            )


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Home:
    """Where the seeds of a mix lie together."""

    space: SpaceId
    vector: Vectors


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
