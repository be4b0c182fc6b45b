"""Wrappers of chroma_kernels.c: spectra of many frames and sums over their bins."""

import dataclasses
import functools

import numpy as np
import numpy.typing as npt

from audio_ident.core.kernels import _address, _called, _int, _library

MOST_EXTREME = 16
"""As in chroma_kernels.c."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Frames:
    """How sound is cut into frames, and which bins of their spectra are wanted."""

    window: npt.NDArray[np.float32]
    """Shape `(size,)`, a power of two of at least 8 samples."""
    hop_samples: int
    first_bin: int
    end_bin: int
    """At most `size // 2 + 1`."""

    def count_in(self, samples: int) -> int:
        """Whole frames in so many samples."""
        return max(0, (samples - len(self.window)) // self.hop_samples + 1)


@functools.cache
def _turns(size: int) -> npt.NDArray[np.float32]:
    """Cosine and -sine of `k / size` turns, shape `(size, 2)`."""
    angle = 2 * np.pi * np.arange(size) / size
    return np.stack([np.cos(angle), -np.sin(angle)], axis=1).astype(np.float32)


def power_spectra(samples: npt.NDArray[np.float32], frames: Frames) -> npt.NDArray[np.float32]:
    """Squared magnitude of the bins of every whole frame.

    Parameters
    ----------
    samples
        Shape `(n,)`.

    Returns
    -------
    ndarray
        Shape `(frames.count_in(n), end_bin - first_bin)`; each frame's values depend on its own
        samples alone, to the bit.
    """
    size = len(frames.window)
    if size < 8 or size & (size - 1) or frames.end_bin > size // 2 + 1:
        raise ValueError("frames have a power of two of samples, and half as many bins and one")
    samples = np.ascontiguousarray(samples, np.float32)
    window = np.ascontiguousarray(frames.window, np.float32)
    count, bins = frames.count_in(len(samples)), frames.end_bin - frames.first_bin
    power = np.empty((count, bins), np.float32)
    sizes = (size, frames.hop_samples, count, frames.first_bin, bins)
    arrays = (_address(samples), _address(window), _address(_turns(size)))
    _called("power_spectra", *arrays, *map(_int, sizes), _address(power))
    return power


def fold_bins(
    power: npt.NDArray[np.float32], class_of_bin: npt.NDArray[np.int64], classes: int
) -> npt.NDArray[np.float64]:
    """Sum of the bins of each class.

    Parameters
    ----------
    power
        Shape `(frames, bins)`.
    class_of_bin
        Shape `(bins,)`, each `0 <= class < classes`.

    Returns
    -------
    ndarray
        Shape `(frames, classes)`.
    """
    frames, bins = power.shape
    if class_of_bin.shape != (bins,):
        raise ValueError("every bin has one class")
    power = np.ascontiguousarray(power, np.float32)
    class_of_bin = np.ascontiguousarray(class_of_bin, np.int64)
    sums = np.empty((frames, classes))
    arrays = (_address(power), _int(frames), _int(bins), _address(class_of_bin), _int(classes))
    _library.fold_bins(*arrays, _address(sums))
    return sums


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Bands:
    """Weighted groups of neighbouring bins."""

    first: npt.NDArray[np.int64]
    """First bin of each band, shape `(bands,)`."""
    count: npt.NDArray[np.int64]
    """Bins of each band, shape `(bands,)`."""
    weights: npt.NDArray[np.float32]
    """Weights of the bins of the first band, then of the second ..., shape `(count.sum(),)`."""


def weigh_bands(power: npt.NDArray[np.float32], bands: Bands) -> npt.NDArray[np.float32]:
    """Weighted sum of every band, shape `(frames, bands)`."""
    frames, bins = power.shape
    if (bands.first + bands.count).max() > bins:
        raise ValueError("a band ends behind the last bin")
    power = np.ascontiguousarray(power, np.float32)
    sums = np.empty((frames, len(bands.first)), np.float32)
    spectra = (_address(power), _int(frames), _int(bins))
    groups = (_address(bands.first), _address(bands.count), _address(bands.weights))
    _library.weigh_bands(*spectra, *groups, _int(len(bands.first)), _address(sums))
    return sums


def band_extremes(
    power: npt.NDArray[np.float32], edges: npt.NDArray[np.int64], most: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Mean of the highest and mean of the lowest values of each band.

    Parameters
    ----------
    power
        Shape `(frames, bins)`.
    edges
        First bin of each band and the end of the last, rising, shape `(bands + 1,)`.
    most
        How many values are averaged in each band, 1..16, shape `(bands,)`.

    Returns
    -------
    tuple
        Two arrays of shape `(frames, bands)`.
    """
    frames, bins = power.shape
    if edges[-1] > bins or most.min() < 1 or most.max() > MOST_EXTREME:
        raise ValueError("bands lie within the bins and average 1 to 16 of them")
    power = np.ascontiguousarray(power, np.float32)
    high, low = np.empty((2, frames, len(most)), np.float32)
    spectra = (_address(power), _int(frames), _int(bins))
    bands = (_address(edges), _address(most), _int(len(most)))
    _library.band_extremes(*spectra, *bands, _address(high), _address(low))
    return high, low
