"""Lays recordings out on a plane so that those that sound alike lie together.

Only some recordings, the landmarks, are laid out together; all others are placed among them
(`map_placing`). Positions are float64, shape `(n, 2)`, between -1 and 1. Equal input gives equal
positions: nothing is drawn by chance.
"""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from audio_ident.core.vibe.map_neighbours import affinities, nearest
from audio_ident.model.vectors import Vectors

Positions = npt.NDArray[np.float64]

PERPLEXITY = 30.0
"""How many neighbours a landmark pulls at, in effect; the usual value of t-SNE."""

STEPS = 250
"""More do not change the share of neighbours that are kept."""

_EARLY_STEPS = 120
_EARLY_EXAGGERATION = 12.0
"""Of the pull at first, so that groups find together before details (van der Maaten 2008)."""

_START_SPREAD = 1e-4
"""Of the start: small, so that early pulls decide (Kobak and Berens 2019)."""

_MARGIN = 0.95
"""Landmarks reach this far, so that what is placed later has room outside of them."""

_FEWEST = 10
"""Of fewer landmarks the main directions are shown as they are."""

_KNOWN_NEIGHBOURS = 3


def lay_out(vectors: Vectors, before: Positions | None = None) -> Positions:
    """Positions of landmarks.

    Parameters
    ----------
    vectors
        One of length 1 for each landmark, shape `(n, dimension)`.
    before
        Where they lay in the map before, shape `(n, 2)`, NaN where nobody knows. The layout starts
        there and is turned so that it fits best.

    Returns
    -------
    ndarray
        Shape `(n, 2)`, centred, between -1 and 1.

    Source
    ------
    t-SNE (van der Maaten and Hinton 2008) with neighbours as in Barnes-Hut t-SNE (2014) and the
    start of Kobak and Berens (2019); all pairs repel each other, exactly.
    """
    *_, laid = layouts(vectors, before)
    return laid


def layouts(vectors: Vectors, before: Positions | None = None) -> Iterator[Positions]:
    """What `lay_out` gives, after all steps on the way there: they take seconds together."""
    known = _known(before)
    start = principal_positions(vectors)
    if known is not None and before is not None:
        start = _filled(vectors, before, known)
    if len(vectors) < _FEWEST:
        steps = iter([start])
    elif known is not None:
        steps = _optimised(vectors, start / landmark_spacing(len(vectors)), is_known=True)
    else:
        scale = np.maximum(start.std(axis=0).max(), 1e-12)
        steps = _optimised(vectors, start / scale * _START_SPREAD, is_known=False)
    for positions in steps:
        laid = _scaled(positions)
        if known is not None and before is not None:
            laid = _scaled(laid @ turning(laid[known], before[known]))
        yield laid


def principal_positions(vectors: Vectors) -> Positions:
    """Positions along the two main directions, between -1 and 1; signs are fixed."""
    positions = np.zeros((len(vectors), 2))
    if len(vectors) < 2:
        return positions
    centred = vectors.astype(np.float64) - vectors.mean(axis=0, dtype=np.float64)
    _, directions = np.linalg.eigh(centred.T @ centred)
    for at in range(min(2, directions.shape[1])):
        direction = directions[:, -1 - at]
        sign = np.sign(direction[np.abs(direction).argmax()]) or 1.0
        positions[:, at] = centred @ (direction * sign)
    return _scaled(positions)


def landmark_spacing(count: int) -> float:
    """How far landmarks push in the map, as t-SNE spreads so many of them: its unit of length."""
    return float(1.2 / np.sqrt(count))


def turning(moved: Positions, wanted: Positions) -> Positions:
    """The rotation, or rotation of the mirror image, that brings positions nearest to others.

    Source
    ------
    Orthogonal Procrustes problem (Schoenemann 1966).
    """
    left, _, right = np.linalg.svd((moved - moved.mean(axis=0)).T @ (wanted - wanted.mean(axis=0)))
    rotation: Positions = left @ right
    return rotation


def _known(before: Positions | None) -> npt.NDArray[np.bool_] | None:
    """Which landmarks have lain somewhere, None when too few have."""
    if before is None:
        return None
    known: npt.NDArray[np.bool_] = np.isfinite(before).sum(axis=1) == 2
    return known if known.sum() >= _FEWEST else None


def _filled(vectors: Vectors, before: Positions, known: npt.NDArray[np.bool_]) -> Positions:
    """Positions before; those of the others are the mean of their nearest."""
    filled = before.copy()
    if not known.all():
        neighbours, _ = nearest(vectors[~known], vectors[known], _KNOWN_NEIGHBOURS)
        filled[~known] = before[known][neighbours].mean(axis=1)
        # none may lie exactly on another one: they would never part
        filled += principal_positions(vectors) * 1e-3
    return filled


def _scaled(positions: Positions) -> Positions:
    centred = positions - (positions.max(axis=0) + positions.min(axis=0)) / 2
    scaled: Positions = centred * (_MARGIN / max(np.abs(centred).max(initial=0.0), 1e-12))
    return scaled


def _optimised(vectors: Vectors, start: Positions, *, is_known: bool) -> Iterator[Positions]:
    count = len(vectors)
    pulls = _symmetric_pulls(vectors)
    positions = start.astype(np.float32)
    speed, gains = np.zeros_like(positions), np.ones_like(positions)
    for step in range(STEPS):
        is_early = step < _EARLY_STEPS and not is_known
        exaggeration = _EARLY_EXAGGERATION if is_early else 1.0
        gradient = _gradient(positions, pulls, exaggeration)
        is_along = np.sign(gradient) == np.sign(speed)
        gains = np.maximum(np.where(is_along, gains * 0.8, gains + 0.2), 0.01).astype(np.float32)
        rate = np.float32(max(count / exaggeration / 4, 1.0 if is_known else 50.0))
        speed = np.float32(0.5 if is_early else 0.8) * speed - rate * gains * gradient
        positions = positions + speed
        positions -= positions.mean(axis=0)
        yield positions.astype(np.float64)


def _gradient(
    positions: npt.NDArray[np.float32], pulls: npt.NDArray[np.float32], exaggeration: float
) -> npt.NDArray[np.float32]:
    squares = (positions**2).sum(axis=1)
    near = positions @ positions.T
    near *= -2
    near += squares[:, None]
    near += squares
    near += 1
    np.maximum(near, 1, out=near)
    np.reciprocal(near, out=near)
    total = max(float(near.sum(dtype=np.float64)) - len(positions), 1e-12)
    # force of each pair: (pull - push) * near, of which the push is near / total
    forces = pulls * np.float32(exaggeration)
    forces -= near * np.float32(1 / total)
    forces *= near
    gradient: npt.NDArray[np.float32] = 4 * (
        forces.sum(axis=1)[:, None] * positions - forces @ positions
    )
    return gradient


def _symmetric_pulls(vectors: Vectors) -> npt.NDArray[np.float32]:
    """How much each pair pulls at each other, in all 1."""
    count = len(vectors)
    perplexity = min(PERPLEXITY, (count - 1) / 3)
    neighbours, cosines = nearest(
        vectors, vectors, min(round(3 * perplexity), count - 1), leaves_itself_out=True
    )
    pulls = np.zeros((count, count), np.float32)
    np.put_along_axis(pulls, neighbours, affinities(cosines, perplexity).astype(np.float32), axis=1)
    return (pulls + pulls.T) / np.float32(2 * count)
