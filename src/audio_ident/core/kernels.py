"""The inner loops that numpy has no words for, written in C and opened with ctypes.

Every wrapper checks or makes the types that the C code relies on, so that no other module can
hand it a wrong array. The shared library is made by `hatch_build.py`; it needs no Python headers.
"""

import ctypes
import dataclasses
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from audio_ident.core.layout import Postings, StoredPeaks
from audio_ident.model.audio import Mono

Levels: TypeAlias = npt.NDArray[np.float32]
"""Log power, shape `(frames, bins)`, in nepers of power."""

_WIDEST_MEAN_BINS = 64
"""As in kernels.c."""

_library = np.ctypeslib.load_library("libkernels", __file__)
_int = ctypes.c_int64


class _PeakRule(ctypes.Structure):
    _fields_ = (
        *((name, _int) for name in ("frame_radius", "bin_radius", "lowest_bin")),
        *((name, _int) for name in ("mean_frame_radius", "mean_bin_radius")),
        *((name, _int) for name in ("most_per_window", "window_radius")),
        ("mean_weight", ctypes.c_double),
    )


class _PairRule(ctypes.Structure):
    _fields_ = (
        *((name, _int) for name in ("most_targets", "least_frames", "most_frames", "most_bins")),
        ("frame_cost", ctypes.c_double),
    )


class _Postings(ctypes.Structure):
    _fields_ = (
        ("packed", ctypes.c_void_p),
        ("low_bits", _int),
        ("frame_bits", _int),
    )


class _StoredPeaks(ctypes.Structure):
    _fields_ = (
        ("block_start", ctypes.c_void_p),
        ("frame_in_block", ctypes.c_void_p),
        ("bin", ctypes.c_void_p),
    )


