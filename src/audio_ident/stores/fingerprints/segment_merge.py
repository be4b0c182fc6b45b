"""Makes one segment file of several."""

from collections.abc import Sequence
from pathlib import Path

from audio_ident.model.analysis import AudioDigest
from audio_ident.stores.fingerprints.segment_file import (
    StoredSegment,
    check_arrays,
    write_segment,
)
from audio_ident.stores.fingerprints.segment_options import Merge
from audio_ident.stores.fingerprints.shelf import ShelvedSegment


def merge_into(path: Path, sources: Sequence[ShelvedSegment], merge: Merge) -> StoredSegment:
    """Write what readers see of some segments into one new file.

    Raises
    ------
    IndexCorrupt
        A source fails its checksum: damage must not be sealed with a new one.
    DiskFull, StoreInaccessible
        The sources are as they were.
    """
    for source in sources:
        check_arrays(source.stored)
    counts: dict[AudioDigest, int] = {}
    for source in sources:
        for row in source.published.nonzero()[0].tolist():
            digest = source.stored.segment.digests[row]
            counts[digest] = int(source.stored.landmark_counts[row])
    segments = [source.stored.segment for source in sources]
    alive = [source.published for source in sources]
    return write_segment(path, lambda allocate: merge(segments, alive, allocate), counts)
