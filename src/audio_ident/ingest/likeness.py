"""Measures how alike random recordings of a library are: what a likeness is compared with."""

import hashlib
from collections.abc import Sequence

import numpy as np

from audio_ident.core.vibe.likeness import likeness_quantiles
from audio_ident.model.analysis import AudioDigest
from audio_ident.model.vectors import Space
from audio_ident.stores.sql.spaces import KnownSpace
from audio_ident.stores.sql.unit_of_work import Catalogue
from audio_ident.stores.sql.vector_marks import SpaceOfStore
from audio_ident.stores.vectors.protocol import VectorReader

LEAST_RECORDINGS = 10
"""Among fewer, nothing is usual."""

MOST_RECORDINGS = 600
"""That pairs are drawn from."""

GROWTH = 1.2
"""It is measured again when there are so many times as many recordings, or as few."""


def is_due(known: KnownSpace, recordings: int) -> bool:
    """Whether it is to be measured (again)."""
    if recordings < LEAST_RECORDINGS:
        return False
    before = known.likeness_recordings
    return not before / GROWTH < recordings < before * GROWTH


def measure_likeness(
    catalogue: Catalogue, index: VectorReader, space: Space
) -> tuple[tuple[float, ...], int]:
    """Quantiles of the likeness of random pairs, and how many recordings there are to draw from.

    The same library in the same space gives the same answer.
    """
    place = SpaceOfStore(space_id=space.id, store=index.name)
    with catalogue.reading() as rows:
        stored = rows.vector_marks.stored(place)
    seed = int.from_bytes(hashlib.blake2b(space.id.encode(), digest_size=4).digest(), "big")
    drawn = _draw(stored, seed)
    windows = index.windows_of(space.id, drawn)
    vectors = [windows[digest].vectors for digest in drawn if digest in windows]
    return likeness_quantiles(vectors, seed=seed), len(stored)


def keep_likeness(catalogue: Catalogue, index: VectorReader, space: Space) -> bool:
    """Measure and remember it when it is due; says whether it was."""
    place = SpaceOfStore(space_id=space.id, store=index.name)
    with catalogue.reading() as rows:
        known = rows.spaces.find(space.id)
        coverage = rows.vector_marks.coverage(place)
    if known is None or not is_due(known, coverage.covered - coverage.failed):
        return False
    quantiles, recordings = measure_likeness(catalogue, index, space)
    if not quantiles:
        return False
    with catalogue.writing() as rows:
        rows.spaces.save_likeness(space.id, quantiles, recordings)
    return True


def _draw(digests: Sequence[AudioDigest], seed: int) -> list[AudioDigest]:
    if len(digests) <= MOST_RECORDINGS:
        return list(digests)
    chosen = np.random.default_rng(seed).choice(len(digests), MOST_RECORDINGS, replace=False)
    return [digests[number] for number in sorted(chosen)]
