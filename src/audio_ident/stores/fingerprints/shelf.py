"""The stored segments of a writer: what lives in them, for itself and for the readers."""

import dataclasses
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from audio_ident.model.analysis import AudioDigest
from audio_ident.stores.fingerprints.manifest import SegmentEntry
from audio_ident.stores.fingerprints.merge_policy import plan_merge
from audio_ident.stores.fingerprints.segment_file import StoredSegment

Alive: TypeAlias = npt.NDArray[np.bool_]
"""For each recording of a segment, shape `(n,)`, read-only."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ShelvedSegment:
    """A stored segment and what is alive in it."""

    stored: StoredSegment
    published: Alive
    """As readers see it."""
    alive: Alive
    """As the writer sees it: without what was deleted or replaced since."""

    @property
    def name(self) -> str:
        """File name, which no other segment ever had."""
        return self.stored.path.name

    @property
    def entry(self) -> SegmentEntry:
        """What the manifest says of it."""
        dead = np.flatnonzero(~self.published)
        return SegmentEntry(file_name=self.name, dead_rows=tuple(dead.tolist()))


class Shelf:
    """Knows for every stored recording that lives in which segment it lies."""

    def __init__(self) -> None:
        self._segments: dict[str, ShelvedSegment] = {}
        self._places: dict[AudioDigest, tuple[str, int]] = {}

    def __contains__(self, digest: AudioDigest) -> bool:
        return digest in self._places

    def segments(self) -> tuple[ShelvedSegment, ...]:
        """All of them, in order."""
        return tuple(self._segments.values())

    def digests(self) -> frozenset[AudioDigest]:
        """Every stored recording that lives."""
        return frozenset(self._places)

    def put(self, stored: StoredSegment, dead_rows: Sequence[int] = ()) -> None:
        """Take in a published segment."""
        alive = np.ones(len(stored.segment.digests), np.bool_)
        alive[list(dead_rows)] = False
        self._shelve(stored, alive, alive)

    def bury(self, digest: AudioDigest) -> None:
        """Forget a recording, unseen by readers until `publish`; no error when it is not there."""
        place = self._places.pop(digest, None)
        if place is not None:
            name, row = place
            known = self._segments[name]
            alive = known.alive.copy()
            alive[row] = False
            self._segments[name] = dataclasses.replace(known, alive=_frozen(alive))

    def publish(self) -> None:
        """Let readers see what the writer sees; segments without any life leave the shelf."""
        self._segments = {
            name: dataclasses.replace(known, published=known.alive)
            for name, known in self._segments.items()
            if known.alive.any()
        }

    def published(self) -> tuple[SegmentEntry, ...]:
        """What the manifest says now."""
        return tuple(known.entry for known in self._segments.values())

    def publishable(self) -> tuple[SegmentEntry, ...]:
        """What the manifest is to say once `publish` is called."""
        return tuple(
            dataclasses.replace(known, published=known.alive).entry
            for known in self._segments.values()
            if known.alive.any()
        )

    def plan(self, fan_in: int) -> tuple[ShelvedSegment, ...]:
        """Segments that should become one."""
        segments = self.segments()
        counts = [known.stored.landmark_counts for known in segments]
        alive = [int(c[k.published].sum()) for c, k in zip(counts, segments, strict=True)]
        stored = [int(c.sum()) for c in counts]
        return tuple(segments[i] for i in plan_merge(alive, stored, fan_in=fan_in))

    def replace(self, sources: Sequence[ShelvedSegment], merged: StoredSegment) -> None:
        """Put a merged segment in the place of its sources.

        Recordings may have died, or died for readers, while the segments were being merged; a
        source of which nothing was left may even have gone.
        """
        names = {source.name for source in sources}
        published = {
            digest
            for name in names & self._segments.keys()
            for digest in _chosen(self._segments[name].stored, self._segments[name].published)
        }
        digests = merged.segment.digests
        self._segments = {n: known for n, known in self._segments.items() if n not in names}
        self._shelve(
            merged,
            np.array([digest in published for digest in digests], np.bool_),
            np.array([self._places.get(d, ("", 0))[0] in names for d in digests], np.bool_),
        )

    def _shelve(self, stored: StoredSegment, published: Alive, alive: Alive) -> None:
        name = stored.path.name
        self._segments[name] = ShelvedSegment(
            stored=stored, published=_frozen(published), alive=_frozen(alive)
        )
        for row in np.flatnonzero(alive).tolist():
            self._places[stored.segment.digests[row]] = (name, row)


def _chosen(stored: StoredSegment, rows: Alive) -> list[AudioDigest]:
    return [stored.segment.digests[row] for row in np.flatnonzero(rows).tolist()]


def _frozen(alive: Alive) -> Alive:
    alive.flags.writeable = False
    return alive
