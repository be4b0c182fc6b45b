"""How high the spectrum really reaches, and whether it ends at the cliff of a lossy encoder.

Lossy encoders cut the treble off at one fixed frequency: below it there is music, a few hundred
hertz above it nothing, in every moment alike that reaches so high. Instruments, tapes and old
masters lose their treble gradually, and end at another frequency at every moment. So the evidence
is the share of moments that end in a cliff at the same place, of all that reach up to it.
"""

import dataclasses

import numpy as np
import numpy.typing as npt

FRAME_SAMPLES = 2048
"""46 ms at 44.1 kHz, which resolves 22 Hz; 4096 cost twice as much and find the same."""

BAND_HZ = 100.0
"""Bands that the spectrum is summed in."""

BANDS = 240
"""To 24 kHz: what lies above in files of higher rates is the top band."""

SILENT_DBFS = -70.0
"""Moments that are softer as a whole say nothing about the treble."""

PRESENT_DBFS = -110.0
"""Power of a band with something in it; dither of 16 bits has -124 dBFS in each."""

EDGE_PERCENTILE = 95
"""Of the edges of audible moments: one click does not make a file wide."""

CLIFF_BANDS = 8
"""Bands below and above a cliff that are compared: 800 Hz on either side ..."""

CLIFF_GAP_BANDS = 4
"""... of a slope of 400 Hz, within which lossy encoders fall."""

CLIFF_DB = 18.0
"""Fall over a cliff; the spectrum of music falls by 1 to 8 dB over that distance."""

CLIFF_FLOOR_DBFS = -105.0
"""No band above a cliff may hold more, up to the end of the spectrum."""

LOWEST_CLIFF_HZ = 5000.0
"""Telephones and spoken word are narrow for other reasons."""

HIGHEST_CLIFF_HZ = 20_500.0
"""Converters and resamplers of 44.1 kHz fall between 20 and 22 kHz, in the middle at 21 or above:
a cliff there accuses nobody. Opus and MP3 at 320 kbit/s end at 20.3 kHz."""

SAME_BANDS = 2
"""Cliffs within +-200 Hz are the same."""

PROBABLE_SHARE = 0.5
"""Evidence from which a file is called probably lossy ..."""

LEAST_CLIFFS = 5
"""... if so many moments show it, ..."""

LEAST_SHARE_OF_AUDIBLE = 0.1
"""... and such a part of all audible ones."""

Frames = npt.NDArray[np.float32]
"""Samples, full scale = 1, shape `(frames, FRAME_SAMPLES)`."""

Counts = npt.NDArray[np.int64]