HYPOTHESIS = np.dtype(
    [
        ("place", np.int64),
        ("first", np.int64),
        ("end", np.int64),
        ("time_scale", np.float64),
        ("pitch_scale", np.float64),
    ]
)
"""One guess for `verify`: the clip starts at clip frame `place` of the segment's axis, inside the
recording that spans index frames `first`..`end`; one clip frame is `time_scale` frames of the
recording; a frequency of the recording is heard `pitch_scale` times higher in the clip."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class PeakRule:
    """Which cells of a spectrogram become landmarks; frames and bins are the spectrogram's."""

    frame_radius: int
    """A peak is the highest cell of +- this many frames ..."""
    bin_radius: int
    """... and +- this many bins."""
    lowest_bin: int
    """Bins below are too coarse in pitch and full of rumble."""
    mean_frame_radius: int
    """The local level is the mean over +- this many frames ..."""
    mean_bin_radius: int
    """... and +- this many bins, at most 64; a peak lies above it."""
    most_per_window: int
    """Density: how many peaks are kept ..."""
    window_radius: int
    """... within +- this many frames of each peak."""
    mean_weight: float
    """Rank of a peak = its level - this * the local level: 0 prefers loud, 1 prominent peaks."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class PairRule:
    """Which peaks are paired into hashes."""

    most_targets: int
    """Pairs that each peak begins."""
    least_frames: int
    """Least distance in time."""
    most_frames: int
    """Greatest distance in time."""
    most_bins: int
    """Distance in frequency: -this <= bins < this."""
    frame_cost: float
    """The nearest are taken; a frame counts as this many bins."""


def _address(array: npt.NDArray[Any]) -> ctypes.c_void_p:
    if not array.flags.c_contiguous:
        raise ValueError("the kernels read contiguous arrays only")
    return ctypes.c_void_p(array.ctypes.data)


def _called(name: str, *arguments: Any) -> int:  # noqa: ANN401 -- ctypes takes what it is given
    """Call a kernel that returns a count; a negative count means that memory ran out."""
    function = getattr(_library, name)
    function.restype = _int
    count: int = function(*arguments)
    if count < 0:
        raise MemoryError(name)
    return count


def _structure(kind: type[ctypes.Structure], rule: Any) -> Any:  # noqa: ANN401 -- see above
    values = (getattr(rule, field[0]) for field in kind._fields_)
    return ctypes.byref(kind(*values))


def halve_rate(samples: Mono, taps: npt.NDArray[np.float32]) -> Mono:
    """Every second sample behind a filter.

    Parameters
    ----------
    samples
        Shape `(2 * (n - 1) + len(taps),)`.
    taps
        Filter of an even number of taps.

    Returns
    -------
    Mono
        Shape `(n,)`.
    """
    samples = np.ascontiguousarray(samples, np.float32)
    count = (len(samples) - len(taps)) // 2 + 1
    even, odd = np.empty((2, count + len(taps) // 2), np.float32)
    out = np.empty(count, np.float32)
    pointers = (_address(samples), _address(taps), _int(len(taps)), _int(count))
    _library.halve_rate(*pointers, _address(even), _address(odd), _address(out))
    return out


def pick_peaks(
    levels: Levels, rule: PeakRule
) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.uint16], npt.NDArray[np.float32]]:
    """Peaks of a spectrogram in order of time, then frequency.

    Returns
    -------
    tuple
        Frame, bin and height over the local level (in nepers), each of shape `(n,)`.
    """
    if not 0 <= rule.mean_bin_radius <= _WIDEST_MEAN_BINS:
        raise ValueError("the mean is too wide")
    levels = np.ascontiguousarray(levels, np.float32)
    frames, bins = levels.shape
    room = levels.size // 8 + 64
    frame = np.empty(room, np.uint32)
    bin_ = np.empty(room, np.uint16)
    height = np.empty(room, np.float32)
    spectrogram = (_address(levels), _int(frames), _int(bins), _structure(_PeakRule, rule))
    outputs = (_address(frame), _address(bin_), _address(height), _int(room))
    count = _called("pick_peaks", *spectrogram, *outputs)
    return frame[:count].copy(), bin_[:count].copy(), height[:count].copy()


def pair_peaks(
    frame: npt.NDArray[np.uint32], bin_: npt.NDArray[np.uint16], rule: PairRule
) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.uint32]]:
    """Indices of the earlier and the later peak of each pair, shape `(pairs,)`."""
    frame = np.ascontiguousarray(frame, np.uint32)
    bin_ = np.ascontiguousarray(bin_, np.uint16)
    room = len(frame) * rule.most_targets
    anchor, target = np.empty((2, room), np.uint32)
    peaks = (_address(frame), _address(bin_), _int(len(frame)), _structure(_PairRule, rule))
    count = _called("pair_peaks", *peaks, _address(anchor), _address(target), _int(room))
    return anchor[:count], target[:count]


def pack_records(
    records: npt.NDArray[np.uint64], width: int, first: int, packed: npt.NDArray[np.uint8]
) -> None:
    """Write records of `width` (at most 57) bits from place `first` on into zeroed bytes.

    `packed` holds 8 bytes more than the bits need.
    """
    records = np.ascontiguousarray(records, np.uint64)
    if (first + len(records)) * width + 64 > 8 * len(packed):
        raise ValueError("no room for the records")
    _library.pack_records(
        _address(records), _int(len(records)), _int(width), _int(first), _address(packed)
    )


def unpack_records(
    packed: npt.NDArray[np.uint8], width: int, first: int, count: int
) -> npt.NDArray[np.uint64]:
    """Read records written by `pack_records`, shape `(count,)`."""
    if (first + count) * width + 64 > 8 * len(packed):
        raise ValueError("no such records")
    records = np.empty(count, np.uint64)
    place = (_address(packed), _int(first), _int(count), _int(width))
    _library.unpack_records(*place, _address(records))
    return records


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Lookup:
    """Hashes of a clip to look up; arrays of shape `(n,)`."""

    first_hash: npt.NDArray[np.uint32]
    last_hash: npt.NDArray[np.uint32]
    """Inclusive; a range is a tolerance in the pair's time distance."""
    frame: npt.NDArray[np.int32]
    """Of the earlier peak, in index frames from the start of the clip."""

    def part(self, which: slice | npt.NDArray[np.bool_]) -> "Lookup":
        """Some of the hashes."""
        return Lookup(
            first_hash=self.first_hash[which],
            last_hash=self.last_hash[which],
            frame=self.frame[which],
        )


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Lists:
    """Where the postings of looked-up hashes lie; arrays of shape `(n,)`."""

    begin: npt.NDArray[np.int64]
    """First posting of the bucket of the first hash."""
    middle: npt.NDArray[np.int64]
    """First posting of the bucket of the last hash: a range lies in one or two buckets."""
    end: npt.NDArray[np.int64]

    def sizes(self) -> npt.NDArray[np.int64]:
        """Postings in the buckets of each range."""
        return self.end - self.begin

    def part(self, which: slice | npt.NDArray[np.bool_]) -> "Lists":
        """Some of the lists."""
        return Lists(begin=self.begin[which], middle=self.middle[which], end=self.end[which])


