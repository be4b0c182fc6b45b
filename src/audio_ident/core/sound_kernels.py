"""The inner loops of the listeners that hear samples; the C code is in sound_kernels.c.

Each class holds the state of one stream between two blocks. Its answer is the same to the bit
however the stream is cut, and on every processor.
"""

import ctypes
from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from audio_ident.core import kernels
from audio_ident.core.true_peak import REACH_SAMPLES, Interpolation
from audio_ident.core.weighting import Recursions
from audio_ident.model.audio import Mono

Planes: TypeAlias = Sequence[Mono]
"""Channels of a block: contiguous, all of the same shape `(n,)`."""

BLOCKS_PER_SECOND = 50
"""As in sound_kernels.c."""

_HALF_SAMPLES = REACH_SAMPLES // 2
_TAPS = 9
_PAST = 2 * (_TAPS - 1)
_LANES = 8

_library = kernels._library
_int = ctypes.c_int64
_float = ctypes.c_float
_pointer = ctypes.c_void_p


class _Weighting(ctypes.Structure):
    _fields_ = (
        ("taps", ctypes.c_double * _TAPS),
        ("shelf", ctypes.c_double * 2),
        ("high_pass", ctypes.c_double * 2),
        *((name, _int) for name in ("rate_hz", "pairs", "blocks_done", "filled", "stride")),
        ("weight", _pointer),
        ("lines", _pointer),
    )


class _PeakMeter(ctypes.Structure):
    _fields_ = (
        *((name, _float * _HALF_SAMPLES) for name in ("even", "odd", "middle")),
        ("gain", _float),
        ("factor", ctypes.c_int32),
        ("sample_peak", _float),
        ("true_peak", _float),
    )


class _Tracer(ctypes.Structure):
    _fields_ = (
        *((name, _int) for name in ("samples_per_point", "filled", "channels")),
        ("lanes", _pointer),
    )


_library.weigh.restype = _int
_library.trace.restype = _int
_library.find_quiet.restype = _int


def _addresses(planes: Planes) -> Any:  # noqa: ANN401 -- a ctypes array
    if not all(plane.flags.c_contiguous and plane.dtype == np.float32 for plane in planes):
        raise ValueError("the kernels read contiguous float32 only")
    return (_pointer * len(planes))(*(plane.ctypes.data for plane in planes))


