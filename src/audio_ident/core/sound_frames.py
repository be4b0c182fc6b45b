"""Frames of what music sounds like: timbre, onsets and pitch classes, made once for all who ask.

The 16 kHz stream is cut into frames of 64 ms every 32 ms (timbre, onsets) and of 256 ms every
128 ms (pitch). A *group* is the four short frames and the long frame that begin at the same
sample; group `i` begins at sample `i * GROUP_SAMPLES`. `SoundFrames` makes the derived feed
`Feed.FRAMES_16K`, which the listeners for descriptors, tempo and key share.
"""

from collections.abc import Callable
from typing import ClassVar, TypeAlias

import numpy as np
import numpy.typing as npt

from audio_ident.core.chroma_kernels import (
    Bands,
    Frames,
    band_extremes,
    fold_bins,
    power_spectra,
    weigh_bands,
)
from audio_ident.model.audio import MONO_RATE_HZ, Feed, Mono

SHORT_SAMPLES, SHORT_HOP_SAMPLES = 1024, 512
"""Length and step of the frames for timbre and onsets."""

LONG_SAMPLES = 4096
"""Length of the frames for pitch: bins of 3.9 Hz, a semitone at 66 Hz."""

SHORTS = 4
"""Short frames in a group."""

GROUP_SAMPLES = SHORTS * SHORT_HOP_SAMPLES
"""Step of the groups: 128 ms."""

MEL_BANDS = 40
CEPSTRAL = 20
"""Mel-frequency cepstral coefficients that are kept, the level (number 0) among them."""

CONTRAST_EDGES_HZ = (0, 200, 400, 800, 1600, 3200, 6400)
"""Six octaves, the lowest from 0 on."""

CONTRAST_SHARE = 0.02
"""Share of a band's bins that count as its peaks, and as its valleys (Jiang et al. 2002)."""

ONSET_BANDS = 3
"""Low, middle and high thirds of the mel bands."""

PITCH_CLASSES = 12
PITCH_RANGE_HZ = (80.0, 2000.0)
"""Where fundamentals lie and semitones are further apart than bins."""

FLOOR_POWER = 1e-9
"""Added to every power before its logarithm, full-scale sine = 1: -90 dB."""

GROUP = np.dtype(
    [
        ("power", np.float32),
        ("cepstrum", np.float32, (SHORTS, CEPSTRAL)),
        ("contrast", np.float32, (SHORTS, len(CONTRAST_EDGES_HZ) - 1)),
        ("onset", np.float32, (SHORTS, ONSET_BANDS)),
        ("chroma", np.float32, (PITCH_CLASSES,)),
    ]
)
"""One group: mean square of its `GROUP_SAMPLES`; cepstrum and peak-to-valley ratio in nepers of
power; rise of the level since the frame before, mean of each third, in nepers; energy of the pitch
classes from C on."""

Groups: TypeAlias = npt.NDArray[np.void]
"""Shape `(n,)` of `GROUP`."""

CHUNK_GROUPS = 64
"""Groups made together, 8.2 s."""


def _window(samples: int) -> npt.NDArray[np.float32]:
    """Hann window under which a full-scale sine has power 1."""
    window = np.hanning(samples + 1)[:-1]
    scaled: npt.NDArray[np.float32] = (window * (2 / window.sum())).astype(np.float32)
    return scaled


def _bin_of(frequency_hz: float, size: int) -> int:
    return round(frequency_hz * size / MONO_RATE_HZ)


