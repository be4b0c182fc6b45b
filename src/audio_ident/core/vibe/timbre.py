"""Turns raw descriptors into vectors whose cosine says how much two windows sound alike.

Numbers that vary from one part of a track to the next, or that a codec or another level moves, say
little about what a track sounds like. `Scaling.variation` tells by how much, and which vary
together; whitening by it makes such directions short. It never mixes the blocks `timbre`,
`harmony` and `rhythm`, so that they can be weighed and compared alone.
"""

import dataclasses
import functools

import numpy as np
import numpy.typing as npt

from audio_ident.core.descriptors import BLOCKS, DIMENSIONS
from audio_ident.core.vibe import timbre_scaling
from audio_ident.model.analysis import Fields
from audio_ident.model.audio import MONO_RATE_HZ
from audio_ident.model.vectors import Vectors, WindowVectors

Numbers = npt.NDArray[np.float64]

BLOCK_NAMES = ("timbre", "harmony", "rhythm")

MOST_DEVIATIONS = 4.0
"""Numbers further out are taken for this far: one odd number must not decide."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scaling:
    """What the numbers of descriptors usually are, in the order of `DIMENSIONS`.

    Made by `scaling_of`, as exact as it is stored.
    """

    revision: str
    means: Numbers
    deviations: Numbers
    """None is 0."""
    variation: Numbers
    """Covariance of what is no difference, in deviations, shape `(118, 118)`, 0 between blocks; in
    such units that timbre with harmony has a length of 1 after whitening, in the mean, and so has
    rhythm."""
    whitening: Numbers
    """Its inverse square root."""


def scaling_of(revision: str, means: Numbers, deviations: Numbers, variation: Numbers) -> Scaling:
    """The scaling with these numbers, made as exact as `float32` holds them."""
    exact, kept = (
        np.asarray(values, np.float32).astype(np.float64)
        for values in ((means, deviations), variation)
    )
    return Scaling(
        revision=revision,
        means=exact[0],
        deviations=exact[1],
        variation=kept,
        whitening=_whitening(kept),
    )


@functools.cache
def places_of(block: str) -> npt.NDArray[np.bool_]:
    """Which places of a vector belong to a block."""
    return np.array([name == block for name, names in BLOCKS for _ in names])


def joined_blocks(triangles: npt.NDArray[np.floating]) -> Numbers:
    """The symmetric matrix whose blocks have these lower triangles, row by row; 0 between them."""
    matrix = np.zeros((len(DIMENSIONS), len(DIMENSIONS)))
    matrix[_TRIANGLES] = triangles
    matrix[_TRIANGLES[::-1]] = triangles
    return matrix


def triangles_of(matrix: Numbers) -> Numbers:
    """The numbers that `joined_blocks` makes a matrix of, shape `(TRIANGLE_COUNT,)`."""
    return matrix[_TRIANGLES]


def _places_of_triangles() -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    rows: list[npt.NDArray[np.intp]] = []
    columns: list[npt.NDArray[np.intp]] = []
    for name in BLOCK_NAMES:
        places = np.flatnonzero(places_of(name))
        row, column = np.tril_indices(len(places))
        rows.append(places[row])
        columns.append(places[column])
    return np.concatenate(rows), np.concatenate(columns)


def _whitening(variation: Numbers) -> Numbers:
    whitening = np.zeros_like(variation)
    for name in BLOCK_NAMES:
        block = np.ix_(places_of(name), places_of(name))
        squares, directions = np.linalg.eigh(variation[block])
        whitening[block] = directions / np.sqrt(squares) @ directions.T
    return whitening


_TRIANGLES = _places_of_triangles()

TRIANGLE_COUNT = len(_TRIANGLES[0])
"""Numbers in the lower triangles of all blocks: 3376."""

SHIPPED = scaling_of(
    timbre_scaling.REVISION,
    timbre_scaling.MEANS,
    timbre_scaling.DEVIATIONS,
    joined_blocks(timbre_scaling.VARIATION),
)


def timbre_vectors(
    raw: npt.NDArray[np.floating], scaling: Scaling, rhythm_weight: float
) -> Vectors:
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
        Shape `(n, 118)`, each row of length 1; each block has its places.
    """
    scaled = (raw.astype(np.float64) - scaling.means) / scaling.deviations
    np.clip(scaled, -MOST_DEVIATIONS, MOST_DEVIATIONS, out=scaled)
    weighted = scaled @ scaling.whitening * np.where(places_of("rhythm"), rhythm_weight, 1.0)
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
    raw = np.asarray(fields["descriptors"], np.float32)[is_heard]
    ends = starts + int(fields["window_samples"])
    return WindowVectors(
        vectors=timbre_vectors(raw, scaling, rhythm_weight),
        start_ms=(1000 * starts // MONO_RATE_HZ).astype(np.uint32),
        end_ms=(1000 * ends // MONO_RATE_HZ).astype(np.uint32),
    )
