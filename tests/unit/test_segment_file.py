"""Segment files: what is written is read, and nothing else is taken for it."""

import gc
import mmap
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audio_ident.errors import DiskFull, IndexCorrupt
from audio_ident.model.analysis import AudioDigest
from audio_ident.model.segment import Allocate, Segment, Snapshot
from audio_ident.stores.fingerprints.segment_file import (
    StoredSegment,
    check_segment,
    open_segment,
    write_segment,
)
from builders.plain_segments import build_plain_segment, content_of, contents
from builders.recordings import digest_of, random_landmarks

SHAPES = st.lists(
    st.tuples(
        st.sampled_from(["u1", "<u2", ">u4", "<i8", "<f4", "?"]),
        st.lists(st.integers(0, 40), min_size=1, max_size=2),
    ),
    max_size=5,
)


def _written(path: Path, numbers: range) -> StoredSegment:
    recordings = [(digest_of(n), random_landmarks(n)) for n in numbers]
    counts = {digest: len(landmarks.frame) for digest, landmarks in recordings}
    return write_segment(path, lambda allocate: build_plain_segment(recordings, allocate), counts)


def _contents(stored: StoredSegment) -> dict[AudioDigest, bytes]:
    alive = np.ones(len(stored.segment.digests), np.bool_)
    return contents(Snapshot(generation=1, segments=(stored.segment,), alive=(alive,)))


def test_recordings_are_read_back(tmp_path: Path) -> None:
    """Digests, landmark counts and arrays come back as they were written."""
    stored = _written(tmp_path / "a.seg", range(30))

    assert _contents(stored) == {digest_of(n): content_of(random_landmarks(n)) for n in range(30)}
    assert stored.landmark_counts.tolist() == [len(random_landmarks(n).frame) for n in range(30)]
    assert stored.segment.parameters == {"layout": 0}
    assert [path.name for path in tmp_path.iterdir()] == ["a.seg"]


@given(shapes=SHAPES, is_allocated=st.booleans())
def test_arrays_of_every_kind_are_read_back(
    tmp_path_factory: pytest.TempPathFactory,
    shapes: list[tuple[str, list[int]]],
    is_allocated: bool,
) -> None:
    """Any type and shape is kept, whether the array was allocated in the file or brought along."""
    rng = np.random.default_rng(1)
    arrays = {
        f"array_{i}": rng.integers(0, 2, size=shape).astype(kind)
        for i, (kind, shape) in enumerate(shapes)
    }

    def make(allocate: Allocate) -> Segment:
        made = dict(arrays)
        for name, array in arrays.items():
            if is_allocated:
                made[name] = allocate(name, array.shape, array.dtype)
                made[name][...] = array
        return Segment(digests=(), arrays=made, parameters={"bits": 7})

    stored = write_segment(tmp_path_factory.mktemp("kinds") / "a.seg", make, {})

    assert stored.segment.arrays.keys() == arrays.keys()
    for name, array in arrays.items():
        np.testing.assert_array_equal(stored.segment.arrays[name], array)
        assert stored.segment.arrays[name].shape == array.shape
    check_segment(stored.path)


def test_array_cut_after_allocation_is_kept_short(tmp_path: Path) -> None:
    """An array may be allocated too large and cut, and scratch arrays are left out."""

    def make(allocate: Allocate) -> Segment:
        allocate("scratch", (100,), np.dtype(np.uint8))[:] = 1
        array = allocate("kept", (1000,), np.dtype(np.uint32))
        array[:] = np.arange(1000)
        strided = array[::2]
        return Segment(digests=(), arrays={"kept": array[:7], "even": strided}, parameters={})

    arrays = write_segment(tmp_path / "a.seg", make, {}).segment.arrays

    assert arrays["kept"].tolist() == list(range(7))
    assert arrays["even"].tolist() == list(range(0, 1000, 2))
    assert arrays.keys() == {"kept", "even"}


def test_arrays_are_read_only(tmp_path: Path) -> None:
    """Nobody can write into a stored segment."""
    for array in _written(tmp_path / "a.seg", range(3)).segment.arrays.values():
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0


def test_arrays_outlive_the_file(tmp_path: Path) -> None:
    """A segment that was removed can be read as long as somebody holds an array of it."""
    stored = _written(tmp_path / "a.seg", range(5))
    expected = stored.segment.arrays["peak_frame"].copy()
    array = stored.segment.arrays["peak_frame"]
    (tmp_path / "a.seg").unlink()
    del stored
    gc.collect()

    np.testing.assert_array_equal(array, expected)


def _flip(path: Path, position: int) -> None:
    content = bytearray(path.read_bytes())
    content[position] ^= 0x40
    path.write_bytes(content)


def test_every_flipped_byte_that_matters_is_noticed(tmp_path: Path) -> None:
    """A check fails, or what is read is still right: no damage is taken for data."""
    path = tmp_path / "a.seg"
    expected = _contents(_written(path, range(3)))
    sound = path.read_bytes()
    noticed = 0
    for position in (*range(64), *range(mmap.PAGESIZE, len(sound), 97), len(sound) - 1):
        path.write_bytes(sound)
        _flip(path, position)
        try:
            content = _contents(check_segment(path))
        except IndexCorrupt:
            noticed += 1
        else:
            assert content == expected

    assert noticed >= 40


@pytest.mark.parametrize("array", ["peak_frame", "peak_bin", "peak_strength", "peak_count"])
def test_damaged_array_is_named(tmp_path: Path, array: str) -> None:
    """A check tells which array is damaged; opening alone does not read it."""
    path = tmp_path / "a.seg"
    values = _written(path, range(3)).segment.arrays[array].tobytes()
    _flip(path, path.read_bytes().index(values))

    open_segment(path)
    with pytest.raises(IndexCorrupt, match=array):
        check_segment(path)


@pytest.mark.parametrize("size", [0, 10, 63, 64, 4096, -1])
def test_truncated_file_is_refused(tmp_path: Path, size: int) -> None:
    """A file that lost its end cannot be opened."""
    path = tmp_path / "a.seg"
    _written(path, range(3))
    path.write_bytes(path.read_bytes()[:size])

    with pytest.raises(IndexCorrupt):
        open_segment(path)


def test_nothing_remains_of_a_failed_write(tmp_path: Path) -> None:
    """When the disk cannot hold an array, it is said so and no file is left."""

    def make(allocate: Allocate) -> Segment:
        array = allocate("huge", (1 << 60,), np.dtype(np.uint8))
        return Segment(digests=(), arrays={"huge": array}, parameters={})

    with pytest.raises(DiskFull):
        write_segment(tmp_path / "a.seg", make, {})

    assert list(tmp_path.iterdir()) == []
