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

PAIRS_PER_SECOND = 8
"""Looked up at the own speed: of 20 s that survive a codec, dozens of votes remain."""

OTHER_PAIRS_PER_SECOND = 4
"""Looked up at each other speed; a whole file that was sped up has thousands of pairs."""

MOST_PAIRS = 40_000
"""Of a recording of more than an hour some seconds are left out, so that no more are looked up."""

SPEEDS = (0.98, 0.985, 0.99, 0.995, 1.005, 1.01, 1.015, 1.02)
"""Other speeds; what lies between, up to 0.25 % away, still shares enough hashes."""

HIGHEST_BIN_AT_OTHER_SPEED = 200
"""Only pairs below, 1.6 kHz, are looked up there: 0.25 % moves them by less than half a bin."""

MOST_HITS = 120_000
"""Postings read at the own speed, over all segments; the longest lists, which say least, are left
out first."""

MOST_HITS_AT_OTHER_SPEED = 30_000
"""And at each other speed."""

SPREAD_FRAMES = 6
"""Votes within 0.2 s count together: a quarter of a per cent of speed drifts that far in 80 s."""

LEAST_VOTES = 10
"""On one line at the own speed. By chance the best of 10,000 recordings gets about ten; 20 s that
two recordings share give 30 and more."""

LEAST_VOTES_AT_OTHER_SPEED = 9
"""Fewer pairs are looked up there: half a minute at another speed gives 20 and more."""

LINES_PER_RECORDING = 6
"""A mix may hold several stretches of one recording, each at a time difference of its own."""

MOST_RECORDINGS = 24
"""Known recordings that are worth judging: those with the most votes."""

APART_FRAMES = 64
"""Lines of one recording closer than this, 2 s, are one line."""

_FEWEST_TO_FIT = 6
_LEAST_FRAMES_TO_FIT = 300
"""Votes within less than 10 s tell where a line lies, but not how steep it is."""

_MOST_SLOPE = 0.01
"""How far a line may be from the speed that was tried: the speeds are 0.5 % apart."""

_STRENGTHS = 256

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


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Guess:
    """A diagonal with many votes."""

    digest: AudioDigest
    found: _Votes
    """All hits that it was chosen from."""
    recording: int
    diagonal: int
    speed: float
    votes: int


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
    pairs, strength = _pairs_of(landmarks)
    plain = _strongest(pairs, strength, PAIRS_PER_SECOND)
    low = np.maximum(pairs.first_bin, pairs.second_bin) <= HIGHEST_BIN_AT_OTHER_SPEED
    thinned = _strongest(pairs.part(low), strength[low], OTHER_PAIRS_PER_SECOND)
    guesses = _guesses_at(snapshot, plain, 1.0)
    for speed in SPEEDS:
        guesses += _guesses_at(snapshot, thinned, speed)
    kept: dict[AudioDigest, list[Line]] = {}
    for guess in sorted(guesses, key=lambda guess: (-guess.votes, guess.digest, guess.diagonal)):
        is_new = guess.digest not in kept
        if guess.digest == own_digest or (is_new and len(kept) == MOST_RECORDINGS):
            continue
        lines = kept.setdefault(guess.digest, [])
        if len(lines) < LINES_PER_RECORDING:
            line = _fitted(guess)
            if all(_are_apart(line, other) for other in lines):
                lines.append(line)
    return tuple(line for lines in kept.values() for line in lines)


def _are_apart(one: Line, other: Line) -> bool:
    return abs(one.offset_s - other.offset_s) > APART_FRAMES / FRAMES_PER_SECOND


def _pairs_of(landmarks: Landmarks) -> tuple[_Pairs, npt.NDArray[np.int64]]:
    """All landmark pairs of a recording, and how strong the weaker peak of each is."""
    anchor, target = kernels.pair_peaks(landmarks.frame, landmarks.bin, INDEX_PAIRS)
    frames, bins = landmarks.frame.astype(np.int64), landmarks.bin.astype(np.int64)
    pairs = _Pairs(
        frame=frames[anchor],
        between=frames[target] - frames[anchor],
        first_bin=bins[anchor],
        second_bin=bins[target],
    )
    strength = np.minimum(landmarks.strength[anchor], landmarks.strength[target])
    return pairs, strength.astype(np.int64)


