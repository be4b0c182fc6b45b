"""Why two recordings are alike: which times of them, and which blocks of what they sound like."""

import dataclasses
from collections.abc import Mapping

import numpy as np

from audio_ident.core.descriptors import BLOCKS
from audio_ident.core.vibe.pooling import pooled_likeness
from audio_ident.model.vectors import Milliseconds, Vectors, WindowVectors

AGREES_FROM: Mapping[str, float] = {"timbre": 0.29, "harmony": 0.64, "rhythm": 0.43}
"""Likeness from which two recordings agree in a block: that which one in ten random pairs has, of
the music that the shipped scaling was fitted to."""

_PLACES: Mapping[str, np.typing.NDArray[np.bool_]] = {
    wanted: np.array([block == wanted for block, names in BLOCKS for _ in names])
    for wanted in AGREES_FROM
}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A time of a query and the time of a recording that it is like."""

    query_start_ms: int
    query_end_ms: int
    start_ms: int
    """In the recording."""
    end_ms: int
    cosine: float


def best_pairs(query: WindowVectors, candidate: WindowVectors, most: int) -> tuple[Pair, ...]:
    """Times that are most alike, the most alike first; no time of either is told twice."""
    cosines = query.vectors @ candidate.vectors.T
    pairs: list[Pair] = []
    while cosines.size and len(pairs) < most:
        row, column = np.unravel_index(int(cosines.argmax()), cosines.shape)
        if not np.isfinite(cosines[row, column]):
            break
        pair = Pair(
            query_start_ms=int(query.start_ms[row]),
            query_end_ms=int(query.end_ms[row]),
            start_ms=int(candidate.start_ms[column]),
            end_ms=int(candidate.end_ms[column]),
            cosine=float(cosines[row, column]),
        )
        pairs.append(pair)
        cosines[_meets(query, pair.query_start_ms, pair.query_end_ms), :] = -np.inf
        cosines[:, _meets(candidate, pair.start_ms, pair.end_ms)] = -np.inf
    return tuple(pairs)


def _meets(
    windows: WindowVectors, start_ms: Milliseconds | int, end_ms: Milliseconds | int
) -> np.typing.NDArray[np.bool_]:
    return (windows.start_ms < end_ms) & (windows.end_ms > start_ms)


def block_likeness(query: Vectors, candidate: Vectors) -> Mapping[str, float]:
    """How alike two recordings are in each block alone, -1 to 1, whatever weights a space has.

    Parameters
    ----------
    query, candidate
        Windows of any space of `timbre`, shape `(n, 118)`. A block that weighs nothing there is 0.
    """
    return {
        block: pooled_likeness(_part(query, places), _part(candidate, places))
        for block, places in _PLACES.items()
    }


def agreeing_blocks(likeness: Mapping[str, float]) -> tuple[str, ...]:
    """Blocks in which two recordings agree, by `block_likeness`."""
    return tuple(block for block, least in AGREES_FROM.items() if likeness[block] >= least)


def _part(vectors: Vectors, places: np.typing.NDArray[np.bool_]) -> Vectors:
    part = vectors[:, places]
    lengths = np.linalg.norm(part, axis=1, keepdims=True)
    normalised: Vectors = part / np.maximum(lengths, np.float32(1e-9))
    return normalised
