"""What a vector index owes.

It holds the windows of recordings in one or more spaces. An implementation

- MUST keep spaces apart: a search sees the windows of its space alone, and vectors of another
  dimension, or numbers that are not finite, are refused with `BadInput`;
- MUST refuse with `BadInput` a space under a known id that was made in another way;
- MUST keep at most one entry for a digest in a space: `put` of a known digest replaces;
- MUST be idempotent: putting the same twice, deleting what is not there, change nothing more;
- MUST have made a change durable when `publish` returns (`kill -9` afterwards loses nothing), and
  MUST show each entry entirely or not at all, whenever it is killed;
- MUST find as many different recordings as are asked for, if there are that many that fit, however
  many windows of one recording are near;
- MUST give the same answer to the same question, ties by digest; cosines are right to 0.001;
- MUST find recordings without passages as long as no wish is made about passages;
- MUST raise a `StoreProblem` when it cannot be asked: an outage is never an empty answer.

`tests/contract/test_vector_index.py` runs every implementation through these rules, with
`exact_memory` as the oracle.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Protocol

from audio_ident.model.analysis import AudioDigest
from audio_ident.model.vectors import (
    Entry,
    Passage,
    RecordingHits,
    Space,
    SpaceId,
    Vectors,
    Where,
    WindowVectors,
)

EVERYTHING = Where()
"""Leaves nothing out."""


class VectorReader(Protocol):
    """Sees what is published, without locks; safe to use from any thread."""

    @property
    def name(self) -> str:
        """Which store this is, without secrets: rows remember by it what was put where."""
        ...

    def search(
        self,
        space_id: SpaceId,
        vectors: Vectors,
        *,
        recordings: int,
        windows_each: int = 3,
        where: Where = EVERYTHING,
    ) -> tuple[RecordingHits, ...]:
        """Recordings with the windows that are nearest to any of some vectors.

        Parameters
        ----------
        vectors
            What is looked for, shape `(m, dimension)`, each of length 1; `m` is at least 1.
        recordings
            How many different ones at most, the nearest first.
        windows_each
            How many windows of each at most.

        Raises
        ------
        BadInput
            The vectors are not of the space. A space that nothing was put into is empty.
        StoreProblem
            The index cannot be asked.
        """
        ...

    def windows_of(
        self, space_id: SpaceId, digests: Collection[AudioDigest]
    ) -> Mapping[AudioDigest, WindowVectors]:
        """Stored windows of those recordings that there are."""
        ...

    def digests(self, space_id: SpaceId) -> Iterator[AudioDigest]:
        """Every recording in a space, in order."""
        ...

    def close(self) -> None:
        """Release it."""
        ...


class VectorIndex(VectorReader, Protocol):
    """The one writer of an index; it sees its own changes at the latest after `publish`."""

    def put(self, space: Space, entries: Iterable[Entry]) -> None:
        """Add recordings to a space, replacing what was known of each; makes the space."""
        ...

    def describe(self, digest: AudioDigest, passages: tuple[Passage, ...]) -> None:
        """Replace what filters see of a recording, in every space that has it."""
        ...

    def delete(self, space_id: SpaceId, digests: Collection[AudioDigest]) -> None:
        """Forget recordings; no error for those that are not there."""
        ...

    def drop(self, space_id: SpaceId) -> None:
        """Forget a space, at once or with `publish`; no error when it is not there."""
        ...

    def publish(self) -> None:
        """Make all changes durable, and visible to readers of other processes."""
        ...
