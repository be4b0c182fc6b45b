"""Which of the tracks that were compared are answered: distinct ones, and not all of one artist."""

import dataclasses
from collections import Counter
from collections.abc import Iterable, Mapping

from audio_ident.model.analysis import AudioDigest
from audio_ident.model.vectors import WindowVectors
from audio_ident.stores.sql.tracks import ShownSpan


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Candidate:
    """A track that was compared with a question."""

    place: ShownSpan
    windows: WindowVectors
    """Those of the track, timed from its start."""
    likeness: float


def chosen(
    candidates: Iterable[Candidate],
    group_of: Mapping[AudioDigest, int],
    *,
    most: int,
    most_per_artist: int,
) -> list[Candidate]:
    """The most alike candidates, the most alike first.

    Of copies of one recording the most alike is taken, of tracks in one recording each that does
    not overlap another one. Tracks of nobody known are not of one artist. Ties go by recording and
    start, so that the same candidates give the same answer.

    Parameters
    ----------
    group_of
        For each recording a number that its copies share.
    """
    order = sorted(
        candidates, key=lambda one: (-one.likeness, one.place.digest, one.place.start_ticks)
    )
    taken: list[Candidate] = []
    by_group: dict[int, list[ShownSpan]] = {}
    by_artist: Counter[str] = Counter()
    for candidate in order:
        place = candidate.place
        others = by_group.setdefault(group_of[place.digest], [])
        artist = place.artist_key or place.track_id
        if by_artist[artist] >= most_per_artist or any(_is_same(place, other) for other in others):
            continue
        others.append(place)
        by_artist[artist] += 1
        taken.append(candidate)
        if len(taken) == most:
            break
    return taken


def _is_same(one: ShownSpan, other: ShownSpan) -> bool:
    """Whether two tracks of one group of copies are one: only tracks of one file lie apart."""
    if one.digest != other.digest:
        return True
    return one.start_ticks < other.end_ticks and other.start_ticks < one.end_ticks
