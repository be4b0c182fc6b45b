"""Turns raw descriptors into vectors whose cosine says how much two windows sound alike."""

import dataclasses
from typing import Any

import numpy as np
import numpy.typing as npt

from audio_ident.core.descriptors import BLOCKS, DIMENSIONS
from audio_ident.core.vibe.timbre_scaling import DEVIATIONS, MEANS, REVISION
from audio_ident.model.analysis import Fields
from audio_ident.model.audio import MONO_RATE_HZ
from audio_ident.model.vectors import Vectors, WindowVectors

MOST_DEVIATIONS = 4.0
"""Numbers further out are taken for this far: one odd number must not decide."""

_IS_RHYTHM = np.array([block == "rhythm" for block, names in BLOCKS for _ in names])


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scaling:
    """What the numbers of descriptors usually are."""

    revision: str
    means: npt.NDArray[np.float64]
    deviations: npt.NDArray[np.float64]


SHIPPED = Scaling(revision=REVISION, means=np.array(MEANS), deviations=np.array(DEVIATIONS))


def timbre_vectors(raw: npt.NDArray[Any], scaling: Scaling, rhythm_weight: float) -> Vectors:
    """Vectors of raw descriptors.

    Parameters
    ----------
    raw
        Shape `(n, 118)`, as `core.descriptors.describe` gives them.
    rhythm_weight
        Weight of rhythm, against all else as 1.

    Returns
    -------
    ndarray
        Shape `(n, 118)`, each row of length 1.
    """
    scaled = (raw.astype(np.float64) - scaling.means) / scaling.deviations
    np.clip(scaled, -MOST_DEVIATIONS, MOST_DEVIATIONS, out=scaled)
    rhythm_count = int(_IS_RHYTHM.sum())
    weights = np.where(
        _IS_RHYTHM,
        rhythm_weight / np.sqrt(rhythm_count),
        1 / np.sqrt(len(DIMENSIONS) - rhythm_count),
    )
    weighted = scaled * weights
    lengths = np.linalg.norm(weighted, axis=1, keepdims=True)
    vectors: Vectors = (weighted / np.maximum(lengths, 1e-9)).astype(np.float32)
    return vectors


def timbre_windows(fields: Fields, scaling: Scaling, rhythm_weight: float) -> WindowVectors:
    """Windows of a recording from what the listener `descriptors` heard; quiet ones are left out.

    Parameters
    ----------
    fields
        As `core.listeners.descriptors.Descriptors.finish` gives them.
    """
    is_heard = ~np.asarray(fields["is_quiet"], np.bool_)
    starts = np.asarray(fields["start_samples"], np.int64)[is_heard]
    raw = np.asarray(fields["descriptors"])[is_heard]
    ends = starts + int(fields["window_samples"])
    return WindowVectors(
        vectors=timbre_vectors(raw, scaling, rhythm_weight),
        start_ms=(1000 * starts // MONO_RATE_HZ).astype(np.uint32),
        end_ms=(1000 * ends // MONO_RATE_HZ).astype(np.uint32),
    )
