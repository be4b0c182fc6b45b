"""Chooses which points of the map are shown from afar: few at first, more the nearer one looks.

The plane is divided into 4 ** level equal squares. A point has the coarsest level at which no
other one stood for its square, so that all points up to a level are spread over whatever there
is, and a point that comes later changes none of the others.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

FINEST_LEVEL = 10
"""Points beyond it have the level after it: their squares are a thousandth of the map wide."""

Taken = list[npt.NDArray[np.bool_]]
"""For each level which of its squares a point stands for."""


def taken_squares(positions: npt.NDArray[np.float64], levels: npt.NDArray[np.integer]) -> Taken:
    """The squares that points stand for, of positions between -1 and 1 and their levels."""
    taken = []
    for level in range(FINEST_LEVEL + 1):
        squares = np.zeros(4**level, np.bool_)
        squares[_squares(positions[levels <= level], level)] = True
        taken.append(squares)
    return taken


def take_levels(positions: npt.NDArray[np.float64], taken: Taken) -> Sequence[int]:
    """Levels of new points, in order; their squares are taken from then on."""
    by_level = [_squares(positions, level) for level in range(FINEST_LEVEL + 1)]
    found = []
    for at in range(len(positions)):
        free = (level for level, squares in enumerate(by_level) if not taken[level][squares[at]])
        level = next(free, FINEST_LEVEL + 1)
        for finer in range(level, FINEST_LEVEL + 1):
            taken[finer][by_level[finer][at]] = True
        found.append(level)
    return found


def _squares(positions: npt.NDArray[np.float64], level: int) -> npt.NDArray[np.int64]:
    side = 2**level
    cells = np.clip(((positions + 1) / 2 * side).astype(np.int64), 0, side - 1)
    squares: npt.NDArray[np.int64] = cells[:, 1] * side + cells[:, 0]
    return squares