_WINDOW = np.blackman(FRAME_SAMPLES).astype(np.float32)
"""Blackman: its side lobes fall to -110 dB within 600 Hz, below anything in a 16-bit file."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Edges:
    """How often spectra ended where, in bands; the last field counts audible moments."""

    edges: Counts
    """Highest band with something in it, shape `(BANDS + 1,)`; 0 for none."""
    cliffs: Counts
    """Lowest empty band behind a cliff, likewise; moments without a cliff are not counted."""
    audible: int


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Bandwidth:
    """Estimates for a whole file."""

    bandwidth_hz: float
    """0 where nothing is audible."""
    cliff_hz: float
    """Where most cliffs are; 0 where there are none."""
    evidence: float
    """Share of the moments that reach up to that cliff and end there, 0..1."""
    is_probably_from_lossy: bool


def measure_frames(frames: Frames, rate_hz: int) -> Edges:
    """Where the spectra of some moments end."""
    levels_dbfs = _band_levels(frames, rate_hz)
    power = np.square(frames).mean(axis=1)
    levels_dbfs = levels_dbfs[power > 10 ** (SILENT_DBFS / 10)]
    return Edges(
        edges=np.bincount(_edges(levels_dbfs), minlength=BANDS + 1),
        cliffs=np.bincount(_cliffs(levels_dbfs, rate_hz), minlength=BANDS + 1),
        audible=len(levels_dbfs),
    )


def estimate_bandwidth(found: Edges) -> Bandwidth:
    """What the moments of a file say together."""
    if not found.audible:
        return Bandwidth(bandwidth_hz=0.0, cliff_hz=0.0, evidence=0.0, is_probably_from_lossy=False)
    reached = np.cumsum(found.edges) >= found.audible * EDGE_PERCENTILE / 100
    cliffs = found.cliffs.copy()
    cliffs[0] = 0
    near = np.convolve(cliffs, np.ones(2 * SAME_BANDS + 1, np.int64), "same")
    band = int(np.argmax(near))
    at_cliff = int(near[band])
    reaching = max(int(found.edges[max(band - SAME_BANDS, 1) :].sum()), at_cliff, 1)
    evidence = at_cliff / reaching
    cliff_hz = band * BAND_HZ if at_cliff else 0.0
    is_in_range = LOWEST_CLIFF_HZ <= cliff_hz <= HIGHEST_CLIFF_HZ
    is_often = at_cliff >= max(LEAST_CLIFFS, LEAST_SHARE_OF_AUDIBLE * found.audible)
    return Bandwidth(
        bandwidth_hz=float(np.argmax(reached) * BAND_HZ),
        cliff_hz=cliff_hz,
        evidence=evidence,
        is_probably_from_lossy=is_in_range and is_often and evidence >= PROBABLE_SHARE,
    )


def _band_levels(frames: Frames, rate_hz: int) -> npt.NDArray[np.float32]:
    """Level of each band in dBFS, shape `(frames, BANDS)`; -200 above the rate's half.

    Above 200 kHz a band can be narrower than what frames resolve: it has the level around it.
    """
    spectra = np.fft.rfft(frames * _WINDOW, axis=1)
    power = np.square(spectra.real) + np.square(spectra.imag)
    scale = 2 / (FRAME_SAMPLES * float(np.square(_WINDOW).sum()))
    hertz = np.arange(power.shape[1]) * rate_hz / FRAME_SAMPLES
    band = np.minimum(hertz // BAND_HZ, BANDS - 1)
    starts = np.flatnonzero(np.diff(band, prepend=-1))
    sums = np.add.reduceat(power, starts, axis=1) * scale
    levels = 10 * np.log10(np.maximum(sums, 1e-20))
    of_band = np.searchsorted(band[starts], np.arange(BANDS), side="right") - 1
    is_there = np.arange(BANDS) <= band[-1]
    return np.where(is_there, levels[:, of_band], np.float32(-200))


def _edges(levels_dbfs: npt.NDArray[np.float32]) -> Counts:
    """Number of bands up to the highest that is present."""
    present = levels_dbfs > PRESENT_DBFS
    highest = BANDS - np.argmax(present[:, ::-1], axis=1)
    return np.where(present.any(axis=1), highest, 0)


def _cliffs(levels_dbfs: npt.NDArray[np.float32], rate_hz: int) -> Counts:
    """Band behind the cliff of each moment; 0 where it has none."""
    bands = min(BANDS, int(rate_hz / 2 / BAND_HZ))
    levels = levels_dbfs[:, :bands].astype(np.float64)
    reach = 2 * CLIFF_BANDS + CLIFF_GAP_BANDS
    if bands <= reach or not len(levels):
        return np.zeros(len(levels), np.int64)
    sums = np.cumsum(np.pad(levels, ((0, 0), (1, 0))), axis=1)
    means = (sums[:, CLIFF_BANDS:] - sums[:, :-CLIFF_BANDS]) / CLIFF_BANDS
    fall = means[:, : -(CLIFF_BANDS + CLIFF_GAP_BANDS)] - means[:, CLIFF_BANDS + CLIFF_GAP_BANDS :]
    above = np.maximum.accumulate(levels[:, ::-1], axis=1)[:, ::-1]
    behind = above[:, CLIFF_BANDS + CLIFF_GAP_BANDS :][:, : fall.shape[1]]
    fall = np.where(behind < CLIFF_FLOOR_DBFS, fall, 0)
    place = np.argmax(fall, axis=1)
    is_cliff = fall[np.arange(len(fall)), place] >= CLIFF_DB
    return np.where(is_cliff, place + CLIFF_BANDS + CLIFF_GAP_BANDS // 2, 0)
