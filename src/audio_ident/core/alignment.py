"""How two recordings agree along a line: where they sound alike, and how well.

Two independent witnesses are heard in windows of about seven seconds. The raw Chromaprint
fingerprints are laid over each other, at a few neighbouring offsets since the grids of two files
never coincide: the share of equal bits is about 0.5 for unrelated music and above 0.93 for one
recording in two encodings. And the landmarks: which share of the peaks of the one is found in the
other at the same time and frequency. A voice over the same backing hides many of them; a slight
change of speed, which spoils the fingerprints, leaves them in place.
"""

import dataclasses

import numpy as np
import numpy.typing as npt

from audio_ident.core.candidates import Line
from audio_ident.core.chromaprint import STEP_SAMPLES, SUPPORT_SAMPLES
from audio_ident.core.spectrum import BINS, FRAMES_PER_SECOND
from audio_ident.model.audio import CHROMA_RATE_HZ
from audio_ident.model.landmarks import Landmarks

CHROMA_STEP_S = STEP_SAMPLES / CHROMA_RATE_HZ
"""Seconds from one sub-fingerprint to the next: Chromaprint's step, at its rate."""

CHROMA_SUPPORT_S = round(SUPPORT_SAMPLES / CHROMA_RATE_HZ, 1)
"""Seconds of sound that one sub-fingerprint depends on: 16 frames of filtered chroma."""

WINDOW = 32
"""Sub-fingerprints that are compared together, 4 s of steps: chance then stays below 0.65."""

WINDOW_S = WINDOW * CHROMA_STEP_S + CHROMA_SUPPORT_S
"""Seconds that a window hears."""

HOP = 4
"""Sub-fingerprints from one window to the next: 0.5 s, the resolution of the ranges."""

REACH = 2
"""Neighbouring offsets that are tried, in sub-fingerprints: a quarter of a second."""

OWN_SPEED = 0.003
"""Up to this difference of speed the fingerprints hold; measured beyond, at 1 %: 0.83."""

ALIKE_CHROMA = 0.75
"""Least share of equal bits in a window of the same music at its own speed ..."""

ALIKE_CHROMA_AT_OTHER_SPEED = 0.58
"""... and at another, where the landmarks have to tell."""

ALIKE_LANDMARKS = 0.45
"""Least share of landmarks in such a window: worst codecs leave 0.6, unrelated music 0.1."""

LONGEST_BRIDGE_S = 12.0
"""Two stretches on one line that are closer are one: what lies between then counts as evidence
against it, as the lines of a singer do who is missing in one of the two."""

OVERHANG_S = 1.6
"""A window is alike as soon as about half of it is, so that a stretch seems this much longer at
each end, unless a recording ends there. Measured: 0 to 3.2 s."""

_BITS = 32
_FEWEST_LANDMARKS = 12
"""In a window with fewer, a share says little; it is as if there were this many."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """How loud a recording is as a whole."""

    loudness_lufs: float
    """Integrated, by EBU R 128."""
    peak_dbfs: float
    """Largest sample."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sound:
    """What is known of how a recording sounds."""

    chroma: npt.NDArray[np.uint32]
    """Raw sub-fingerprints, `CHROMA_STEP_S` apart, shape `(n,)`."""
    landmarks: Landmarks
    duration_s: float
    level: Level | None = None
    """None where it was not measured."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Course:
    """How two recordings agree along a line, in windows; arrays of shape `(n,)`."""

    line: Line
    start_s: npt.NDArray[np.float64]
    """Start of each window in the new recording, in order."""
    chroma: npt.NDArray[np.float64]
    """Share of equal bits at the best offset, 0..1."""
    landmarks: npt.NDArray[np.float64]
    """Share of the peaks that both have, of those of the one that has more, 0..1."""

    def part(self, which: npt.NDArray[np.bool_]) -> "Course":
        """Some of the windows."""
        return Course(
            line=self.line,
            start_s=self.start_s[which],
            chroma=self.chroma[which],
            landmarks=self.landmarks[which],
        )


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stretch:
    """Seconds of the new recording that agree with the known one along a line."""

    start_s: float
    end_s: float
    course: Course
    """The windows that lie inside."""

    @property
    def length_s(self) -> float:
        """Length in the new recording."""
        return self.end_s - self.start_s

    def known_s(self, at_s: float) -> float:
        """Where the known recording is when the new one is at `at_s`."""
        return self.course.line.offset_s + self.course.line.speed * at_s


def follow(new: Sound, known: Sound, line: Line) -> Course:
    """Agreement of two recordings along a line, wherever both sound."""
    place = np.arange(len(new.chroma))
    target = np.rint(line.offset_s / CHROMA_STEP_S + line.speed * place).astype(np.int64)
    inside = (target >= 0) & (target < len(known.chroma))
    place, target = place[inside], target[inside]
    starts = HOP * np.arange(max(0, (len(place) - WINDOW) // HOP + 1))
    start_s = (place[starts] * CHROMA_STEP_S) if len(starts) else np.zeros(0)
    return Course(
        line=line,
        start_s=start_s,
        chroma=_equal_bits(new.chroma[place], known.chroma, target, starts),
        landmarks=_shared_landmarks(new.landmarks, known.landmarks, line, start_s),
    )


def _equal_bits(
    ours: npt.NDArray[np.uint32],
    known: npt.NDArray[np.uint32],
    target: npt.NDArray[np.int64],
    starts: npt.NDArray[np.int64],
) -> npt.NDArray[np.float64]:
    """Share of equal bits in the windows that begin at `starts`, at the best offset of each."""
    best = np.zeros(len(starts))
    for shift in range(-REACH, REACH + 1):
        theirs = known[np.clip(target + shift, 0, len(known) - 1)]
        equal = _BITS - np.bitwise_count(ours ^ theirs).astype(np.int64)
        total = np.concatenate([[0], np.cumsum(equal)])
        best = np.maximum(best, (total[starts + WINDOW] - total[starts]) / (WINDOW * _BITS))
    return best


def _shared_landmarks(
    new: Landmarks, known: Landmarks, line: Line, start_s: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Share of the peaks that both have in the windows that begin at `start_s`."""
    if not len(start_s):
        return np.zeros(0)
    ours = _between(new, float(start_s[0]), float(start_s[-1]) + WINDOW_S)
    edges_s = np.array([start_s[0], start_s[-1] + WINDOW_S]) * line.speed + line.offset_s
    theirs = _between(known, float(edges_s[0]), float(edges_s[1]))
    is_found = _is_among(_moved(ours, line), theirs)
    our_s = ours[:, 0] / FRAMES_PER_SECOND
    their_s = (theirs[:, 0] / FRAMES_PER_SECOND - line.offset_s) / line.speed
    first, end = np.searchsorted(our_s, start_s), np.searchsorted(our_s, start_s + WINDOW_S)
    their_count = np.searchsorted(their_s, start_s + WINDOW_S) - np.searchsorted(their_s, start_s)
    found = np.concatenate([[0], np.cumsum(is_found)])
    most = np.maximum(np.maximum(end - first, their_count), _FEWEST_LANDMARKS)
    share: npt.NDArray[np.float64] = (found[end] - found[first]) / most
    return share


