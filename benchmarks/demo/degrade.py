"""What happens to music on its way into a clip; everything is mono at `RATE_HZ`."""

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt
from benchmarks.demo.instruments import RATE_HZ
from benchmarks.demo.synthesise import convolve

from audio_ident.model.audio import Mono

SYLLABLE_S = 0.19
"""Mean length of a syllable of quick speech."""

VOWELS = ((730, 1090, 2440), (270, 2290, 3010), (300, 870, 2240), (530, 1840, 2480),
          (570, 840, 2410), (660, 1720, 2410))  # fmt: skip
"""Formants in Hz of a, i, u, e, o, ae; textbook means of men's voices."""

Degradation = Callable[[Mono, np.random.Generator], Mono]


def clean(clip: Mono, rng: np.random.Generator) -> Mono:
    """Leave it as it is."""
    del rng
    return clip


def white_noise(clip: Mono, rng: np.random.Generator) -> Mono:
    """Hiss, 3 dB below the music."""
    return _add(clip, rng.standard_normal(len(clip)), 3.0)


def pink_noise(clip: Mono, rng: np.random.Generator) -> Mono:
    """Noise of a street, 3 dB below the music."""
    spectrum = np.fft.rfft(rng.standard_normal(len(clip)))
    spectrum /= np.sqrt(np.maximum(np.arange(len(spectrum)), 20))
    return _add(clip, np.fft.irfft(spectrum, len(clip)), 3.0)


def babble(clip: Mono, rng: np.random.Generator) -> Mono:
    """Six voices talking at once, 5 dB below the music."""
    voices = np.sum([_voice(len(clip), rng) for _ in range(6)], axis=0)
    return _add(clip, voices, 5.0)


def phone_band(clip: Mono, rng: np.random.Generator) -> Mono:
    """300 to 3,400 Hz with some noise, driven a little too hard."""
    spectrum = np.fft.rfft(_add(clip, rng.standard_normal(len(clip)), 15.0))
    frequency_hz = np.fft.rfftfreq(len(clip), 1 / RATE_HZ)
    steepness = 8
    high_pass = 1 / np.sqrt(1 + (300 / np.maximum(frequency_hz, 1)) ** steepness)
    low_pass = 1 / np.sqrt(1 + (frequency_hz / 3400) ** (2 * steepness))
    band = np.fft.irfft(spectrum * high_pass * low_pass, len(clip))
    return np.asarray(0.8 * np.tanh(band / np.quantile(np.abs(band), 0.98)), np.float32)


def room_echo(clip: Mono, rng: np.random.Generator) -> Mono:
    """Heard from across a room: early reflections, half a second of echo, some noise."""
    time_s = np.arange(round(0.6 * RATE_HZ)) / RATE_HZ
    response = 0.03 * rng.standard_normal(len(time_s)) * np.exp(-time_s * 13)
    response[0] = 1.0
    for delay_s in rng.uniform(0.004, 0.06, 6):
        response[round(delay_s * RATE_HZ)] += rng.choice([-1, 1]) * 0.6 * np.exp(-20 * delay_s)
    heard = convolve(clip[:, np.newaxis], response.astype(np.float32)[:, np.newaxis])[:, 0]
    return _add(heard, rng.standard_normal(len(clip)), 18.0)


DEGRADATIONS: Mapping[str, tuple[Degradation, str]] = {
    "clean": (clean, "wav"),
    "white noise +3 dB": (white_noise, "wav"),
    "phone": (phone_band, "phone.wav"),
    "room echo": (room_echo, "wav"),
    "Opus 24k": (clean, "opus"),
    "pink noise +3 dB": (pink_noise, "wav"),
    "babble +5 dB": (babble, "wav"),
}
"""What is done to the sound, and the kind of file it is then written to."""


def _add(clip: Mono, noise: npt.NDArray[np.floating], signal_to_noise_db: float) -> Mono:
    clip_power, noise_power = np.mean(clip**2), np.mean(noise**2)
    gain = np.sqrt(clip_power / noise_power / 10 ** (signal_to_noise_db / 10))
    mixed = clip + gain * noise
    return np.asarray(mixed * min(1.0, 0.9 / np.max(np.abs(mixed))), np.float32)


def _voice(length: int, rng: np.random.Generator) -> npt.NDArray[np.float64]:
    speech = np.zeros(length)
    pitch_hz = rng.uniform(90, 230)
    start = 0
    while start < length:
        duration = round(SYLLABLE_S * rng.uniform(0.6, 1.5) * RATE_HZ)
        syllable = _syllable(duration, pitch_hz * rng.uniform(0.85, 1.2), rng)
        speech[start : start + duration] += syllable[: length - start]
        start += duration + (round(0.35 * RATE_HZ) if rng.random() < 0.12 else 0)
    return speech


def _syllable(length: int, pitch_hz: float, rng: np.random.Generator) -> npt.NDArray[np.float64]:
    place = np.linspace(0, 1, length)
    cycles = np.cumsum(pitch_hz * (1 + 0.1 * np.sin(np.pi * place))) / RATE_HZ
    formants_hz = np.array(VOWELS[rng.integers(len(VOWELS))]) * rng.uniform(0.95, 1.15)
    sound = np.zeros(length)
    for number in range(1, int(3800 / pitch_hz)):
        distance = (number * pitch_hz - formants_hz) / 110
        sound += np.sum(1 / (1 + distance**2)) / number**0.3 * np.sin(2 * np.pi * number * cycles)
    consonant = np.diff(rng.standard_normal(length + 1)) * np.exp(-place * 12) * 0.6
    return (sound + consonant) * np.sin(np.pi * place) ** 0.6