class Weigher:
    """Weighted power of every fiftieth of a second of a stream of one rate and layout.

    Parameters
    ----------
    recursions
        The K-weighting at the rate of the stream.
    rate_hz
        At least 1000. Block k ends at sample `(k + 1) * rate_hz // 50`.
    weights
        One for each channel; channels of weight 0 are not looked at.
    """

    def __init__(self, recursions: Recursions, rate_hz: int, weights: Sequence[float]) -> None:
        heard = [number for number, weight in enumerate(weights) if weight]
        kept = [weights[number] for number in heard]
        if len(heard) % 2:
            heard, kept = [*heard, heard[-1]], [*kept, 0.0]
        self._heard = heard
        self._rate_hz = rate_hz
        self._weights = np.array(kept, np.float64)
        stride = _PAST + 2 * (rate_hz // BLOCKS_PER_SECOND + 1)
        self._lines = np.zeros((len(heard) // 2, 3, stride), np.float64)
        self._make_room(64)
        self._state = _Weighting(
            taps=(ctypes.c_double * _TAPS)(*recursions.taps),
            shelf=(ctypes.c_double * 2)(*recursions.shelf),
            high_pass=(ctypes.c_double * 2)(*recursions.high_pass),
            rate_hz=rate_hz,
            pairs=len(heard) // 2,
            stride=stride,
            weight=self._weights.ctypes.data,
            lines=self._lines.ctypes.data,
        )

    def weigh(self, planes: Planes) -> npt.NDArray[np.float32]:
        """Sum over channels of weight times mean square, of each block that is now complete."""
        count = len(planes[0])
        needed = count * BLOCKS_PER_SECOND // self._rate_hz + 2
        if needed > len(self._power):
            self._make_room(needed)
        heard = _addresses([planes[number] for number in self._heard])
        made = _library.weigh(ctypes.byref(self._state), heard, _int(count), self._power_place)
        return self._power[:made].copy()

    def _make_room(self, count: int) -> None:
        self._power = np.empty(count, np.float32)
        self._power_place = _pointer(self._power.ctypes.data)


class PeakMeter:
    """Highest sample, and highest value between samples, of a stream of one rate and layout."""

    def __init__(self, interpolation: Interpolation, channels: int) -> None:
        self._past = np.zeros((channels, REACH_SAMPLES - 1), np.float32)
        self._past_place = _pointer(self._past.ctypes.data)
        row = _float * _HALF_SAMPLES
        self._state = _PeakMeter(
            even=row(*interpolation.even),
            odd=row(*interpolation.odd),
            middle=row(*interpolation.middle),
            gain=interpolation.gain,
            factor=interpolation.factor,
        )

    def hear(self, planes: Planes) -> None:
        """Take the next block."""
        _library.meter_peaks(
            ctypes.byref(self._state),
            _addresses(planes),
            _int(len(planes)),
            _int(len(planes[0])),
            self._past_place,
        )

    def peaks(self) -> tuple[float, float]:
        """Sample peak and true peak, linear; silence is taken to follow the stream."""
        silence = np.zeros(REACH_SAMPLES - 1, np.float32)
        self.hear([silence] * len(self._past))
        return self._state.sample_peak, self._state.true_peak


class Tracer:
    """Lowest and highest sample and mean square of every so many samples, over all channels."""

    def __init__(self, samples_per_point: int, channels: int) -> None:
        self._lanes = np.empty((channels, 3, _LANES), np.float32)
        self._state = _Tracer(
            samples_per_point=samples_per_point,
            channels=channels,
            lanes=self._lanes.ctypes.data,
        )
        self._make_room(64)
        _library.begin_points(ctypes.byref(self._state))

    def trace(self, planes: Planes) -> npt.NDArray[np.float32]:
        """The points that are now complete, shape `(3, points)`: lowest, highest, mean square."""
        count = len(planes[0])
        needed = count // self._state.samples_per_point + 1
        if needed > self._points.shape[1]:
            self._make_room(needed)
        made = _library.trace(
            ctypes.byref(self._state), _addresses(planes), _int(count), *self._rows
        )
        return self._points[:, :made].copy()

    def end(self) -> npt.NDArray[np.float32]:
        """The point that was still open, shape `(3, 0 or 1)`."""
        made = min(self._state.filled, 1)
        if made:
            _library.end_point(ctypes.byref(self._state), *self._rows)
        return self._points[:, :made].copy()

    def _make_room(self, count: int) -> None:
        self._points = np.empty((3, count), np.float32)
        self._rows = [_pointer(row.ctypes.data) for row in self._points]


def find_quiet(
    samples: Mono, threshold: float, least_samples: int, quiet_since: int
) -> tuple[npt.NDArray[np.int64], int]:
    """Stretches of quiet samples that end in a block.

    Parameters
    ----------
    samples
        The block, shape `(n,)`.
    threshold
        Quiet is what is below, linear.
    least_samples
        Shorter stretches are passed over.
    quiet_since
        Place behind the last loud sample before this one, relative to the block: at most 0.

    Returns
    -------
    tuple
        Start and end of each stretch, relative to the block, shape `(2, stretches)`; and
        `quiet_since` at the end of the block, relative to its start.
    """
    ends = np.empty((2, len(samples) // (least_samples + 1) + 2), np.int64)
    since = _int(quiet_since)
    found = _library.find_quiet(
        _pointer(np.ascontiguousarray(samples, np.float32).ctypes.data),
        _int(len(samples)),
        _float(threshold),
        _int(least_samples),
        ctypes.byref(since),
        *(_pointer(row.ctypes.data) for row in ends),
    )
    return ends[:, :found], since.value
