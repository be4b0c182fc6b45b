"""Chromaprint, algorithm 2: what AcoustID knows a recording by.

Sound at 11,025 Hz is cut into frames of 0.37 s, a frame every 0.124 s. The energy of a frame is
folded into twelve pitch classes, smoothed over five frames and brought to unit length. Sixteen
differences of neighbouring areas of that picture, each quantised to two bits, make a 32-bit
*sub-fingerprint*: one for each frame, describing the 2.7 s from its beginning on.

Source: L. Lalinsky, "How does Chromaprint work?" (2011), and the public parameters of `fpcalc`,
whose answers these functions repeat bit for bit.
"""

import dataclasses
import math
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from audio_ident.model.audio import CHROMA_RATE_HZ

SubFingerprints: TypeAlias = npt.NDArray[np.uint32]
"""Shape `(n,)`; number `i` begins at sample `i * STEP_SAMPLES` at `CHROMA_RATE_HZ`."""

Chroma: TypeAlias = npt.NDArray[np.float64]
"""Energy of the pitch classes A, A sharp .. G sharp, shape `(frames, 12)`."""

FRAME_SAMPLES = 4096
"""Length of a frame at `CHROMA_RATE_HZ`: 0.37 s."""

STEP_SAMPLES = FRAME_SAMPLES // 3
"""From one frame to the next: 0.124 s."""

SMOOTHING = (0.25, 0.75, 1.0, 0.75, 0.25)
"""Weights of five consecutive frames."""

LEAST_NORM = 0.01
"""A smoothed frame below is silence: all zero instead of unit length."""

PICTURE_FRAMES = 16
"""Smoothed frames that the widest filter looks at."""

LATENCY_FRAMES = PICTURE_FRAMES - 1 + len(SMOOTHING) - 1
"""Frames behind its own that a sub-fingerprint depends on."""

SUPPORT_SAMPLES = LATENCY_FRAMES * STEP_SAMPLES + FRAME_SAMPLES
"""Sound that one sub-fingerprint describes: 2.7 s."""