def _strongest(pairs: _Pairs, strength: npt.NDArray[np.int64], per_second: int) -> _Pairs:
    """The strongest pairs of every second; of a very long recording, seconds are left out."""
    second = (pairs.frame // FRAMES_PER_SECOND).astype(np.int64)
    order = np.argsort(second * _STRENGTHS - strength, kind="stable")
    second = second[order]
    rank = np.arange(len(order)) - np.searchsorted(second, second)
    step = max(1, -(-len(np.unique(second)) * per_second // MOST_PAIRS))
    return pairs.part(order[(rank < per_second) & (second % step == 0)])


def _guesses_at(snapshot: Snapshot, pairs: _Pairs, speed: float) -> list[_Guess]:
    lookup = _lookup(pairs, speed)
    least = LEAST_VOTES if speed == 1 else LEAST_VOTES_AT_OTHER_SPEED
    most_hits = MOST_HITS if speed == 1 else MOST_HITS_AT_OTHER_SPEED
    guesses: list[_Guess] = []
    for number, segment in enumerate(snapshot.segments):
        if len(segment.digests):
            found = _votes_in(snapshot, number, lookup, most_hits)
            guesses += [
                _Guess(
                    digest=segment.digests[recording],
                    found=found,
                    recording=recording,
                    diagonal=diagonal,
                    speed=speed,
                    votes=votes,
                )
                for recording, diagonal, votes in _most_voted(found, least)
            ]
    return guesses


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


def _votes_in(snapshot: Snapshot, number: int, lookup: Lookup, most_hits: int) -> _Votes:
    segment = snapshot.segments[number]
    hits = gather_hits(segment, lookup, share_of_hits(snapshot, number, most_hits))
    asked = np.repeat(hits.lookup.frame.astype(np.uint32), hits.count)
    found = (hits.place + asked).astype(np.int64)  # modulo 2**32, as the places are
    starts = first_frames_of(segment).astype(np.int64)
    recording = np.searchsorted(starts, found, side="right") - 1
    kept = snapshot.alive[number][recording]
    recording, found, new = recording[kept], found[kept], asked[kept].astype(np.int64)
    known = found - starts[recording]
    return _Votes(recording=recording, new_frame=new, known_frame=known, diagonal=known - new)


def _most_voted(votes: _Votes, least: int) -> list[tuple[int, int, int]]:
    """Recording, diagonal and number of votes of the windows with the most votes of all."""
    keys = np.sort(votes.recording * _DIAGONALS + votes.diagonal + _DIAGONALS // 2)
    counts = np.searchsorted(keys, keys + SPREAD_FRAMES) - np.arange(len(keys))
    enough = np.flatnonzero(counts >= least)
    enough = enough[np.argsort(-counts[enough], kind="stable")]
    # Of windows that overlap one is enough: a loop has thousands.
    enough = enough[np.sort(np.unique(keys[enough] // APART_FRAMES, return_index=True)[1])]
    taken: list[tuple[int, int, int]] = []
    diagonals_of: dict[int, list[int]] = {}
    for place in enough.tolist():
        recording, shifted = divmod(int(keys[place]), _DIAGONALS)
        diagonal = shifted - _DIAGONALS // 2
        others = diagonals_of.get(recording, [])
        if not others and len(diagonals_of) == MOST_RECORDINGS:
            continue
        is_new = all(abs(diagonal - other) > APART_FRAMES for other in others)
        if is_new and len(others) < LINES_PER_RECORDING:
            diagonals_of[recording] = [*others, diagonal]
            taken.append((recording, diagonal, int(counts[place])))
    return taken


def _fitted(guess: _Guess) -> Line:
    """The straight line through the votes near a diagonal, drawn longer step by step."""
    own = guess.found.recording == guess.recording
    new = guess.found.new_frame[own].astype(np.float64)
    known = guess.found.known_frame[own].astype(np.float64)
    slope, start = 1.0, guess.diagonal + SPREAD_FRAMES / 2
    for reach in (SPREAD_FRAMES, SPREAD_FRAMES, SPREAD_FRAMES / 2, SPREAD_FRAMES / 2):
        near = np.abs(known - (start + slope * new)) <= reach
        x, y = new[near], known[near]
        if len(x) < _FEWEST_TO_FIT or np.ptp(x) < _LEAST_FRAMES_TO_FIT:
            start = float(np.median(y - slope * x)) if len(x) else start
            break
        from_mean = x - x.mean()
        slope = float((from_mean * (y - y.mean())).sum() / np.square(from_mean).sum())
        slope = min(max(slope, 1 - _MOST_SLOPE), 1 + _MOST_SLOPE)
        start = float(y.mean() - slope * x.mean())
    return Line(
        digest=guess.digest,
        offset_s=start / FRAMES_PER_SECOND,
        speed=slope / guess.speed,
        votes=guess.votes,
    )
