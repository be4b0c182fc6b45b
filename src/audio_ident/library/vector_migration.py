"""Copies vectors from one store to another: resumable, compared at the end, the source untouched.

A recording is copied once: one that the target has with the same windows is passed by, so that a
copy that was killed goes on where it was. What filters see is taken from the catalogue, which knows
it better than any store; for what was passed by, whoever is told of the copy has to see to that.
What the target has and the source has not is deleted.
"""

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import numpy as np

from audio_ident.model.analysis import AudioDigest
from audio_ident.model.vectors import Entry, Passage, Space, WindowVectors
from audio_ident.stores.vectors.protocol import VectorIndex, VectorReader
from audio_ident.vibe_errors import VectorsUnreachable

AT_ONCE = 100
"""Recordings that are read and put together."""

SAMPLED = 50
"""Recordings whose vectors are compared again when everything is there."""

TOLERANCE = 2e-3
"""How far two stores may hold the same number apart: one of them may store fewer digits."""

OnProgress = Callable[[int, int, str], None]
"""Is told how many recordings of how many are copied, and the space at hand."""

PassagesOf = Callable[[Sequence[AudioDigest]], Mapping[AudioDigest, tuple[Passage, ...]]]
"""What filters see of recordings; those without tracks are left out."""

OnCopied = Callable[[Space, Sequence[Entry], Sequence[Entry]], None]
"""Is told what the target has durably now: what was put, and what was passed by."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class CopiedSpace:
    """One space that the target has entirely now."""

    space: Space
    recordings: int
    copied: int
    """The others were there before."""


def copy_vectors(
    source: VectorReader,
    target: VectorIndex,
    spaces: Iterable[Space],
    *,
    passages_of: PassagesOf,
    on_progress: OnProgress,
    on_copied: OnCopied,
) -> list[CopiedSpace]:
    """Let a store hold what another one holds; the caller has the right to write to both.

    Raises
    ------
    VectorsUnreachable
        The two differ at the end: somebody else writes to one of them.
    StoreProblem
        One of them cannot be asked; what was copied stays, and is not copied again.
    """
    copied = []
    for space in spaces:
        wanted = list(source.digests(space.id))
        strange = sorted(set(target.digests(space.id)).difference(wanted))
        target.put(space, [])
        if strange:
            target.delete(space.id, strange)
        done = count = 0
        on_progress(0, len(wanted), space.id)
        for batch in _batches(wanted):
            held, passages = source.windows_of(space.id, batch), passages_of(batch)
            entries = [
                Entry(digest=digest, windows=windows, passages=passages.get(digest, ()))
                for digest, windows in held.items()
            ]
            new, passed_by = _copy(target, space, entries)
            count += len(new)
            on_copied(space, new, passed_by)
            done += len(batch)
            on_progress(done, len(wanted), space.id)
        target.publish()
        _expect_equal(source, target, space, wanted)
        copied.append(CopiedSpace(space=space, recordings=len(wanted), copied=count))
    return copied


def _copy(
    target: VectorIndex, space: Space, entries: Sequence[Entry]
) -> tuple[list[Entry], list[Entry]]:
    """The recordings that were put, and those that the target had."""
    there = target.windows_of(space.id, [entry.digest for entry in entries])
    is_there = {e.digest: _are_equal(e.windows, there.get(e.digest)) for e in entries}
    missing = [entry for entry in entries if not is_there[entry.digest]]
    target.put(space, missing)
    target.publish()
    return missing, [entry for entry in entries if is_there[entry.digest]]


def _expect_equal(
    source: VectorReader, target: VectorReader, space: Space, wanted: Sequence[AudioDigest]
) -> None:
    """Compare which recordings there are, and the vectors of some, spread over all of them."""
    sample = list(wanted)[:: max(1, len(wanted) // SAMPLED)]
    here, there = source.windows_of(space.id, sample), target.windows_of(space.id, sample)
    if list(target.digests(space.id)) != list(wanted) or not all(
        digest in here and _are_equal(here[digest], there.get(digest)) for digest in sample
    ):
        raise VectorsUnreachable(
            f"the copy of {space.id} is not what was copied: somebody else writes to it"
        )


def _are_equal(one: WindowVectors, other: WindowVectors | None) -> bool:
    return (
        other is not None
        and one.vectors.shape == other.vectors.shape
        and np.array_equal(one.start_ms, other.start_ms)
        and np.array_equal(one.end_ms, other.end_ms)
        and np.allclose(one.vectors, other.vectors, rtol=0, atol=TOLERANCE)
    )


def _batches(digests: Sequence[AudioDigest]) -> Iterator[Sequence[AudioDigest]]:
    for start in range(0, len(digests), AT_ONCE):
        yield digests[start : start + AT_ONCE]
