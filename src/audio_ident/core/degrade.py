"""What happens to music on its way into a clip: noise, voices, telephones, rooms.

Every degradation takes a clip, its rate and a source of chance, and gives a clip; shape `(n,)`,
float32. Levels of noise are ratios to the power of the music, in dB.
"""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from audio_ident.model.audio import Mono, Stereo

Degradation: TypeAlias = Callable[[Mono, int, np.random.Generator], Mono]
"""Takes a clip, its rate in Hz and a source of chance."""

SYLLABLE_S = 0.19
"""Mean length of a syllable of quick speech."""

VOWELS = ((730, 1090, 2440), (270, 2290, 3010), (300, 870, 2240), (530, 1840, 2480),
          (570, 840, 2410), (660, 1720, 2410))  # fmt: skip
"""Formants in Hz of a, i, u, e, o, ae; textbook means of men's voices."""

OVERLOAD_DB = 12.0
"""How far `clipped` drives the loudest hundredth of the samples over full scale."""


def clean(clip: Mono, rate_hz: int, rng: np.random.Generator) -> Mono:
    """The clip as it is."""
    del rate_hz, rng
    return clip


def white_noise(clip: Mono, rate_hz: int, rng: np.random.Generator) -> Mono:
    """Hiss, 3 dB below the music."""
    del rate_hz
    return _add(clip, rng.standard_normal(len(clip)), 3.0)


def pink_noise(clip: Mono, rate_hz: int, rng: np.random.Generator) -> Mono:
    """Noise of a street, 3 dB below the music."""
    del rate_hz
    spectrum = np.fft.rfft(rng.standard_normal(len(clip)))
    spectrum /= np.sqrt(np.maximum(np.arange(len(spectrum)), 20))
    return _add(clip, np.fft.irfft(spectrum, len(clip)), 3.0)


def babble(clip: Mono, rate_hz: int, rng: np.random.Generator) -> Mono:
    """Six voices talking at once, 5 dB below the music."""
    voices = np.sum([_voice(len(clip), rate_hz, rng) for _ in range(6)], axis=0)
    return _add(clip, voices, 5.0)


def phone_band(clip: Mono, rate_hz: int, rng: np.random.Generator) -> Mono:
    """300 to 3,400 Hz with some noise, driven a little too hard."""
    spectrum = np.fft.rfft(_add(clip, rng.standard_normal(len(clip)), 15.0))
    frequency_hz = np.fft.rfftfreq(len(clip), 1 / rate_hz)
    steepness = 8
    high_pass = 1 / np.sqrt(1 + (300 / np.maximum(frequency_hz, 1)) ** steepness)
    low_pass = 1 / np.sqrt(1 + (frequency_hz / 3400) ** (2 * steepness))
    band = np.fft.irfft(spectrum * high_pass * low_pass, len(clip))
    loudest = max(float(np.quantile(np.abs(band), 0.98)), 1e-9)
    return np.asarray(0.8 * np.tanh(band / loudest), np.float32)


def room_echo(clip: Mono, rate_hz: int, rng: np.random.Generator) -> Mono:
    """Heard from across a room: early reflections, half a second of echo, some noise."""
    time_s = np.arange(round(0.6 * rate_hz)) / rate_hz
    response = 0.03 * rng.standard_normal(len(time_s)) * np.exp(-time_s * 13)
    response[0] = 1.0
    for delay_s in rng.uniform(0.004, 0.06, 6):
        response[round(delay_s * rate_hz)] += rng.choice([-1, 1]) * 0.6 * np.exp(-20 * delay_s)
    heard = convolve(clip[:, np.newaxis], response.astype(np.float32)[:, np.newaxis])[:, 0]
    return _add(heard, rng.standard_normal(len(clip)), 18.0)