def _mel_bands() -> Bands:
    """Triangles of equal width in mel (O'Shaughnessy 1987), each reaching to its neighbours."""
    highest = 2595 * np.log10(1 + MONO_RATE_HZ / 2 / 700)
    corners_hz = 700 * (10 ** (np.linspace(0, highest, MEL_BANDS + 2) / 2595) - 1)
    bin_hz = np.arange(SHORT_SAMPLES // 2 + 1) * MONO_RATE_HZ / SHORT_SAMPLES
    low, middle, high = (corners_hz[i : i + MEL_BANDS, None] for i in range(3))
    weights = np.minimum((bin_hz - low) / (middle - low), (high - bin_hz) / (high - middle))
    return _bands_of(np.maximum(weights, 0))


def _cosines() -> Bands:
    """The discrete cosine transform from mel bands to the cepstrum, orthonormal."""
    phase = np.outer(np.arange(CEPSTRAL), np.arange(MEL_BANDS) + 0.5) * np.pi / MEL_BANDS
    cosines = np.cos(phase) * np.sqrt(2 / MEL_BANDS)
    cosines[0] *= np.sqrt(0.5)
    return _bands_of(cosines)


def _thirds() -> Bands:
    """Mean of each third of the mel bands."""
    third = np.arange(MEL_BANDS) * ONSET_BANDS // MEL_BANDS
    weights = (third == np.arange(ONSET_BANDS)[:, None]).astype(np.float64)
    return _bands_of(weights / weights.sum(axis=1, keepdims=True))


def _bands_of(weights: npt.NDArray[np.float64]) -> Bands:
    """Rows of a matrix without the zeros at their ends."""
    used = [np.flatnonzero(row) for row in weights]
    spans = [slice(int(row[0]), int(row[-1]) + 1) for row in used]
    return Bands(
        first=np.array([span.start for span in spans], np.int64),
        count=np.array([span.stop - span.start for span in spans], np.int64),
        weights=np.concatenate(
            [row[span] for row, span in zip(weights, spans, strict=True)], dtype=np.float32
        ),
    )


_SHORT = Frames(
    window=_window(SHORT_SAMPLES),
    hop_samples=SHORT_HOP_SAMPLES,
    first_bin=0,
    end_bin=SHORT_SAMPLES // 2 + 1,
)
_LONG = Frames(
    window=_window(LONG_SAMPLES),
    hop_samples=GROUP_SAMPLES,
    first_bin=_bin_of(PITCH_RANGE_HZ[0], LONG_SAMPLES),
    end_bin=_bin_of(PITCH_RANGE_HZ[1], LONG_SAMPLES),
)
_MEL, _COSINES, _THIRDS = _mel_bands(), _cosines(), _thirds()
_EDGES = np.array([_bin_of(hz, SHORT_SAMPLES) for hz in CONTRAST_EDGES_HZ], np.int64)
_MOST = np.maximum(1, np.rint(np.diff(_EDGES) * CONTRAST_SHARE)).astype(np.int64)
_PITCH_HZ = np.arange(_LONG.first_bin, _LONG.end_bin) * MONO_RATE_HZ / LONG_SAMPLES
_CLASS_OF_BIN = np.rint(12 * np.log2(_PITCH_HZ / 440) + 9).astype(np.int64) % PITCH_CLASSES


class SoundFrames:
    """Turns blocks of sound into groups; hands them to a sink."""

    hears: ClassVar[Feed] = Feed.MONO_16K

    def __init__(self, sink: Callable[[Groups], None]) -> None:
        self._sink = sink
        self._pieces: list[Mono] = []
        self._held_samples = 0
        self._has_made = False
        self._last_mel: npt.NDArray[np.float32] | None = None

    def feed(self, block: Mono) -> None:
        """Hear the next samples, shape `(n,)`."""
        self._pieces.append(block.copy())  # it is the decoder's to use again
        self._held_samples += len(block)
        needed = _samples_of(CHUNK_GROUPS)
        if self._held_samples < needed:
            return
        samples = np.concatenate(self._pieces)
        while len(samples) >= needed:
            self._make(samples[:needed])
            samples = samples[CHUNK_GROUPS * GROUP_SAMPLES :]
        self._pieces, self._held_samples = [samples], len(samples)

    def finish(self) -> None:
        """Make the groups that are whole; a shorter sound is one group, filled up with silence."""
        if not self._held_samples:
            return
        samples = np.concatenate(self._pieces)
        if not self._has_made:
            samples = np.pad(samples, (0, max(0, LONG_SAMPLES - len(samples))))
        if len(samples) >= LONG_SAMPLES:
            self._make(samples)

    def _make(self, samples: Mono) -> None:
        count = _LONG.count_in(len(samples))
        samples = samples[: _samples_of(count)]
        shorts = samples[: (SHORTS * count - 1) * SHORT_HOP_SAMPLES + SHORT_SAMPLES]
        power = power_spectra(shorts, _SHORT)
        mel = np.log(weigh_bands(power, _MEL) + np.float32(FLOOR_POWER))
        high, low = band_extremes(power, _EDGES, _MOST)
        before = mel[:1] if self._last_mel is None else self._last_mel
        rise = np.maximum(np.diff(mel, axis=0, prepend=before), 0)
        floor = np.float32(FLOOR_POWER)
        groups = np.empty(count, GROUP)
        own = samples[: count * GROUP_SAMPLES].reshape(count, GROUP_SAMPLES)
        groups["power"] = np.square(own).mean(axis=1)
        groups["cepstrum"] = weigh_bands(mel, _COSINES).reshape(count, SHORTS, -1)
        groups["contrast"] = np.log((high + floor) / (low + floor)).reshape(count, SHORTS, -1)
        groups["onset"] = weigh_bands(rise, _THIRDS).reshape(count, SHORTS, -1)
        groups["chroma"] = fold_bins(power_spectra(samples, _LONG), _CLASS_OF_BIN, PITCH_CLASSES)
        self._last_mel, self._has_made = mel[-1:], True
        self._sink(groups)


def _samples_of(groups: int) -> int:
    return (groups - 1) * GROUP_SAMPLES + LONG_SAMPLES
