"""The memory segment: recordings that are in the log but in no segment file yet."""

import numpy as np
import numpy.typing as npt

from audio_ident.core.segments import allocate_in_memory
from audio_ident.model.analysis import AudioDigest
from audio_ident.model.landmarks import Landmarks
from audio_ident.model.segment import Segment
from audio_ident.stores.fingerprints.merge_policy import plan_merge
from audio_ident.stores.fingerprints.segment_options import Build


class PendingRecordings:
    """Recordings by digest, made searchable in parts, so that a new one does not rebuild all."""

    def __init__(self, build: Build, *, fan_in: int) -> None:
        self._build = build
        self._fan_in = fan_in
        self._recordings: dict[AudioDigest, Landmarks] = {}
        self._parts: list[Segment] = []
        self._part_of: dict[AudioDigest, Segment] = {}
        self.landmark_count = 0

    def __len__(self) -> int:
        return len(self._recordings)

    def __contains__(self, digest: AudioDigest) -> bool:
        return digest in self._recordings

    def put(self, digest: AudioDigest, landmarks: Landmarks) -> None:
        """Add a recording, replacing what was known of it."""
        self.drop(digest)
        self._recordings[digest] = landmarks
        self.landmark_count += len(landmarks.frame)

    def drop(self, digest: AudioDigest) -> None:
        """Forget a recording; no error when it is not there."""
        landmarks = self._recordings.pop(digest, None)
        if landmarks is not None:
            self.landmark_count -= len(landmarks.frame)
            self._part_of.pop(digest, None)

    def clear(self) -> None:
        """Forget all of them."""
        self._recordings, self._parts, self._part_of = {}, [], {}
        self.landmark_count = 0

    def recordings(self) -> list[tuple[AudioDigest, Landmarks]]:
        """All of them, oldest first."""
        return list(self._recordings.items())

    def landmark_counts(self) -> dict[AudioDigest, int]:
        """Landmarks of each recording."""
        return {digest: len(marks.frame) for digest, marks in self._recordings.items()}

    def digests(self) -> frozenset[AudioDigest]:
        """Every recording that is here."""
        return frozenset(self._recordings)

    def searchable(self) -> list[tuple[Segment, npt.NDArray[np.bool_]]]:
        """Segments in memory that together hold all recordings, and what is alive in them."""
        fresh = [digest for digest in self._recordings if digest not in self._part_of]
        if fresh:
            self._make_part(fresh)
        self._merge_parts()
        return [(part, self._alive_in(part)) for part in self._parts]

    def _make_part(self, digests: list[AudioDigest]) -> None:
        part = self._build([(d, self._recordings[d]) for d in digests], allocate_in_memory)
        self._parts.append(part)
        self._part_of.update(dict.fromkeys(digests, part))

    def _alive_in(self, part: Segment) -> npt.NDArray[np.bool_]:
        alive = np.array([self._part_of.get(digest) is part for digest in part.digests], np.bool_)
        alive.flags.writeable = False
        return alive

    def _merge_parts(self) -> None:
        self._parts = [part for part in self._parts if self._alive_in(part).any()]
        while plan := self._plan():
            chosen = [self._parts[position] for position in plan]
            digests = [d for part in chosen for d in part.digests if self._part_of.get(d) is part]
            self._parts = [part for i, part in enumerate(self._parts) if i not in plan]
            self._make_part(digests)

    def _plan(self) -> tuple[int, ...]:
        counts = [
            sum(len(self._recordings[d].frame) for d in p.digests if self._part_of.get(d) is p)
            for p in self._parts
        ]
        return plan_merge(counts, counts, fan_in=self._fan_in)
