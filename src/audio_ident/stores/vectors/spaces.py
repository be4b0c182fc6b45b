"""What every vector index refuses."""

import dataclasses
import json
from typing import Any

import numpy as np

from audio_ident.errors import BadInput
from audio_ident.model.vectors import Entry, Passage, Space, Vectors

NOTHING_KNOWN = (Passage(start_ms=0, end_ms=0, track_ids=()),)
"""What a recording is taken to consist of that has no passages: it fits no wish."""


def encoded_space(space: Space) -> dict[str, Any]:
    """A space as JSON knows it."""
    fields = {field.name: getattr(space, field.name) for field in dataclasses.fields(Space)}
    known: dict[str, Any] = json.loads(json.dumps(fields, default=dict))
    return known


def require_same_space(held: Space, given: Space) -> None:
    """Refuse a space whose id stands for another one: theirs would not be comparable vectors.

    Raises
    ------
    BadInput
        Something but the id differs.
    """
    if encoded_space(held) != encoded_space(given):
        raise BadInput(f"the space {given.id} is known, and made in another way")


def require_entry_of(space: Space, entry: Entry) -> None:
    """Refuse vectors that are not of a space, or no numbers.

    Raises
    ------
    BadInput
        Another dimension, other times than vectors, or numbers that are not finite.
    """
    windows = entry.windows
    if windows.vectors.ndim != 2 or windows.vectors.shape[1] != space.dimension:
        raise BadInput(f"{windows.vectors.shape} is not of the space {space.id}")
    if not len(windows.vectors) == len(windows.start_ms) == len(windows.end_ms):
        raise BadInput(f"recording {entry.digest} has other times than vectors")
    if not np.isfinite(windows.vectors).all():
        raise BadInput(f"recording {entry.digest} has vectors that are no numbers")


def require_query_of(space: Space, vectors: Vectors) -> None:
    """Refuse what cannot be compared with the vectors of a space.

    Raises
    ------
    BadInput
        Another dimension, no vector, or numbers that are not finite.
    """
    if vectors.ndim != 2 or not len(vectors) or vectors.shape[1] != space.dimension:
        raise BadInput(f"{vectors.shape} is no query of {space.dimension} dimensions")
    if not np.isfinite(vectors).all():
        raise BadInput("a query of something that is no number")
