"""An estimate of the key, from how much each pitch class sounds.

The profiles of Krumhansl and Kessler (1982) tell how well each pitch class fits a major or minor
key; the key whose profile correlates best is the estimate. It knows one key for a whole file.
Relative keys (C major, A minor) share their notes and are the usual error; sound that is tuned
between the notes, drums and speech give low confidence.
"""

from typing import ClassVar

import numpy as np
import numpy.typing as npt

from audio_ident.core.sound_frames import PITCH_CLASSES, Groups
from audio_ident.model.analysis import Fields
from audio_ident.model.audio import Feed

MAJOR = (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88)
MINOR = (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17)
"""Krumhansl and Kessler's ratings of the twelve classes from the tonic on."""

NAMES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")

QUIET_POWER = 1e-6
"""Mean square below which a frame is not counted: -60 dBFS."""

_SCALE = 1 << 20
"""Shares are added up as whole numbers, so that the order does not matter."""


class Key:
    """Adds up the pitch classes of all frames that are not quiet."""

    name: ClassVar[str] = "key"
    version: ClassVar[int] = 1
    hears: ClassVar[Feed] = Feed.FRAMES_16K

    def __init__(self) -> None:
        self._total = np.zeros(PITCH_CLASSES, np.int64)

    def feed(self, block: Groups) -> None:
        """Hear the next groups."""
        amplitude = np.sqrt(block["chroma"][block["power"] > QUIET_POWER].astype(np.float64))
        shares = amplitude / np.maximum(amplitude.sum(axis=1, keepdims=True), 1e-12)
        self._total += np.rint(shares * _SCALE).astype(np.int64).sum(axis=0)

    def finish(self) -> Fields:
        """Such as `A minor` and 0..1: the lead in correlation over the second best, of at most 1.

        Without sound the name is empty and the confidence 0.
        """
        correlations = _correlations(self._total.astype(np.float64))
        ranked = np.argsort(correlations)
        best, second = int(ranked[-1]), int(ranked[-2])
        if correlations[best] <= 0:
            return {"key_estimate": "", "key_confidence": 0.0}
        mode = "major" if best < PITCH_CLASSES else "minor"
        return {
            "key_estimate": f"{NAMES[best % PITCH_CLASSES]} {mode}",
            "key_confidence": float(min(1, correlations[best] - correlations[second])),
        }


def _correlations(classes: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """With the twelve major and then the twelve minor keys; all 0 if no class stands out."""
    profiles = np.array([np.roll(p, tonic) for p in (MAJOR, MINOR) for tonic in range(12)])
    profiles -= profiles.mean(axis=1, keepdims=True)
    profiles /= np.linalg.norm(profiles, axis=1, keepdims=True)
    heard = classes - classes.mean()
    length = np.linalg.norm(heard)
    found: npt.NDArray[np.float64] = profiles @ heard / (length if length > 0 else 1.0)
    return found