ACOUSTID_S = 120.0
"""AcoustID is asked about the first two minutes, as `fpcalc` does."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """One difference of areas, and the limits that quantise it."""

    kind: int
    """0 whole area; 1 upper - lower; 2 later - earlier; 3 the diagonals; 4 the middle of three
    bands - the others; 5 the middle of three spans - the others."""
    first_class: int
    classes: int
    frames: int
    limits: tuple[float, float, float]


def _filter(kind: int, first_class: int, classes: int, frames: int, *limits: float) -> Filter:
    low, middle, high = limits
    return Filter(
        kind=kind,
        first_class=first_class,
        classes=classes,
        frames=frames,
        limits=(low, middle, high),
    )


FILTERS = (
    _filter(0, 4, 3, 15, 1.98215, 2.35817, 2.63523),
    _filter(4, 4, 6, 15, -1.03809, -0.651211, -0.282167),
    _filter(1, 0, 4, 16, -0.298702, 0.119262, 0.558497),
    _filter(3, 8, 2, 12, -0.105439, 0.0153946, 0.135898),
    _filter(3, 4, 4, 8, -0.142891, 0.0258736, 0.200632),
    _filter(4, 0, 3, 5, -0.826319, -0.590612, -0.368214),
    _filter(1, 2, 2, 9, -0.557409, -0.233035, 0.0534525),
    _filter(2, 7, 3, 4, -0.0646826, 0.00620476, 0.0784847),
    _filter(2, 6, 2, 16, -0.192387, -0.029699, 0.215855),
    _filter(2, 1, 3, 2, -0.0397818, -0.00568076, 0.0292026),
    _filter(5, 10, 1, 15, -0.53823, -0.369934, -0.190235),
    _filter(3, 6, 2, 10, -0.124877, 0.0296483, 0.139239),
    _filter(2, 1, 1, 14, -0.101475, 0.0225617, 0.231971),
    _filter(3, 5, 6, 4, -0.0799915, -0.00729616, 0.063262),
    _filter(1, 9, 2, 12, -0.272556, 0.019424, 0.302559),
    _filter(3, 4, 2, 14, -0.164292, -0.0321188, 0.0846339),
)
"""Learnt by the author of Chromaprint; the first makes the highest two bits."""

_GRAY = np.array([0, 1, 3, 2], np.uint32)
"""Neighbouring levels differ in one bit."""


class _Areas:
    """Sums of rectangles of a picture, for every position of its left edge at once."""

    def __init__(self, picture: Chroma, positions: int) -> None:
        self._sums = np.zeros((len(picture) + 1, picture.shape[1] + 1))
        self._sums[1:, 1:] = picture.cumsum(axis=0).cumsum(axis=1)
        self._positions = positions

    def area(
        self, first_frame: int, end_frame: int, first_class: int, end_class: int
    ) -> npt.NDArray[np.float64]:
        """Sum over `[first, end)` of frames and of classes, shape `(positions,)`."""
        begin = self._sums[first_frame : first_frame + self._positions]
        end = self._sums[end_frame : end_frame + self._positions]
        sums: npt.NDArray[np.float64] = (
            end[:, end_class] - begin[:, end_class] - end[:, first_class] + begin[:, first_class]
        )
        return sums

    def measured(self, rule: Filter) -> npt.NDArray[np.float64]:
        """Log ratio of the two parts of a filter, shape `(positions,)`."""
        first, end, frames = rule.first_class, rule.first_class + rule.classes, rule.frames
        whole = self.area(0, frames, first, end)
        middle = first + rule.classes // 2
        half = frames // 2
        match rule.kind:
            case 0:
                return np.log1p(whole)
            case 1:
                inside = self.area(0, frames, middle, end)
            case 2:
                inside = self.area(half, frames, first, end)
            case 3:
                inside = self.area(0, half, middle, end) + self.area(half, frames, first, middle)
            case 4:
                third = rule.classes // 3
                inside = self.area(0, frames, first + third, first + 2 * third)
            case _:
                third = frames // 3
                inside = self.area(third, 2 * third, first, end)
        return np.log((1 + inside) / (1 + (whole - inside)))


def sub_fingerprints(chroma: Chroma) -> SubFingerprints:
    """Sub-fingerprints of consecutive frames, shape `(max(0, frames - LATENCY_FRAMES),)`."""
    count = len(chroma) - LATENCY_FRAMES
    if count <= 0:
        return np.zeros(0, np.uint32)
    areas = _Areas(_smoothed(chroma), count)
    bits = np.zeros(count, np.uint32)
    for rule in FILTERS:
        level = np.searchsorted(rule.limits, areas.measured(rule), side="right")
        bits = (bits << np.uint32(2)) | _GRAY[level]
    return bits


def _smoothed(chroma: Chroma) -> Chroma:
    """Mean of five frames each, of unit length, shape `(frames - 4, 12)`."""
    count = len(chroma) - len(SMOOTHING) + 1
    picture = np.zeros((count, chroma.shape[1]))
    for number, weight in enumerate(SMOOTHING):
        picture += weight * chroma[number : number + count]
    norms = np.sqrt(np.square(picture).sum(axis=1, keepdims=True))
    return np.where(norms < LEAST_NORM, 0, picture / np.maximum(norms, LEAST_NORM))


def span_of(subs: SubFingerprints, start_s: float, end_s: float) -> SubFingerprints:
    """Sub-fingerprints of a span of the audio, as if it were a file of its own.

    Parameters
    ----------
    subs
        Of the whole file.
    start_s, end_s
        The span, seconds from the start of the file, `0 <= start_s <= end_s`; it begins at the
        nearest frame (at most 62 ms away) and may go past the end of the file.

    Returns
    -------
    SubFingerprints
        Those that depend on no sound behind the span; none if it is shorter than 2.7 s.
    """
    first = round(start_s * CHROMA_RATE_HZ / STEP_SAMPLES)
    return subs[first : first + count_of(round((end_s - start_s) * CHROMA_RATE_HZ))]


def count_of(samples: int) -> int:
    """Sub-fingerprints of so many samples at `CHROMA_RATE_HZ`."""
    if samples < SUPPORT_SAMPLES:
        return 0
    return (samples - SUPPORT_SAMPLES) // STEP_SAMPLES + 1


def start_s_of(number: int) -> float:
    """Where the sound of a sub-fingerprint begins; it is `SUPPORT_SAMPLES` long."""
    return number * STEP_SAMPLES / CHROMA_RATE_HZ


def _class_of_bin(number: int) -> int:
    octaves_above_a0 = math.log2(number * CHROMA_RATE_HZ / FRAME_SAMPLES / 27.5)
    return math.floor(12 * (octaves_above_a0 % 1))


LOWEST_BIN, END_BIN = (round(hz * FRAME_SAMPLES / CHROMA_RATE_HZ) for hz in (28, 3520))
"""Bins of the spectrum that are heard: seven octaves from A0 on."""

CLASS_OF_BIN = np.array([_class_of_bin(number) for number in range(LOWEST_BIN, END_BIN)], np.int64)
"""Pitch class of each bin that is heard."""

WINDOW = (np.hamming(FRAME_SAMPLES) / np.iinfo(np.int16).max).astype(np.float32)
"""Brings 16-bit samples to [-1, 1] on the way."""

_FOLD = np.zeros((END_BIN - LOWEST_BIN, 12))
_FOLD[np.arange(END_BIN - LOWEST_BIN), CLASS_OF_BIN] = 1


def chroma_of(frames: npt.NDArray[np.int16]) -> Chroma:
    """Energy of the twelve pitch classes in each frame, `frames` of shape `(n, FRAME_SAMPLES)`."""
    spectra = np.fft.rfft(frames * WINDOW)[:, LOWEST_BIN:END_BIN]
    power = np.square(spectra.real, dtype=np.float64) + np.square(spectra.imag, dtype=np.float64)
    return power @ _FOLD
