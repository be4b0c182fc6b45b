"""Sounds whose place in time can be measured to a sample."""

import numpy as np
import numpy.typing as npt

Channels = npt.NDArray[np.float32]
"""Samples in [-1, 1], shape `(n, channels)`."""


def chirps(seconds: float = 4.0, rate_hz: int = 44_100, channels: int = 2) -> Channels:
    """Half-second sweeps with pauses, loud and alike on all channels, each at its own speed."""
    time_s = np.arange(round(seconds * rate_hz)) / rate_hz
    number, inside_s = np.divmod(time_s, 0.5)
    phase = 2 * np.pi * (300 * inside_s + (400 + 170 * number) * inside_s**2)
    envelope = np.sin(np.pi * np.minimum(inside_s / 0.4, 1)) ** 2
    samples = (0.6 * envelope * np.sin(phase)).astype(np.float32)
    return np.repeat(samples[:, None], channels, axis=1)


def tone(
    seconds: float, rate_hz: int, level: float = 0.5, frequency_hz: float = 440
) -> npt.NDArray[np.float32]:
    """A sine, mono."""
    time_s = np.arange(round(seconds * rate_hz)) / rate_hz
    return (level * np.sin(2 * np.pi * frequency_hz * time_s)).astype(np.float32)


def lag_samples(heard: npt.NDArray[np.float32], reference: npt.NDArray[np.float32]) -> int:
    """By how many samples `heard` comes later than `reference`."""
    size = 1 << (len(heard) + len(reference)).bit_length()
    spectrum = np.fft.rfft(heard, size) * np.conj(np.fft.rfft(reference, size))
    best = int(np.argmax(np.fft.irfft(spectrum, size)))
    return best if best < size // 2 else best - size
