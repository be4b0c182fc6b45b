"""Places of the library where a clip may have been cut: proposed by votes, judged by peaks."""

import dataclasses
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from audio_ident.core import kernels
from audio_ident.core.clip import Evidence
from audio_ident.core.kernels import HYPOTHESIS, Lists, Lookup
from audio_ident.core.layout import (
    GAP_FRAMES,
    first_frames_of,
    frame_counts_of,
    peaks_of,
    postings_of,
)
from audio_ident.core.spectrum import CLIP_FRAMES_PER_FRAME
from audio_ident.model.segment import Segment, Snapshot

VOTE_SPREAD_FRAMES = 3
"""Votes within 96 ms count together: small errors in time, small differences in speed."""

LOOKUPS_BETWEEN_RELEASES = 128
"""Each look-up in a mapped file makes 64 to 280 kB of it resident (measured: the kernel maps what
lies around in one go); so many at a time stay below 40 MB."""

GUESSES_BETWEEN_RELEASES = 256
"""As for look-ups: guesses of some hundred places, each of which reads peaks somewhere else."""

SETTLING = 5.0
"""Added to the number of stored peaks when a sum of evidence is made a score: a place with few
peaks cannot score high by luck."""

Places = npt.NDArray[np.void]
"""Shape `(n,)` of `PLACE`."""

PLACE = np.dtype(
    [
        ("segment", np.int64),
        ("recording", np.int64),
        ("votes", np.int64),
        ("guess", HYPOTHESIS),
        ("score", np.float64),
        ("peaks", np.float64),
    ]
)
"""A place of the library, in the words of the index. `score` is the evidence under the stored
peaks in standard deviations of what a wrong place shows; `peaks` how many of them there are."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Deviations:
    """How a guess is varied when it is judged; each combination is tried."""

    place_clip_frames: tuple[int, ...] = (0,)
    time_factors: tuple[float, ...] = (1.0,)
    pitch_factors: tuple[float, ...] = (1.0,)
    pivots: tuple[float, ...] = (0.0,)
    """Shares of the clip at which a changed speed leaves the place as it was."""

    def count(self) -> int:
        """Number of combinations."""
        return (
            len(self.place_clip_frames)
            * len(self.time_factors)
            * len(self.pitch_factors)
            * len(self.pivots)
        )


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How much a look-up may cost."""

    most_places: int
    """Places that are proposed."""
    most_hits: int
    """Postings read, over all segments: bounds time and memory whatever the library's size. The
    longest lists are left out first; they say least."""


def propose(
    snapshot: Snapshot, lookup: Lookup, effort: Effort, *, pitch_scale: float = 1.0
) -> Places:
    """The places with the most votes of all segments, shape `(at most effort.most_places,)`."""
    numbers = range(len(snapshot.segments))
    places = merged(_proposed_in(snapshot, number, lookup, effort) for number in numbers)
    places["guess"]["pitch_scale"] = pitch_scale
    most = effort.most_places
    if len(places) > most:
        places = places[np.argpartition(-places["votes"], most - 1)[:most]]
    return places


def _proposed_in(snapshot: Snapshot, number: int, lookup: Lookup, effort: Effort) -> Places:
    segment, alive = snapshot.segments[number], snapshot.alive[number]
    starts = first_frames_of(segment).astype(np.int64)
    if not len(starts):
        return np.zeros(0, PLACE)
    frames, votes = kernels.count_votes(
        hits_in(segment, lookup, share_of_hits(snapshot, number, effort.most_hits)),
        spread_frames=VOTE_SPREAD_FRAMES,
        most_candidates=effort.most_places,
    )
    # A clip may begin before the recording does, as far as the gap before it reaches.
    owner = np.searchsorted(starts - GAP_FRAMES, frames, side="right") - 1
    kept = (owner >= 0) & alive[owner]
    frames, votes, owner = frames[kept].astype(np.int64), votes[kept], owner[kept]
    places = np.zeros(len(frames), PLACE)
    places["segment"], places["recording"], places["votes"] = number, owner, votes
    guess = places["guess"]
    guess["place"] = frames * CLIP_FRAMES_PER_FRAME
    guess["first"] = starts[owner]
    guess["end"] = starts[owner] + frame_counts_of(segment)[owner]
    guess["time_scale"] = guess["pitch_scale"] = 1.0
    return places


def hits_in(segment: Segment, lookup: Lookup, most_hits: int) -> npt.NDArray[np.uint32]:
    """Where the postings of the looked-up hashes would have the clip begin, one for each."""
    return gather_hits(segment, lookup, most_hits).place


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Hits:
    """What a segment holds of some hashes."""

    place: npt.NDArray[np.uint32]
    """Frame of the segment's axis at which frame 0 of the lookup would lie, modulo 2**32."""
    lookup: Lookup
    """The hashes that were looked up: those whose lists were affordable."""
    count: npt.NDArray[np.int64]
    """Places of each of them, which lie one after the other; shape as `lookup`."""


