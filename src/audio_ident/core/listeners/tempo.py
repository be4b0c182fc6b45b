"""An estimate of the tempo, from the distances at which onsets repeat.

The onset curve is compared with itself in stretches of 20 s. A tempo is rated by how strongly the
curve repeats after one, two, three and four beats, and tempi near 120 BPM are preferred, as
listeners do (Parncutt 1994). What a person would tap is often twice or half of the estimate:
octave errors are expected.
"""

from typing import ClassVar

import numpy as np

from audio_ident.core.rhythm import (
    FASTEST_BPM,
    FRAMES_PER_MINUTE,
    SLOWEST_BPM,
    Curve,
    autocorrelation,
    read_at,
)
from audio_ident.core.sound_frames import SHORTS, Groups
from audio_ident.model.analysis import Fields
from audio_ident.model.audio import Feed

STRETCH_FRAMES = 624
"""Onset frames that are compared together: 20 s."""

STRETCH_HOP_FRAMES = STRETCH_FRAMES // 2

SHORTEST_FRAMES = STRETCH_FRAMES // 4
"""A shorter sound, 5 s, has no tempo."""

BEATS = 4
"""Distances of 1 to 4 beats are rated."""

PREFERRED_BPM, PREFERENCE_OCTAVES = 120.0, 1.0
"""Centre and standard deviation of the preference."""

SAME_TEMPO = 0.04
"""Stretches whose tempo differs by less agree with the estimate."""

LEAST_RATING = 0.05
"""A stretch that repeats less has no tempo."""

SMOOTHING = np.array([1, 6, 15, 20, 15, 6, 1]) / 64
"""An onset is narrower than a frame; spread out, beats between two whole frames count as much.
Without it, a quarter of synthesised songs were given two thirds of their tempo, with it none."""

TEMPI_BPM = np.geomspace(SLOWEST_BPM, FASTEST_BPM, 361)
"""Steps of half a per cent."""

_LAGS = FRAMES_PER_MINUTE / TEMPI_BPM
_MOST_LAGS = int(_LAGS.max() * BEATS) + 2
_PREFERENCE = np.exp(-0.5 * (np.log2(TEMPI_BPM / PREFERRED_BPM) / PREFERENCE_OCTAVES) ** 2)


class Tempo:
    """Rates all tempi stretch by stretch; keeps the sum, and one tempo of each stretch."""

    name: ClassVar[str] = "tempo"
    version: ClassVar[int] = 1
    hears: ClassVar[Feed] = Feed.FRAMES_16K

    def __init__(self) -> None:
        self._onsets = np.zeros(0)
        self._stretches = 0
        self._ratings = np.zeros(len(TEMPI_BPM))
        self._tempi_bpm: list[float] = []

    def feed(self, block: Groups) -> None:
        """Hear the next groups."""
        onsets = block["onset"].astype(np.float64).mean(axis=2).reshape(len(block) * SHORTS)
        self._onsets = np.concatenate([self._onsets, onsets])
        while len(self._onsets) >= STRETCH_FRAMES:
            self._rate(self._onsets[:STRETCH_FRAMES])
            self._onsets = self._onsets[STRETCH_HOP_FRAMES:]

    def finish(self) -> Fields:
        """BPM, 40..240, and 0..1: the share of the stretches that have that tempo themselves.

        Without a tempo (silence, less than 5 s, nothing that repeats) both are 0.
        """
        if not self._stretches and len(self._onsets) >= SHORTEST_FRAMES:
            self._rate(self._onsets)
        if not self._tempi_bpm:
            return {"tempo_estimate_bpm": 0.0, "tempo_confidence": 0.0}
        tempo_bpm = float(TEMPI_BPM[self._ratings.argmax()])
        differences = np.abs(np.array(self._tempi_bpm) / tempo_bpm - 1)
        agreeing = int(np.count_nonzero(differences < SAME_TEMPO))
        return {
            "tempo_estimate_bpm": round(tempo_bpm, 1),
            "tempo_confidence": agreeing / self._stretches,
        }

    def _rate(self, onsets: Curve) -> None:
        self._stretches += 1
        ratings = rated_tempi(onsets)
        if ratings.max() >= LEAST_RATING:
            self._ratings += ratings
            self._tempi_bpm.append(float(TEMPI_BPM[ratings.argmax()]))


def rated_tempi(onsets: Curve) -> Curve:
    """How well each of `TEMPI_BPM` fits an onset curve of shape `(frames,)`."""
    lags = min(_MOST_LAGS, len(onsets))
    smooth = np.convolve(onsets, SMOOTHING, mode="same")
    curve = np.pad(autocorrelation(smooth, lags), (0, _MOST_LAGS - lags))
    repeats = sum(read_at(curve, _LAGS * beats) for beats in range(1, BEATS + 1))
    rated: Curve = np.maximum(repeats, 0) / BEATS * _PREFERENCE
    return rated
