"""Ways through a space of vectors: from one to another in small steps, never back.

Angles are in radians. How far along a vector lies is told by how much nearer it is to the end than
to the start (`progress`), which needs no path: what lies off the shortest one counts as well.
"""

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from audio_ident.model.vectors import Vectors

Angles: TypeAlias = npt.NDArray[np.float64]

UNEVENNESS_WEIGHT = 2.0
"""What a step counts that lies away from its even share of the way, against its own length. On
real music steps become 2 % longer than at 0, where they gather at one end (decision 0029)."""

SAME_ARTIST = 100.0
"""What a step between two tracks of an artist counts besides, where there must be some: more than
all other steps of a path together."""

_LEAST_SINE = 1e-6
"""Below it two vectors are one, or opposite, and there is no one way between them."""


def great_circle(start: Vectors, end: Vectors, count: int) -> Vectors:
    """Points that divide the shortest way between two vectors evenly, without its ends.

    Parameters
    ----------
    start, end
        Of length 1, shape `(1, dimension)`.
    count
        How many points.

    Returns
    -------
    ndarray
        Shape `(count, dimension)`, each row of length 1.
    """
    angle = float(np.arccos(np.clip(np.vdot(start, end), -1, 1)))
    shares = np.arange(1, count + 1)[:, None] / (count + 1)
    if np.sin(angle) < _LEAST_SINE:
        points: Vectors = np.where(shares < 0.5, start, end).astype(np.float32)
        return points
    mixed = (np.sin((1 - shares) * angle) * start + np.sin(shares * angle) * end) / np.sin(angle)
    return _of_length_1(mixed)


def progress(vectors: Vectors, start: Vectors, end: Vectors) -> Angles:
    """How far from start to end vectors lie: 0 at the start, 1 at the end, shape `(n,)`."""
    direction = (end - start).astype(np.float64)[0]
    length = max(float(direction @ direction), _LEAST_SINE)
    places: Angles = (vectors.astype(np.float64) - start[0]) @ direction / length
    return places


def smoothest_way(vectors: Vectors, artists: npt.NDArray[np.int64], count: int) -> tuple[int, ...]:
    """Which vectors to go through, in order, so that the largest step is as small as can be.

    Of all choices with no larger step than that, the one is taken whose steps are shortest and
    most even. Each lies further along than the one before.

    Parameters
    ----------
    vectors
        The start, the candidates, the end; of length 1, shape `(n, dimension)`.
    artists
        Who made each, shape `(n,)`; -1 for nobody knows. Two of an artist never follow each other
        if there is another way.
    count
        How many candidates to go through; if fewer lie between start and end, all of these.

    Returns
    -------
    tuple
        Rows of the vectors, the first and the last among them.
    """
    along = progress(vectors, vectors[:1], vectors[-1:])
    between = np.flatnonzero((along > 0) & (along < 1))
    between = between[(between != 0) & (between != len(vectors) - 1)]
    order = between[np.lexsort((between, along[between]))]
    rows = np.array([0, *order, len(vectors) - 1])
    count = min(count, len(order))
    steps = _steps(vectors[rows])
    is_same = (artists[rows][:, None] == artists[rows]) & (artists[rows] >= 0)
    apart = np.where(is_same, np.inf, steps)
    if np.isfinite(_smallest_largest_step(apart, count)):
        steps = apart
    is_small = steps <= _smallest_largest_step(steps, count)
    costs = np.where(is_small, steps**2 + SAME_ARTIST * is_same, np.inf)
    chosen = _cheapest_way(costs, along[rows], count)
    return tuple(int(rows[at]) for at in chosen)


def _steps(vectors: Vectors) -> Angles:
    """Length of each step between two of them; none goes back or stays."""
    wide = vectors.astype(np.float64)
    steps: Angles = np.arccos(np.clip(wide @ wide.T, -1, 1))
    steps[np.tril_indices(len(vectors))] = np.inf
    return steps


def _smallest_largest_step(steps: Angles, count: int) -> float:
    """The least that the largest step of any way from first to last can be."""
    largest = steps[0]
    for _ in range(count):
        largest = np.maximum(largest[:, None], steps).min(axis=0)
    return float(largest[-1])


def _cheapest_way(costs: Angles, along: Angles, count: int) -> list[int]:
    """The way from first to last whose steps and unevenness cost the least together."""
    sums = costs[0] + _unevenness(along, 1, count)
    before: list[npt.NDArray[np.intp]] = []
    for number in range(2, count + 2):
        reached = sums[:, None] + costs
        before.append(reached.argmin(axis=0))
        sums = reached.min(axis=0) + _unevenness(along, number, count)
    way = [len(along) - 1]
    for origins in reversed(before):
        way.append(int(origins[way[-1]]))
    return [0, *reversed(way)]


def _unevenness(along: Angles, number: int, count: int) -> Angles:
    away: Angles = along - number / (count + 1)
    return UNEVENNESS_WEIGHT * away**2


def _of_length_1(vectors: npt.NDArray[np.float64]) -> Vectors:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    scaled: Vectors = (vectors / lengths).astype(np.float32)
    return scaled
