"""Which known recordings may share music with a new one, found without a scan of the library.

The strongest landmark pairs of every second are looked up in the fingerprint index, at the speed
of the recording and at a few others. Each hit votes for a line: recording, time difference. Votes
cost a few milliseconds whatever the size of the library, and say nothing yet about kinship: that
is for `core.alignment` and `core.kinship` to judge.
"""

import dataclasses

import numpy as np
import numpy.typing as npt

from audio_ident.core import kernels
from audio_ident.core.hashes import INDEX_PAIRS, hashes_of
from audio_ident.core.kernels import Lookup
from audio_ident.core.layout import first_frames_of
from audio_ident.core.places import gather_hits, share_of_hits
from audio_ident.core.spectrum import BINS, FRAMES_PER_SECOND
from audio_ident.model.analysis import AudioDigest
from audio_ident.model.landmarks import Landmarks
from audio_ident.model.segment import Snapshot

PAIRS_PER_SECOND = 6
"""Looked up at the own speed: of 20 s that survive a codec, dozens of votes remain."""

OTHER_PAIRS_PER_SECOND = 3
"""Looked up at each other speed; a whole file that was sped up has thousands of pairs."""

MOST_PAIRS = 40_000
"""Of a very long file the pairs of all seconds are thinned to this, about two hours in full."""

SPEEDS = (0.98, 0.99, 1.01, 1.02)
"""Other speeds; what lies between, up to 0.5 % away, still shares enough hashes."""

MOST_HITS = 400_000
"""Postings read for one speed, over all segments; the longest lists, which say least, go first."""

SPREAD_FRAMES = 6
"""Votes within 0.2 s count together: what half a per cent of speed drifts in 40 s."""

LEAST_VOTES = 7
"""By chance the best of 10,000 recordings gets three or four."""

LINES_PER_RECORDING = 6
"""A mix may hold several stretches of one recording, each at a time difference of its own."""

MOST_LINES = 48
"""Lines that are worth judging; those with the most votes."""

APART_FRAMES = 64
"""Lines of one recording closer than this, 2 s, are one line."""

_DIAGONALS = 1 << 33
"""Room for the time differences of one recording when votes are sorted."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A guess: at `a_s` seconds of the new recording, the known one is at offset + speed * a_s."""

    digest: AudioDigest
    """The known recording."""
    offset_s: float
    speed: float
    """Seconds of the known recording in one second of the new one."""
    votes: int


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Pairs:
    """Landmark pairs; arrays of shape `(n,)`."""

    frame: npt.NDArray[np.int64]
    between: npt.NDArray[np.int64]
    first_bin: npt.NDArray[np.int64]
    second_bin: npt.NDArray[np.int64]

    def part(self, which: npt.NDArray[np.generic]) -> "_Pairs":
        return _Pairs(
            frame=self.frame[which],
            between=self.between[which],
            first_bin=self.first_bin[which],
            second_bin=self.second_bin[which],
        )


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Votes:
    """Hits in one segment; arrays of shape `(n,)`."""

    recording: npt.NDArray[np.int64]
    new_frame: npt.NDArray[np.int64]
    known_frame: npt.NDArray[np.int64]
    """From the start of the known recording."""
    diagonal: npt.NDArray[np.int64]
    """Known frame less the new one, as the tried speed has it."""


def find_lines(
    snapshot: Snapshot, landmarks: Landmarks, own_digest: AudioDigest
) -> tuple[Line, ...]:
    """The lines with the most votes, best first; none lead to `own_digest`.

    Parameters
    ----------
    snapshot
        The index to look in.
    landmarks
        Of the new recording.
    own_digest
        Its name: a recording that is analysed again is indexed already.
    """
    plain, thinned = _strongest(landmarks, (PAIRS_PER_SECOND, OTHER_PAIRS_PER_SECOND))
    lines = _lines_at(snapshot, plain, 1.0, own_digest)
    for speed in SPEEDS:
        lines += _lines_at(snapshot, thinned, speed, own_digest)
    kept: list[Line] = []
    for line in sorted(lines, key=lambda line: (-line.votes, line.digest, line.offset_s)):
        same = [other for other in kept if other.digest == line.digest]
        if len(same) < LINES_PER_RECORDING and all(_are_apart(line, other) for other in same):
            kept.append(line)
        if len(kept) == MOST_LINES:
            break
    return tuple(kept)


def _are_apart(one: Line, other: Line) -> bool:
    return abs(one.offset_s - other.offset_s) > APART_FRAMES / FRAMES_PER_SECOND


