"""How alike two recordings are, by all their windows; pure functions on vectors of one space.

A vector is of length 1, so that a product of two is their cosine. The same question gets the same
answer to the last bit: what is compared with a recording does not depend on what else is compared.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from audio_ident.model.vectors import Vectors

Cosines = npt.NDArray[np.float32]
"""Of each window of a query (rows) with each of a recording (columns)."""

BEST_SHARE = 0.1
"""A window counts by the mean of its best tenth of partners. A share, unlike the best one or the
best three, does not grow with the length of a recording, and one lucky window moves it little."""

ROUNDS = 8
"""Of moving prototypes to the middle of their windows; they rarely move after five."""

LEAST_LENGTH = 1e-3
"""A mean that is shorter has no direction."""

LEAST = -1.0
"""Likeness of what has no windows."""


def pooled_likeness(query: Vectors, candidate: Vectors) -> float:
    """How alike two recordings are, -1 to 1; the same in both directions.

    Parameters
    ----------
    query
        Windows of a recording or a clip, shape `(m, dimension)`; a clip may have one alone.
    candidate
        Windows of the other, shape `(n, dimension)`.

    Returns
    -------
    float
        Mean of two means: over the windows of each of the two, how near its partners in the other
        are. -1 when one has no windows.
    """
    return float(pooled_likenesses(query, [candidate])[0])


def pooled_likenesses(query: Vectors, candidates: Sequence[Vectors]) -> npt.NDArray[np.float64]:
    """`pooled_likeness` of a query with each of a shortlist, shape `(len(candidates),)`."""
    return np.array([_pooled(query @ candidate.T) for candidate in candidates], np.float64)


def _pooled(cosines: Cosines) -> float:
    if not cosines.size:
        return LEAST
    return float(_nearness(cosines).mean() + _nearness(cosines.T).mean()) / 2


def _nearness(cosines: Cosines) -> npt.NDArray[np.float64]:
    """Mean of the best partners of each row."""
    partners = cosines.shape[1]
    counted = max(1, round(BEST_SHARE * partners))
    best = np.partition(cosines, partners - counted, axis=1)[:, partners - counted :]
    nearness: npt.NDArray[np.float64] = best.mean(axis=1, dtype=np.float64)
    return nearness


def prototypes(vectors: Vectors, most: int) -> Vectors:
    """Few vectors that stand for all windows of a recording: its mean, and windows spread over it.

    Parameters
    ----------
    vectors
        Windows, shape `(n, dimension)`; all of them are returned when they are not more than
        wanted.
    most
        How many at most, 1 or more.

    Returns
    -------
    ndarray
        Shape `(min(n, most), dimension)`, each of length 1; the same for the same windows.
    """
    if len(vectors) <= most:
        return vectors
    middle = vectors.mean(axis=0, keepdims=True)
    spread = vectors[_spread(vectors, most)]
    if np.linalg.norm(middle) < LEAST_LENGTH:
        return spread
    if most == 1:
        return _normalised(middle)
    centres = spread[: most - 1]
    for _ in range(ROUNDS):
        nearest = (vectors @ centres.T).argmax(axis=1)
        sums = np.stack([vectors[nearest == number].sum(axis=0) for number in range(len(centres))])
        is_moved = np.linalg.norm(sums, axis=1, keepdims=True) >= LEAST_LENGTH
        centres = np.where(is_moved, _normalised(sums), centres)
    medoids = vectors[np.unique((vectors @ centres.T).argmax(axis=0))]
    return np.concatenate([_normalised(middle), medoids])


def _spread(vectors: Vectors, count: int) -> list[int]:
    """Numbers of windows that lie far from each other, the most usual one first."""
    chosen = [int((vectors @ vectors.mean(axis=0)).argmax())]
    nearness = vectors @ vectors[chosen[0]]
    while len(chosen) < count:
        chosen.append(int(nearness.argmin()))
        nearness = np.maximum(nearness, vectors @ vectors[chosen[-1]])
    return chosen


def _normalised(vectors: Vectors) -> Vectors:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    normalised: Vectors = (vectors / np.maximum(lengths, 1e-9)).astype(np.float32)
    return normalised
