"""What a query read of a large segment does not stay in memory."""

import sys
from pathlib import Path

import numpy as np
import pytest

from audio_ident.model.segment import Allocate, Segment, keep_pages
from audio_ident.stores.fingerprints.segment_file import (
    RELEASE_FROM_BYTES,
    StoredSegment,
    write_segment,
)

PAGE_BYTES = 4096


def _stored(path: Path, size_bytes: int) -> StoredSegment:
    def make(allocate: Allocate) -> Segment:
        array = allocate("numbers", (size_bytes // 4,), np.dtype(np.uint32))
        array[...] = np.arange(len(array))
        return Segment(digests=(), arrays={"numbers": array}, parameters={})

    return write_segment(path, make, {})


def _resident_file_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[2]) * PAGE_BYTES


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_released_segment_takes_no_memory_and_is_unchanged(tmp_path: Path) -> None:
    """Reading makes pages resident, releasing gives them back, reading again gives the same."""
    size = 2 * RELEASE_FROM_BYTES
    segment = _stored(tmp_path / "large.seg", size).segment
    numbers = segment.arrays["numbers"]
    total = int(numbers.sum(dtype=np.int64))
    read = _resident_file_bytes()
    segment.release()

    assert read - _resident_file_bytes() > 0.9 * size
    assert int(numbers.sum(dtype=np.int64)) == total == (size // 4) * (size // 4 - 1) // 2


def test_small_segment_stays_resident(tmp_path: Path) -> None:
    """Releasing a small segment, or one in memory, does nothing."""
    assert _stored(tmp_path / "small.seg", 1000).segment.release is keep_pages
    assert Segment(digests=(), arrays={}, parameters={}).release is keep_pages
