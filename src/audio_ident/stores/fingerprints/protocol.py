"""What a fingerprint index owes.

An implementation

- MUST keep at most one set of landmarks for a digest: `add` of a known digest replaces;
- MUST be idempotent: adding the same twice, deleting what is not there, change nothing more;
- MUST have made a change durable when the call returns (`kill -9` afterwards loses nothing);
- MUST show readers whole generations: a change is visible entirely or not at all;
- MUST leave a snapshot that was taken unchanged for as long as it is held.

`tests/contract/test_fingerprint_index.py` runs every implementation through these rules.
"""

from typing import Protocol

from audio_ident.model.analysis import AudioDigest
from audio_ident.model.landmarks import Landmarks
from audio_ident.model.segment import Snapshot


class FingerprintReader(Protocol):
    """Sees the newest published generation, without locks."""

    def snapshot(self) -> Snapshot:
        """The newest generation; cheap when nothing changed."""
        ...


class FingerprintIndex(FingerprintReader, Protocol):
    """The one writer of an index; its own snapshots show every change at once."""

    def add(self, digest: AudioDigest, landmarks: Landmarks) -> None:
        """Index a recording, replacing what was known of it."""
        ...

    def delete(self, digest: AudioDigest) -> None:
        """Forget a recording; no error when it is not there."""
        ...

    def digests(self) -> frozenset[AudioDigest]:
        """Every recording that is indexed now."""
        ...

    def publish(self) -> None:
        """Make all changes visible to the readers of other processes."""
        ...

    def close(self) -> None:
        """Publish, finish background work, release the index."""
        ...
