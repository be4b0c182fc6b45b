"""Segments: built, merged and read without losing or inventing anything."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from audio_ident.core.hashes import postings_of_recording
from audio_ident.core.kernels import Lookup
from audio_ident.core.layout import GAP_FRAMES, first_frames_of, frame_counts_of, peaks_of
from audio_ident.core.places import hits_in
from audio_ident.core.segments import build_segment, merge_segments
from audio_ident.model.analysis import AudioDigest
from audio_ident.model.landmarks import Landmarks
from audio_ident.model.segment import Segment
from builders.music import digest_of

Recordings = list[tuple[AudioDigest, Landmarks]]


def _recordings(seed: int, count: int) -> Recordings:
    rng = np.random.default_rng(seed)
    made: Recordings = []
    for number in range(count):
        frames = int(rng.integers(0, 900))
        peaks = int(rng.integers(0, 2 * frames + 1))
        landmarks = Landmarks(
            frame=np.sort(rng.integers(0, max(frames, 1), peaks)).astype(np.uint32),
            bin=rng.integers(8, 510, peaks).astype(np.uint16),
            strength=np.zeros(peaks, np.uint8),
            frame_count=frames,
        )
        made.append((digest_of(1000 * seed + number), landmarks))
    return made


def _assert_same(one: Segment, other: Segment) -> None:
    assert one.digests == other.digests
    assert one.parameters == other.parameters
    assert one.arrays.keys() == other.arrays.keys()
    for name, array in one.arrays.items():
        assert np.array_equal(array, other.arrays[name]), name


@given(st.lists(st.lists(st.booleans(), max_size=4), max_size=4), st.integers(0, 1000))
@settings(max_examples=30, deadline=None)
def test_merging_equals_building_from_the_living(alive: list[list[bool]], seed: int) -> None:
    """A merge is bit for bit the segment that the kept recordings would have made."""
    groups = [_recordings(seed + i, len(kept)) for i, kept in enumerate(alive)]
    merged = merge_segments(
        [build_segment(group) for group in groups], [np.array(kept, np.bool_) for kept in alive]
    )
    living = [
        recording
        for group, kept in zip(groups, alive, strict=True)
        for recording, is_kept in zip(group, kept, strict=True)
        if is_kept
    ]
    _assert_same(merged, build_segment(living))


def test_the_peaks_of_a_recording_are_stored_at_its_place() -> None:
    """Every landmark is found again at its frame after the recording's first one."""
    recordings = _recordings(5, 3)
    segment = build_segment(recordings)
    peaks = peaks_of(segment)
    blocks = np.repeat(
        np.arange(len(peaks.block_start) - 1), np.diff(peaks.block_start.astype(np.int64))
    )
    frames = blocks * 256 + peaks.frame_in_block
    for (_, landmarks), first in zip(recordings, first_frames_of(segment).tolist(), strict=True):
        own = (frames >= first) & (frames < first + max(landmarks.frame_count, 1))
        assert np.array_equal(frames[own] - first, landmarks.frame)
        assert np.array_equal(peaks.bin[own], landmarks.bin)


def test_recordings_lie_too_far_apart_for_a_clip_to_reach_two() -> None:
    """Between the end of one and the beginning of the next lie at least GAP_FRAMES."""
    segment = build_segment(_recordings(6, 4))
    starts = first_frames_of(segment).astype(np.int64)
    counts = frame_counts_of(segment).astype(np.int64)
    assert starts[0] >= GAP_FRAMES
    assert (starts[1:] - (starts + counts)[:-1] >= GAP_FRAMES).all()


def test_an_empty_library_is_a_segment_too() -> None:
    """Nothing merges with nothing."""
    _assert_same(merge_segments([], []), build_segment([]))


@given(st.integers(0, 1000), st.integers(1, 4))
@settings(max_examples=25, deadline=None)
def test_every_posting_of_a_range_of_hashes_is_found(seed: int, count: int) -> None:
    """A look-up finds what stands in the recordings, also across the edge of two buckets."""
    recordings = _recordings(seed, count)
    segment = build_segment(recordings)
    keys = [postings_of_recording(landmarks) for _, landmarks in recordings]
    starts = first_frames_of(segment).astype(np.int64)
    hashes = np.concatenate([found for found, _ in keys]).astype(np.int64)
    frames = np.concatenate([f + first for (_, f), first in zip(keys, starts, strict=True)])
    firsts = np.unique(np.concatenate([hashes, np.maximum(hashes - 1, 0)]))
    lookup = Lookup(
        first_hash=firsts.astype(np.uint32),
        last_hash=(firsts + 1).astype(np.uint32),
        frame=np.zeros(len(firsts), np.int32),
    )
    wanted = [frames[(hashes == first) | (hashes == first + 1)] for first in firsts.tolist()]
    expected = np.concatenate([np.zeros(0, np.int64), *wanted])
    assert np.array_equal(np.sort(hits_in(segment, lookup, 10**9)), np.sort(expected))
