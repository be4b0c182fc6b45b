"""Places recordings among landmarks that stay where they are."""

import numpy as np
import numpy.typing as npt

from audio_ident.core.vibe.map_layout import Positions, landmark_spacing
from audio_ident.core.vibe.map_neighbours import affinities, nearest
from audio_ident.model.vectors import Vectors

NEIGHBOURS = 10
"""Landmarks that pull at what is placed."""

PERPLEXITY = 3.0
"""How many of them count, in effect: the nearest few decide."""

STEPS = 10
"""Of refinement; without any, 0.24 of the ten nearest neighbours are kept instead of 0.29."""

_EXAGGERATION = 1.5
_LONGEST_STEP = 0.5
_ROWS_AT_ONCE = 500


def place(vectors: Vectors, landmarks: Vectors, positions: Positions) -> Positions:
    """Positions of recordings; each depends on its own vector and on the landmarks alone.

    Parameters
    ----------
    vectors
        Of length 1, shape `(n, dimension)`.
    landmarks, positions
        As they were laid out, shapes `(m, dimension)` and `(m, 2)`; at least one.

    Returns
    -------
    ndarray
        Shape `(n, 2)`, between -1 and 1.

    Source
    ------
    Pull and push as in the `transform` of openTSNE (Policar, Strazar and Zupan 2019); each one
    for itself, so that it does not matter what is placed together.
    """
    placed = np.zeros((len(vectors), 2))
    unit = landmark_spacing(len(landmarks))
    for start in range(0, len(vectors), _ROWS_AT_ONCE):
        end = start + _ROWS_AT_ONCE
        neighbours, cosines = nearest(vectors[start:end], landmarks, NEIGHBOURS)
        weights = affinities(cosines, PERPLEXITY)
        begun = (weights[:, :, None] * positions[neighbours]).sum(axis=1)
        placed[start:end] = _refined(begun / unit, positions / unit, neighbours, weights) * unit
    return np.clip(placed, -1, 1)


def _refined(
    found: Positions,
    fixed: Positions,
    neighbours: npt.NDArray[np.intp],
    weights: npt.NDArray[np.float64],
) -> Positions:
    # x and y apart, and sums by `einsum`: a tenth of the time of arrays of pairs, and no product of
    # matrices, whose last digits depend on what is placed together
    for _ in range(STEPS):
        apart = [found[:, axis, None] - fixed[:, axis] for axis in (0, 1)]
        near = 1 / (1 + apart[0] * apart[0] + apart[1] * apart[1])
        pushes = near * near / near.sum(axis=1, keepdims=True)
        pulls = weights * np.take_along_axis(near, neighbours, axis=1) * _EXAGGERATION
        step = 2 * np.stack(
            [
                np.einsum("ij,ij->i", pulls, np.take_along_axis(each, neighbours, axis=1))
                - np.einsum("ij,ij->i", pushes, each)
                for each in apart
            ],
            axis=1,
        )
        lengths = np.linalg.norm(step, axis=1, keepdims=True)
        found = found - step * np.minimum(1, _LONGEST_STEP / np.maximum(lengths, 1e-12))
    return found
