"""How good vectors are: pure functions of the windows of tracks, and of which album each is."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from audio_ident.core.vibe.pooling import pooled_likenesses
from audio_ident.model.vectors import Vectors

Numbers: TypeAlias = npt.NDArray[np.float64]
Starts: TypeAlias = npt.NDArray[np.int64]

WINDOW_SAMPLES = 159_744
DRAWS = 6
"""How often the windows of the same-track test are drawn; their mean counts for each track."""

RESAMPLES = 1000
"""Of the bootstrap over tracks."""


def likenesses(tracks: Sequence[Vectors]) -> Numbers:
    """Pooled likeness of every track to every other; -inf to itself."""
    matrix = np.stack([pooled_likenesses(windows, tracks) for windows in tracks])
    np.fill_diagonal(matrix, -np.inf)
    return matrix


def same_track_ranks(
    tracks: Sequence[Vectors], starts: Sequence[Starts], rng: np.random.Generator
) -> tuple[Numbers, Numbers]:
    """Where a track is found by one of its windows, 0 = first; two arrays of `(DRAWS, tracks)`.

    The first compares with one other window of each track, the second with all windows. Windows
    that overlap the query are left out.
    """
    one, all_windows = np.zeros((2, DRAWS, len(tracks)))
    for draw in range(DRAWS):
        pairs = [_two_apart(start, rng) for start in starts]
        query = np.stack([windows[a] for windows, (a, _) in zip(tracks, pairs, strict=True)])
        reference = np.stack([windows[b] for windows, (_, b) in zip(tracks, pairs, strict=True)])
        one[draw] = _ranks(query @ reference.T)
        best = np.empty((len(tracks), len(tracks)))
        for number, (windows, start) in enumerate(zip(tracks, starts, strict=True)):
            cosines = query @ windows.T
            near = np.abs(start - start[pairs[number][0]]) < WINDOW_SAMPLES
            cosines[number, near] = -np.inf
            best[:, number] = cosines.max(axis=1)
        all_windows[draw] = _ranks(best)
    return one, all_windows


def _two_apart(starts: Starts, rng: np.random.Generator) -> tuple[int, int]:
    """Numbers of two windows that do not overlap, any two being as likely."""
    first, second = np.nonzero(np.abs(starts[:, None] - starts[None]) >= WINDOW_SAMPLES)
    chosen = int(rng.integers(len(first)))
    return int(first[chosen]), int(second[chosen])


def _ranks(matrix: npt.NDArray[np.floating]) -> Numbers:
    """How many columns are above the diagonal in each row."""
    above: Numbers = (matrix > np.diag(matrix)[:, None]).sum(axis=1).astype(np.float64)
    return above


def nearest(matrix: Numbers, count: int) -> npt.NDArray[np.intp]:
    """Numbers of the nearest others of each track, the nearest first."""
    order: npt.NDArray[np.intp] = np.argsort(-matrix, axis=1, kind="stable")[:, :count]
    return order


def album_shares(matrix: Numbers, albums: Sequence[str], count: int) -> tuple[Numbers, Numbers]:
    """Share of each track's neighbours that are of its album, and the share by chance."""
    labels = np.array(albums)
    shares: Numbers = (labels[nearest(matrix, count)] == labels[:, None]).mean(axis=1)
    same = (labels[:, None] == labels[None]).sum(axis=1) - 1
    return shares, same / (len(labels) - 1)


def hub_counts(matrix: Numbers, count: int = 10) -> npt.NDArray[np.int64]:
    """In how many lists of neighbours each track is."""
    return np.bincount(nearest(matrix, count).ravel(), minlength=len(matrix))


def overlaps(
    originals: Sequence[Vectors],
    copies: Sequence[Vectors],
    own: Sequence[int],
    library: Sequence[Vectors],
    count: int = 10,
) -> Numbers:
    """Share of the neighbours that a copy has in common with its original, its track left out."""
    shares: list[float] = []
    for original, copy, number in zip(originals, copies, own, strict=True):
        lists = []
        for windows in (original, copy):
            likeness = pooled_likenesses(windows, library)
            likeness[number] = -np.inf
            lists.append(set(np.argsort(-likeness, kind="stable")[:count].tolist()))
        shares.append(len(lists[0] & lists[1]) / count)
    return np.array(shares)


def standard_error(statistic: Callable[[npt.NDArray[np.intp]], float], size: int) -> float:
    """Of a statistic of tracks, given as numbers: bootstrap over tracks."""
    rng = np.random.default_rng(0)
    draws = (rng.integers(size, size=size) for _ in range(RESAMPLES))
    return float(np.std([statistic(draw) for draw in draws]))