def clipped(clip: Mono, rate_hz: int, rng: np.random.Generator) -> Mono:
    """Recorded far too loud: the peaks are cut off."""
    del rate_hz, rng
    loudest = max(float(np.quantile(np.abs(clip), 0.99)), 1e-9)
    driven = clip / loudest * 10 ** (OVERLOAD_DB / 20)
    return np.asarray(np.clip(driven, -1.0, 1.0), np.float32)


def faster(clip: Mono, rate_hz: int, rng: np.random.Generator) -> Mono:
    """Played 2 % too fast, and so higher."""
    del rate_hz, rng
    return at_speed(clip, 1.02)


def slower(clip: Mono, rate_hz: int, rng: np.random.Generator) -> Mono:
    """Played 2 % too slowly, and so lower."""
    del rate_hz, rng
    return at_speed(clip, 0.98)


def backwards(clip: Mono, rate_hz: int, rng: np.random.Generator) -> Mono:
    """The clip from its end: sounds like its music and is no recording of any library."""
    del rate_hz, rng
    return np.ascontiguousarray(clip[::-1])


def at_speed(clip: Mono, factor: float) -> Mono:
    """A clip played at another speed; band-limited, by its Fourier transform."""
    length = round(len(clip) / factor)
    spectrum = np.fft.rfft(clip)
    wanted = length // 2 + 1
    resized = np.zeros(wanted, spectrum.dtype)
    kept = min(wanted, len(spectrum))
    resized[:kept] = spectrum[:kept]
    played = np.fft.irfft(resized, length) * (length / len(clip))
    return np.asarray(np.clip(played, -1.0, 1.0), np.float32)


def convolve(sound: Stereo, response: Stereo) -> Stereo:
    """Sound in a room, cut to the length of the sound; channels stay apart."""
    size = len(sound) + len(response) - 1
    padded = 1 << (size - 1).bit_length()
    spectrum = np.fft.rfft(sound, padded, axis=0) * np.fft.rfft(response, padded, axis=0)
    return np.fft.irfft(spectrum, padded, axis=0)[: len(sound)].astype(np.float32)


def _add(clip: Mono, noise: npt.NDArray[np.floating], signal_to_noise_db: float) -> Mono:
    clip_power, noise_power = np.mean(clip**2), np.mean(noise**2)
    gain = np.sqrt(clip_power / noise_power / 10 ** (signal_to_noise_db / 10))
    mixed = clip + gain * noise
    loudest = max(float(np.max(np.abs(mixed))), 1e-9)
    return np.asarray(mixed * min(1.0, 0.9 / loudest), np.float32)


def _voice(length: int, rate_hz: int, rng: np.random.Generator) -> npt.NDArray[np.float64]:
    speech = np.zeros(length)
    pitch_hz = rng.uniform(90, 230)
    start = 0
    while start < length:
        duration = round(SYLLABLE_S * rng.uniform(0.6, 1.5) * rate_hz)
        syllable = _syllable(duration, rate_hz, pitch_hz * rng.uniform(0.85, 1.2), rng)
        speech[start : start + duration] += syllable[: length - start]
        start += duration + (round(0.35 * rate_hz) if rng.random() < 0.12 else 0)
    return speech


def _syllable(
    length: int, rate_hz: int, pitch_hz: float, rng: np.random.Generator
) -> npt.NDArray[np.float64]:
    place = np.linspace(0, 1, length)
    cycles = np.cumsum(pitch_hz * (1 + 0.1 * np.sin(np.pi * place))) / rate_hz
    formants_hz = np.array(VOWELS[rng.integers(len(VOWELS))]) * rng.uniform(0.95, 1.15)
    sound = np.zeros(length)
    for number in range(1, int(3800 / pitch_hz)):
        distance = (number * pitch_hz - formants_hz) / 110
        sound += np.sum(1 / (1 + distance**2)) / number**0.3 * np.sin(2 * np.pi * number * cycles)
    consonant = np.diff(rng.standard_normal(length + 1)) * np.exp(-place * 12) * 0.6
    return (sound + consonant) * np.sin(np.pi * place) ** 0.6
