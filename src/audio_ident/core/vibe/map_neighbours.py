"""Nearest neighbours of recordings, and how much each of them counts."""

import numpy as np
import numpy.typing as npt

from audio_ident.model.vectors import Vectors

_ROWS_AT_ONCE = 1000
_HALVINGS = 40


def nearest(
    vectors: Vectors, among: Vectors, count: int, *, leaves_itself_out: bool = False
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.float64]]:
    """Numbers and cosines of the vectors that are nearest to each, the nearest first.

    Parameters
    ----------
    vectors, among
        Of length 1, shapes `(n, dimension)` and `(m, dimension)`.
    count
        How many neighbours of each; fewer if there are not as many.
    leaves_itself_out
        Whether both are the same, and none is a neighbour of itself.

    Returns
    -------
    tuple
        Two arrays of shape `(n, count)`.
    """
    count = min(count, len(among) - (1 if leaves_itself_out else 0))
    numbers = np.zeros((len(vectors), count), np.intp)
    cosines = np.zeros((len(vectors), count))
    for start in range(0, len(vectors), _ROWS_AT_ONCE):
        end = min(start + _ROWS_AT_ONCE, len(vectors))
        found = vectors[start:end] @ among.T
        if leaves_itself_out:
            found[np.arange(end - start), np.arange(start, end)] = -np.inf
        best = np.argpartition(-found, count - 1, axis=1)[:, :count]
        values = np.take_along_axis(found, best, axis=1)
        order = np.lexsort((best, -values))
        numbers[start:end] = np.take_along_axis(best, order, axis=1)
        cosines[start:end] = np.take_along_axis(values, order, axis=1)
    return numbers, cosines


def affinities(cosines: npt.NDArray[np.float64], perplexity: float) -> npt.NDArray[np.float64]:
    """How much neighbours count: in each row 1 in all, as evenly as a perplexity says.

    Parameters
    ----------
    cosines
        Of neighbours, shape `(n, k)`.
    perplexity
        How many neighbours count in effect; at most `k`.
    """
    distances = 2 - 2 * cosines
    distances = distances - distances.min(axis=1, keepdims=True)
    scale = np.maximum(distances.mean(axis=1, keepdims=True), 1e-12)
    distances = distances / scale
    wanted = np.log(min(perplexity, cosines.shape[1] * 0.99))
    low, high = np.full((len(cosines), 1), -8.0), np.full((len(cosines), 1), 8.0)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        is_even = _entropy(_weights(distances, middle)) > wanted
        low, high = np.where(is_even, middle, low), np.where(is_even, high, middle)
    return _weights(distances, (low + high) / 2)


def _weights(
    distances: npt.NDArray[np.float64], sharpness_log: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    weights = np.exp(-distances * np.exp(sharpness_log))
    normalised: npt.NDArray[np.float64] = weights / weights.sum(axis=1, keepdims=True)
    return normalised


def _entropy(weights: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    logs = np.log(np.maximum(weights, 1e-300))
    entropy: npt.NDArray[np.float64] = -(weights * logs).sum(axis=1, keepdims=True)
    return entropy
