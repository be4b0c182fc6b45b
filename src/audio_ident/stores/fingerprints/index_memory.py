"""A fingerprint index in memory: nothing to open, nothing that lasts."""

from audio_ident.model.analysis import AudioDigest
from audio_ident.model.landmarks import Landmarks
from audio_ident.model.segment import Snapshot
from audio_ident.stores.fingerprints.pending import PendingRecordings
from audio_ident.stores.fingerprints.segment_options import DEFAULT_OPTIONS, SegmentOptions


class MemoryIndex:
    """A `FingerprintIndex` that is its own only reader."""

    def __init__(self, options: SegmentOptions = DEFAULT_OPTIONS) -> None:
        self._recordings = PendingRecordings(options.build, fan_in=options.fan_in)
        self._generation = 0
        self._snapshot: Snapshot | None = None

    def snapshot(self) -> Snapshot:
        """Everything that was added until now."""
        if self._snapshot is None:
            parts = self._recordings.searchable()
            self._snapshot = Snapshot(
                generation=self._generation,
                segments=tuple(segment for segment, _ in parts),
                alive=tuple(alive for _, alive in parts),
            )
        return self._snapshot

    def add(self, digest: AudioDigest, landmarks: Landmarks) -> None:
        """Index a recording, replacing what was known of it."""
        self._recordings.put(digest, landmarks)
        self._changed()

    def delete(self, digest: AudioDigest) -> None:
        """Forget a recording; no error when it is not there."""
        if digest in self._recordings:
            self._recordings.drop(digest)
            self._changed()

    def digests(self) -> frozenset[AudioDigest]:
        """Every recording that is indexed now."""
        return self._recordings.digests()

    def publish(self) -> None:
        """Nothing to do: there are no other processes to show it to."""

    def close(self) -> None:
        """Nothing to release."""

    def _changed(self) -> None:
        self._generation += 1
        self._snapshot = None