def _between(landmarks: Landmarks, start_s: float, end_s: float) -> npt.NDArray[np.int64]:
    """Frame and bin of the peaks of some seconds, shape `(n, 2)`."""
    edges = np.array([start_s, end_s]) * FRAMES_PER_SECOND
    first, end = np.searchsorted(landmarks.frame, edges)
    pair = (landmarks.frame[first:end], landmarks.bin[first:end])
    return np.stack([array.astype(np.int64) for array in pair], axis=1)


def _moved(peaks: npt.NDArray[np.int64], line: Line) -> npt.NDArray[np.int64]:
    """Where peaks of the new recording lie in the known one; it sounds higher when faster."""
    scale = np.array([line.speed, 1 / line.speed])
    shift = np.array([line.offset_s * FRAMES_PER_SECOND, 0.0])
    moved: npt.NDArray[np.int64] = np.rint(peaks * scale + shift).astype(np.int64)
    return moved


def _is_among(peaks: npt.NDArray[np.int64], others: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Whether each peak has another within one frame and one bin."""
    is_found = np.zeros(len(peaks), np.bool_)
    if not len(others):
        return is_found
    cells = others[:, 0] * (2 * BINS) + others[:, 1]
    sorted_cells = np.unique(cells)
    for frame_step in (-1, 0, 1):
        wanted = (peaks[:, 0] + frame_step) * (2 * BINS) + peaks[:, 1]
        place = np.searchsorted(sorted_cells, wanted - 1)
        place = np.minimum(place, len(sorted_cells) - 1)
        is_found |= np.abs(sorted_cells[place] - wanted) <= 1
    return is_found


def stretches_of(course: Course, least_s: float) -> tuple[Stretch, ...]:
    """The stretches along a line that sound alike and last at least `least_s`, in order."""
    alike = is_alike(course)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], alike.astype(np.int8), [0]])))
    runs: list[tuple[int, int]] = []
    for first, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        if runs and _gap_s(course, runs[-1][1], first) <= LONGEST_BRIDGE_S:
            first = runs.pop()[0]
        runs.append((first, end))
    stretches = (_stretch(course, first, end) for first, end in runs)
    return tuple(stretch for stretch in stretches if stretch.length_s >= least_s)


def _gap_s(course: Course, end: int, first: int) -> float:
    """Seconds from the last window before `end` to the window `first`."""
    return float(course.start_s[first] - course.start_s[end - 1]) - WINDOW_S


def is_alike(course: Course) -> npt.NDArray[np.bool_]:
    """Whether both witnesses find the same music in each window, shape `(n,)`."""
    is_own_speed = abs(course.line.speed - 1) <= OWN_SPEED
    least = ALIKE_CHROMA if is_own_speed else ALIKE_CHROMA_AT_OTHER_SPEED
    alike: npt.NDArray[np.bool_] = (course.chroma >= least) & (course.landmarks >= ALIKE_LANDMARKS)
    return alike


def _stretch(course: Course, first: int, end: int) -> Stretch:
    """The stretch of the windows from `first` to before `end`."""
    begins_inside, ends_inside = first > 0, end < len(course.start_s)
    inside = np.zeros(len(course.start_s), np.bool_)
    inside[first:end] = True
    return Stretch(
        start_s=float(course.start_s[first]) + OVERHANG_S * begins_inside,
        end_s=float(course.start_s[end - 1]) + WINDOW_S - OVERHANG_S * ends_inside,
        course=course.part(inside),
    )