def gather_hits(segment: Segment, lookup: Lookup, most_hits: int) -> Hits:
    """Postings of the looked-up hashes, the longest lists left out beyond `most_hits`."""
    postings = postings_of(segment)
    first_bucket = lookup.first_hash >> np.uint32(postings.low_bits)
    last_bucket = lookup.last_hash >> np.uint32(postings.low_bits)
    lists = Lists(
        begin=postings.bucket_start[first_bucket].astype(np.int64),
        middle=postings.bucket_start[last_bucket].astype(np.int64),
        end=postings.bucket_start[last_bucket + 1].astype(np.int64),
    )
    affordable = _within_budget(lists.sizes(), most_hits)
    lookup, lists = lookup.part(affordable), lists.part(affordable)
    places, counts = [np.zeros(0, np.uint32)], [np.zeros(0, np.int64)]
    for first in range(0, len(lookup.frame), LOOKUPS_BETWEEN_RELEASES):
        part = slice(first, first + LOOKUPS_BETWEEN_RELEASES)
        segment.release()
        place, count = kernels.gather_places(postings, lookup.part(part), lists.part(part))
        places.append(place)
        counts.append(count)
    segment.release()
    return Hits(place=np.concatenate(places), lookup=lookup, count=np.concatenate(counts))


def _within_budget(sizes: npt.NDArray[np.int64], most: int) -> npt.NDArray[np.bool_]:
    """The shortest lists that together hold at most `most` postings, shape as `sizes`."""
    if int(sizes.sum()) <= most:
        return np.ones(len(sizes), np.bool_)
    ascending = np.sort(sizes)
    affordable = int(np.searchsorted(np.cumsum(ascending), most, side="right"))
    kept: npt.NDArray[np.bool_] = sizes < ascending[min(affordable, len(sizes) - 1)]
    return kept


def share_of_hits(snapshot: Snapshot, number: int, most_hits: int) -> int:
    """Hits that a segment may cost, in proportion to its postings."""
    sizes = [int(postings_of(segment).bucket_start[-1]) for segment in snapshot.segments]
    return max(1, most_hits * sizes[number] // max(1, sum(sizes)))


def judge(snapshot: Snapshot, evidence: Evidence, places: Places, deviations: Deviations) -> Places:
    """The best deviation of each place, with its score; shape as `places`."""
    varied = _varied(places, deviations, len(evidence))
    rescore(snapshot, evidence, varied)
    table = varied.reshape(len(places), deviations.count())
    chosen: Places = table[np.arange(len(places)), table["score"].argmax(axis=1)]
    return chosen


def rescore(snapshot: Snapshot, evidence: Evidence, places: Places) -> None:
    """Set score and peaks of each place as it is guessed."""
    for number in np.unique(places["segment"]).tolist():
        here = np.flatnonzero(places["segment"] == number)
        for first in range(0, len(here), GUESSES_BETWEEN_RELEASES):
            part = here[first : first + GUESSES_BETWEEN_RELEASES]
            total, count = kernels.verify(
                evidence,
                peaks_of(snapshot.segments[number]),
                places["guess"][part],
                CLIP_FRAMES_PER_FRAME,
            )
            snapshot.segments[number].release()
            places["score"][part] = total / np.sqrt(count + SETTLING)
            places["peaks"][part] = count


def _varied(places: Places, deviations: Deviations, clip_frames: int) -> Places:
    varied = np.repeat(places, deviations.count())
    grid = np.meshgrid(
        deviations.place_clip_frames,
        deviations.time_factors,
        deviations.pitch_factors,
        deviations.pivots,
        indexing="ij",
    )
    shift, time, pitch, pivot = (np.tile(axis.ravel(), len(places)) for axis in grid)
    guess = varied["guess"]
    slip = guess["time_scale"] * (time - 1) * pivot * clip_frames
    guess["place"] += np.rint(shift - slip).astype(np.int64)
    guess["time_scale"] *= time
    guess["pitch_scale"] *= pitch
    return varied


def distinct(places: Places, most: int, apart_clip_frames: int) -> Places:
    """The best-scored places that are not the same place again, best first."""
    kept: list[int] = []
    for i in np.argsort(-places["score"]).tolist():
        if all(_are_apart(places[i], places[k], apart_clip_frames) for k in kept):
            kept.append(i)
            if len(kept) == most:
                break
    return places[kept]


def _are_apart(one: np.void, other: np.void, clip_frames: int) -> bool:
    if one["segment"] != other["segment"] or one["recording"] != other["recording"]:
        return True
    return bool(abs(one["guess"]["place"] - other["guess"]["place"]) > clip_frames)


def merged(groups: Iterable[Places]) -> Places:
    """All places of several groups."""
    return np.concatenate([np.zeros(0, PLACE), *groups])
