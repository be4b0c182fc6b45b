"""Arithmetic of questions that are made of several sounds: what is wanted, less what is not."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from audio_ident.core.vibe.pooling import pooled_likenesses, prototypes
from audio_ident.model.vectors import Vectors

MINUS_WEIGHT = 0.5
"""How far wanted sounds are moved away from unwanted ones, as Rocchio's feedback does; at 1,
what is wanted and unwanted at once would have no direction left."""

PROTOTYPES = 8
"""Vectors that stand for each part of a question in the search; the index is asked once for all."""


def moved_away(vectors: Vectors, unwanted: Sequence[Vectors]) -> Vectors:
    """Vectors without part of what they have in common with unwanted sounds.

    Parameters
    ----------
    vectors
        What is wanted, shape `(n, dimension)`.
    unwanted
        Windows of each unwanted sound, shape `(m, dimension)` each; a long one counts as much as
        a short one.

    Returns
    -------
    ndarray
        The same shape, each of length 1.
    """
    if not unwanted:
        return vectors
    middle = mean_direction(np.concatenate([mean_direction(each) for each in unwanted]))
    return _normalised(vectors - MINUS_WEIGHT * middle)


def mean_direction(vectors: Vectors) -> Vectors:
    """Where some vectors point on the whole, shape `(1, dimension)`, of length 1."""
    return _normalised(vectors.mean(axis=0, keepdims=True))


def search_vectors(parts: Sequence[Vectors]) -> Vectors:
    """What an index is asked for: something of each part, and what lies between the parts."""
    each = [prototypes(part, PROTOTYPES) for part in parts]
    if len(parts) == 1:
        return each[0]
    between = mean_direction(np.concatenate([mean_direction(part) for part in parts]))
    return np.concatenate([*each, between])


def blend_likenesses(
    parts: Sequence[Vectors], candidates: Sequence[Vectors]
) -> npt.NDArray[np.float64]:
    """Likeness of each candidate to all parts: the mean over parts, however long each is."""
    if not candidates:
        return np.zeros(0, np.float64)
    means: npt.NDArray[np.float64] = np.mean(
        [pooled_likenesses(part, candidates) for part in parts], axis=0
    )
    return means


def _normalised(vectors: Vectors) -> Vectors:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    normalised: Vectors = (vectors / np.maximum(lengths, 1e-9)).astype(np.float32)
    return normalised