def gather_places(
    postings: Postings, lookup: Lookup, lists: Lists
) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.int64]]:
    """Where each posting of the looked-up hashes would have the clip begin, in index frames.

    Returns
    -------
    tuple
        The places of the first hash, then those of the second and so on (modulo 2**32); and how
        many each hash gave, shape as the lookup.
    """
    room = int(lists.sizes().sum())
    place = np.empty(room, np.uint32)
    hits = np.empty(len(lookup.frame), np.int64)
    where = _Postings(_address(postings.packed), postings.low_bits, postings.frame_bits)
    hashes = (lookup.first_hash, lookup.last_hash, lookup.frame)
    ranges = (lists.begin, lists.middle, lists.end)
    arrays = [np.ascontiguousarray(array) for array in (*hashes, *ranges)]
    count = _called(
        "gather_places",
        ctypes.byref(where),
        *(_address(array) for array in arrays),
        _int(len(lookup.frame)),
        _address(hits),
        _address(place),
        _int(room),
    )
    return place[:count], hits


def count_votes(
    places: npt.NDArray[np.uint32], *, spread_frames: int, most_candidates: int
) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.uint32]]:
    """The places that most votes fall on; `places`, one for each vote, is used up.

    Returns
    -------
    tuple
        First frame of a window of `spread_frames` in which votes lie, in order, and how many lie
        in it; shape `(at most most_candidates,)`.
    """
    candidate, votes = np.empty((2, most_candidates), np.uint32)
    count = _called(
        "count_votes",
        _address(places),
        *(_int(n) for n in (len(places), spread_frames, most_candidates)),
        _address(candidate),
        _address(votes),
    )
    return candidate[:count], votes[:count]


def verify(
    evidence: npt.NDArray[np.float32],
    peaks: StoredPeaks,
    guesses: npt.NDArray[np.void],
    clip_frames_per_frame: int,
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Sum of the evidence under the stored peaks of each guessed place.

    Parameters
    ----------
    evidence
        Shape `(clip frames, bins)`.
    guesses
        Shape `(n,)` of `HYPOTHESIS`.

    Returns
    -------
    tuple
        Sum of the evidence, and number of stored peaks that fell inside the clip; shape `(n,)`.
    """
    frames, bins = evidence.shape
    guesses = np.ascontiguousarray(guesses, HYPOTHESIS)
    total, count = np.empty((2, len(guesses)), np.float32)
    stored = _StoredPeaks(
        *(_address(array) for array in (peaks.block_start, peaks.frame_in_block, peaks.bin))
    )
    _library.verify(
        _address(evidence),
        _int(frames),
        _int(bins),
        ctypes.byref(stored),
        _int(clip_frames_per_frame),
        _address(guesses),
        _int(len(guesses)),
        _address(total),
        _address(count),
    )
    return total, count