def _strongest(landmarks: Landmarks, per_second: tuple[int, ...]) -> tuple[_Pairs, ...]:
    """The pairs of the strongest peaks of every second, for each density that is wanted."""
    anchor, target = kernels.pair_peaks(landmarks.frame, landmarks.bin, INDEX_PAIRS)
    frames, bins = landmarks.frame.astype(np.int64), landmarks.bin.astype(np.int64)
    pairs = _Pairs(
        frame=frames[anchor],
        between=frames[target] - frames[anchor],
        first_bin=bins[anchor],
        second_bin=bins[target],
    )
    strength = np.minimum(landmarks.strength[anchor], landmarks.strength[target]).astype(np.int64)
    second = (pairs.frame // FRAMES_PER_SECOND).astype(np.int64)
    order = np.lexsort((pairs.between, pairs.frame, -strength, second))
    starts = np.searchsorted(second[order], second[order])
    rank = np.arange(len(order)) - starts
    step = max(1, -(-len(np.unique(second)) * max(per_second) // MOST_PAIRS))
    fits = second[order] % step == 0
    return tuple(pairs.part(order[(rank < most) & fits]) for most in per_second)


def _lines_at(
    snapshot: Snapshot, pairs: _Pairs, speed: float, own_digest: AudioDigest
) -> list[Line]:
    lookup = _lookup(pairs, speed)
    lines: list[Line] = []
    for number, segment in enumerate(snapshot.segments):
        if not len(segment.digests):
            continue
        votes = _votes_in(snapshot, number, lookup, own_digest)
        lines += [
            _fitted(segment.digests[recording], votes, recording, diagonal, speed, count)
            for recording, diagonal, count in _most_voted(votes)
        ]
    return lines


def _lookup(pairs: _Pairs, speed: float) -> Lookup:
    """Hashes of the pairs as they are in a recording that plays `speed` times as fast.

    A peak lies in either of two frames, so that the time between two is uncertain by a frame.
    """
    first = np.rint(pairs.first_bin * speed).astype(np.int64)
    step = np.rint(pairs.second_bin * speed).astype(np.int64) - first
    limit = INDEX_PAIRS.most_bins
    usable = (first < BINS) & (step >= -limit) & (step < limit)
    first, step = first[usable], step[usable]
    between = np.rint(pairs.between[usable] / speed).astype(np.int64)
    earliest = np.maximum(between, 1)
    latest = np.clip(between, 1, INDEX_PAIRS.most_frames)
    order = np.argsort(hashes_of(first, step, earliest), kind="stable")
    return Lookup(
        first_hash=hashes_of(first, step, earliest)[order],
        last_hash=hashes_of(first, step, np.maximum(latest, earliest))[order],
        frame=np.rint(pairs.frame[usable] / speed).astype(np.int32)[order],
    )


def _votes_in(snapshot: Snapshot, number: int, lookup: Lookup, own_digest: AudioDigest) -> _Votes:
    segment = snapshot.segments[number]
    hits = gather_hits(segment, lookup, share_of_hits(snapshot, number, MOST_HITS))
    asked = np.repeat(hits.lookup.frame.astype(np.uint32), hits.count)
    found = (hits.place + asked).astype(np.int64)  # modulo 2**32, as the places are
    starts = first_frames_of(segment).astype(np.int64)
    recording = np.searchsorted(starts, found, side="right") - 1
    wanted = snapshot.alive[number] & (np.array(segment.digests) != own_digest)
    kept = wanted[recording]
    recording, found, new = recording[kept], found[kept], asked[kept].astype(np.int64)
    known = found - starts[recording]
    return _Votes(recording=recording, new_frame=new, known_frame=known, diagonal=known - new)


def _most_voted(votes: _Votes) -> list[tuple[int, int, int]]:
    """Recording, diagonal and number of votes of the windows with the most votes of all."""
    keys = np.sort(votes.recording * _DIAGONALS + votes.diagonal + _DIAGONALS // 2)
    counts = np.searchsorted(keys, keys + SPREAD_FRAMES) - np.arange(len(keys))
    enough = np.flatnonzero(counts >= LEAST_VOTES)
    taken: list[tuple[int, int, int]] = []
    last_of: dict[int, list[int]] = {}
    for place in enough[np.argsort(-counts[enough], kind="stable")].tolist():
        recording, shifted = divmod(int(keys[place]), _DIAGONALS)
        diagonal = shifted - _DIAGONALS // 2
        others = last_of.setdefault(recording, [])
        if len(others) < LINES_PER_RECORDING and all(
            abs(diagonal - other) > APART_FRAMES for other in others
        ):
            others.append(diagonal)
            taken.append((recording, diagonal, int(counts[place])))
        if len(taken) == MOST_LINES:
            break
    return taken


def _fitted(
    digest: AudioDigest, votes: _Votes, recording: int, diagonal: int, speed: float, count: int
) -> Line:
    """The straight line through the votes near a diagonal, drawn longer step by step."""
    own = votes.recording == recording
    new, known = votes.new_frame[own].astype(np.float64), votes.known_frame[own]
    slope, start = 1.0, diagonal + SPREAD_FRAMES / 2
    for reach in (SPREAD_FRAMES, SPREAD_FRAMES, SPREAD_FRAMES / 2, SPREAD_FRAMES / 2):
        near = np.abs(known - (start + slope * new)) <= reach
        x, y = new[near], known[near].astype(np.float64)
        spread = float(np.square(x - x.mean()).sum()) if len(x) else 0.0
        if len(x) < LEAST_VOTES or spread == 0:
            break
        slope = float(((x - x.mean()) * (y - y.mean())).sum()) / spread
        slope = min(max(slope, 0.99), 1.01) if np.ptp(x) > 300 else 1.0
        start = float(y.mean() - slope * x.mean())
    return Line(
        digest=digest,
        offset_s=start / FRAMES_PER_SECOND,
        speed=slope / speed,
        votes=count,
    )
