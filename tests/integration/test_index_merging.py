"""What happens while segments are being merged in the background."""

import dataclasses
import threading
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
import numpy.typing as npt

from audio_ident.model.segment import Allocate, Segment
from audio_ident.stores.fingerprints.index_reader import SegmentIndexReader
from audio_ident.stores.fingerprints.index_segments import SegmentIndex
from builders.plain_segments import content_of, contents, merge_plain_segments, plain_options
from builders.recordings import digest_of, random_landmarks


class Gate:
    """Merges as usual, but only once it is open."""

    def __init__(self) -> None:
        self.is_reached = threading.Event()
        self.is_open = threading.Event()

    def merge(
        self,
        segments: Sequence[Segment],
        alive: Sequence[npt.NDArray[np.bool_]],
        allocate: Allocate,
    ) -> Segment:
        """Wait, then merge."""
        self.is_reached.set()
        assert self.is_open.wait(20)
        return merge_plain_segments(segments, alive, allocate)


def _index(directory: Path, gate: Gate) -> SegmentIndex:
    return SegmentIndex(directory, dataclasses.replace(plain_options(fan_in=2), merge=gate.merge))


def _publish(index: SegmentIndex, number: int) -> None:
    index.add(digest_of(number), random_landmarks(number, count=100))
    index.publish()


def _content(seed: int) -> bytes:
    return content_of(random_landmarks(seed, count=100))


def _wait_until_merged(index: SegmentIndex) -> None:
    deadline_s = time.monotonic() + 20
    while index.statistics().segments > 1:
        assert time.monotonic() < deadline_s
        time.sleep(0.002)


def test_merging_shows_no_unpublished_change(tmp_path: Path) -> None:
    """A merge that ends between a replacement and its publication keeps the old state visible."""
    gate = Gate()
    with closing(SegmentIndexReader(tmp_path)) as reader, closing(_index(tmp_path, gate)) as index:
        _publish(index, 1)
        _publish(index, 2)
        assert gate.is_reached.wait(20)
        _publish(index, 3)
        _publish(index, 4)
        index.add(digest_of(2), random_landmarks(20, count=100))
        index.add(digest_of(3), random_landmarks(30, count=100))
        gate.is_open.set()
        _wait_until_merged(index)

        assert contents(reader.snapshot()) == {digest_of(n): _content(n) for n in (1, 2, 3, 4)}
        replaced = {digest_of(n): _content(10 * n if n in (2, 3) else n) for n in (1, 2, 3, 4)}
        assert contents(index.snapshot()) == replaced
        index.publish()
        assert contents(reader.snapshot()) == replaced


def test_recordings_that_die_during_a_merge_stay_dead(tmp_path: Path) -> None:
    """Deleted while its segment is being merged, even with all of it, a recording is gone."""
    gate = Gate()
    with closing(SegmentIndexReader(tmp_path)) as reader, closing(_index(tmp_path, gate)) as index:
        _publish(index, 1)
        _publish(index, 2)
        assert gate.is_reached.wait(20)
        index.delete(digest_of(1))
        index.publish()
        gate.is_open.set()
        _wait_until_merged(index)

        assert contents(reader.snapshot()) == {digest_of(2): _content(2)}
    with closing(SegmentIndex(tmp_path, plain_options())) as index:
        assert index.digests() == {digest_of(2)}


def test_writer_goes_on_while_merging(tmp_path: Path) -> None:
    """Adding, publishing and looking do not wait for a merge."""
    gate = Gate()
    with closing(_index(tmp_path, gate)) as index:
        for number in range(5):
            _publish(index, number)
        assert gate.is_reached.wait(20)

        assert len(contents(index.snapshot())) == 5
        assert not gate.is_open.is_set()
        gate.is_open.set()
