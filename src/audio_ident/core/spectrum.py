"""Level of every frequency over time, at the resolution that the exact engine works with.

Sound at 16 kHz is halved to 8 kHz and cut into Hann windows of 128 ms: below 4 kHz lies what
survives telephones, small loudspeakers and lossy codecs, and the long window separates tones from
noise. Frame `t` is centred on sample `t * hop` of the 16 kHz stream. The index steps by 32 ms, a
clip by 16 ms, so that a clip is never more than 8 ms away from a frame of the index.

Source: window and band were measured on real music, see decision 8.
"""

import math

import numpy as np
import numpy.typing as npt

from audio_ident.core import kernels
from audio_ident.core.chroma_kernels import Frames, power_spectra
from audio_ident.core.kernels import Levels
from audio_ident.model.audio import MONO_RATE_HZ, Mono

HALVED_RATE_HZ = MONO_RATE_HZ // 2
"""Rate at which spectra are taken."""

WINDOW_SAMPLES = 1024
"""Length of a window at `HALVED_RATE_HZ`: 128 ms, so that a bin is 7.8 Hz wide."""

BINS = WINDOW_SAMPLES // 2
"""Bins that are kept: 0 .. 4 kHz."""

INDEX_HOP_SAMPLES = 512
"""Step of the index at `MONO_RATE_HZ`: 32 ms."""

CLIP_FRAMES_PER_FRAME = 2
"""A clip is heard in steps of half an index frame."""

CLIP_HOP_SAMPLES = INDEX_HOP_SAMPLES // CLIP_FRAMES_PER_FRAME
"""Step of a clip at `MONO_RATE_HZ`: 16 ms."""

FRAMES_PER_SECOND = MONO_RATE_HZ / INDEX_HOP_SAMPLES
"""Index frames in a second: 31.25."""

FLOOR_POWER = 2.5e-8
"""Added to every power before the logarithm: about the noise of 16-bit samples in one bin."""

_FRAMES_AT_ONCE = 64
"""Frames transformed together: few enough that everything stays in the processor's cache."""

TAPS = 32
"""Length of the filter before halving the rate, in samples at `MONO_RATE_HZ`."""


def _lowpass() -> npt.NDArray[np.float32]:
    """Windowed sinc with its half-power point at 3.7 kHz and unit gain at 0 Hz."""
    time = np.arange(TAPS) - (TAPS - 1) / 2
    taps = np.sinc(0.46 * time) * np.hanning(TAPS + 2)[1:-1]
    unit_gain: npt.NDArray[np.float32] = (taps / taps.sum()).astype(np.float32)
    return unit_gain


_FILTER = _lowpass()
_WINDOW = np.hanning(WINDOW_SAMPLES + 1)[:-1].astype(np.float32)

LEAD_SAMPLES = WINDOW_SAMPLES + TAPS // 2 - 1
"""Samples at `MONO_RATE_HZ` that frame 0 needs before sample 0."""

TRAIL_SAMPLES = WINDOW_SAMPLES + TAPS // 2 - 1
"""Samples at `MONO_RATE_HZ` that a frame needs after its centre."""


def frame_count_of(sample_count: int, hop_samples: int) -> int:
    """Frames of a stream: one for every `hop_samples` begun, centres inside the stream."""
    return math.ceil(sample_count / hop_samples)


def levels_of(samples: Mono, frame_count: int, hop_samples: int) -> Levels:
    """Log power of consecutive frames.

    Parameters
    ----------
    samples
        From `LEAD_SAMPLES` before the centre of the first frame on, at least as far as the
        last frame needs (`TRAIL_SAMPLES` after its centre); at `MONO_RATE_HZ`.
    frame_count
        Frames wanted, `>= 1`.
    hop_samples
        Distance of the frames at `MONO_RATE_HZ`, even.

    Returns
    -------
    Levels
        Natural logarithm of the power, shape `(frame_count, BINS)`.
    """
    hop = hop_samples // 2
    halved = kernels.halve_rate(
        samples[: 2 * ((frame_count - 1) * hop + WINDOW_SAMPLES - 1) + TAPS], _FILTER
    )
    frames = Frames(window=_WINDOW, hop_samples=hop, first_bin=0, end_bin=BINS)
    levels = np.empty((frame_count, BINS), np.float32)
    for first in range(0, frame_count, _FRAMES_AT_ONCE):
        last = first + _FRAMES_AT_ONCE - 1
        power = power_spectra(halved[first * hop : last * hop + WINDOW_SAMPLES], frames)
        np.log(power + np.float32(FLOOR_POWER), out=levels[first : last + 1])
    return levels


def levels_of_clip(samples: Mono) -> Levels:
    """Log power of a whole clip in steps of `CLIP_HOP_SAMPLES`, shape `(clip frames, BINS)`."""
    count = frame_count_of(len(samples), CLIP_HOP_SAMPLES)
    padded = np.pad(samples, (LEAD_SAMPLES, TRAIL_SAMPLES + CLIP_HOP_SAMPLES))
    return levels_of(padded, count, CLIP_HOP_SAMPLES)
