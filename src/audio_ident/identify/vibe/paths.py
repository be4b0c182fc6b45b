"""Paths: from one track to another in small steps, through tracks that lie between them."""

import dataclasses
from collections.abc import Sequence

import numpy as np

from audio_ident.core.vibe.paths import great_circle, progress, smoothest_way
from audio_ident.identify.vibe.kin import group_numbers
from audio_ident.identify.vibe.neighbours import Neighbours, artist_key
from audio_ident.model.library import TrackId
from audio_ident.model.mixes import PathAnswer, PathStep
from audio_ident.model.vectors import Vectors
from audio_ident.model.vibe import TrackPlace, VibeWish
from audio_ident.refusals import ValidationFailed
from audio_ident.stores.sql.unit_of_work import Catalogue

LEAST_STEPS = 2
MOST_STEPS = 100

CANDIDATES = 24
"""Tracks that are looked at near each point of the way; twice as many make steps 1 % smaller."""

CANDIDATES_PER_STEP = 3
"""The same for a path of many steps, which has fewer points than steps."""

MOST_CANDIDATES = 64
"""However many steps there are: all windows of each candidate are looked at."""

MOST_POINTS = 16
"""Points of the way that candidates are looked for near."""

ANYBODY = 1_000_000
"""Tracks of one artist among the candidates: all that there are."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SoundPaths:
    """Finds paths through one library."""

    neighbours: Neighbours
    catalogue: Catalogue

    def path(self, start: TrackId, end: TrackId, steps: int) -> PathAnswer:
        """A path in so many steps, both tracks included, in which no recording comes twice.

        Raises
        ------
        NotFound
            One of the tracks is not there, or has no place yet.
        ValidationFailed
            Both are the same recording, or there are too few or too many steps.
        """
        if not LEAST_STEPS <= steps <= MOST_STEPS:
            raise ValidationFailed(f"a path has {LEAST_STEPS} to {MOST_STEPS} steps")
        ends = self.neighbours.places([start, end])
        if len(self._each_once(ends)) < len(ends):
            raise ValidationFailed("both ends of the path are the same recording")
        places = self._each_once([*ends, *self._between(ends, steps - LEAST_STEPS)])
        places = [places[0], *places[2:], places[1]]
        vectors = np.concatenate([place.vector for place in places])
        chosen = smoothest_way(vectors, _artist_numbers(places), steps - LEAST_STEPS)
        found = self._answer([places[at] for at in chosen], vectors[list(chosen)])
        return PathAnswer(steps=found, wanted=steps)

    def _between(self, ends: Sequence[TrackPlace], count: int) -> list[TrackPlace]:
        """Candidates, those first that lie nearest to a point of the way."""
        space_id = ends[0].space
        points = great_circle(ends[0].vector, ends[1].vector, min(count, MOST_POINTS))
        wish = VibeWish(
            max_results=min(max(CANDIDATES, CANDIDATES_PER_STEP * count), MOST_CANDIDATES),
            most_per_artist=ANYBODY,
            without_tracks=frozenset(place.track.id for place in ends),
        )
        ids: dict[TrackId, None] = {}
        for point in points:
            found = self.neighbours.nearest(point[None], wish, space_id)
            ids.update((similar.track.id, None) for similar in found)
        return self.neighbours.known_places(list(ids), space_id)

    def _each_once(self, places: Sequence[TrackPlace]) -> list[TrackPlace]:
        """The first of each recording, whatever files and formats it is in."""
        with self.catalogue.reading() as rows:
            group_of = group_numbers(rows, {place.track.digest for place in places})
        first: dict[int, TrackPlace] = {}
        for place in places:
            first.setdefault(group_of[place.track.digest], place)
        return list(first.values())

    def _answer(self, places: Sequence[TrackPlace], vectors: Vectors) -> tuple[PathStep, ...]:
        along = progress(vectors, vectors[:1], vectors[-1:])
        cosines = [None, *(vectors[1:] * vectors[:-1]).sum(axis=1).tolist()]
        ids = [place.track.id for place in places]
        with self.catalogue.reading() as rows:
            added_at = rows.tracks.added_at(ids)
        return tuple(
            PathStep(
                track=place.track,
                added_at=added_at[place.track.id],
                progress=float(share),
                cosine=cosine,
            )
            for place, share, cosine in zip(places, along, cosines, strict=True)
            if place.track.id in added_at
        )


def _artist_numbers(places: Sequence[TrackPlace]) -> np.typing.NDArray[np.int64]:
    names = [artist_key(place.track) for place in places]
    number_of = {name: number for number, name in enumerate(sorted({*names} - {""}))}
    return np.array([number_of.get(name, -1) for name in names], np.int64)
