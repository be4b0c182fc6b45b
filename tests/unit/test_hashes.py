"""Hashes of a recording are found again by those of a clip."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from audio_ident.core.clip import listen_to_clip
from audio_ident.core.hashes import (
    hashes_of,
    lookup_of_pairs,
    pairs_of_clip,
    postings_of_recording,
)
from audio_ident.core.layout import HASH_BITS
from audio_ident.core.spectrum import INDEX_HOP_SAMPLES
from audio_ident.model.audio import MONO_RATE_HZ
from builders.music import cut, landmarks_of, music

PAIR = st.tuples(st.integers(0, 511), st.integers(-64, 63), st.integers(0, 63))


@given(PAIR, PAIR)
def test_different_pairs_have_different_hashes(
    one: tuple[int, ...], other: tuple[int, ...]
) -> None:
    """A hash fits its bits and tells bin, step and time apart."""
    first, second = (hashes_of(*(np.array([part]) for part in pair))[0] for pair in (one, other))
    assert first < 2**HASH_BITS
    assert (first == second) == (one == other)


def test_most_hashes_of_a_recording_are_found_by_a_clip_of_it() -> None:
    """Two in five postings within a clean clip agree with a look-up in hash and place."""
    start_s, seconds = 8.0, 6.0
    hashes, frames = postings_of_recording(landmarks_of(music(1)))
    lookup = lookup_of_pairs(pairs_of_clip(listen_to_clip(cut(music(1), start_s, seconds))))
    first = start_s * MONO_RATE_HZ / INDEX_HOP_SAMPLES
    inside = (frames > first + 8) & (frames < first + 130)
    found = [
        bool(
            (
                (lookup.first_hash <= h)
                & (h <= lookup.last_hash)
                & (np.abs(frame - first - lookup.frame) <= 1)
            ).any()
        )
        for h, frame in zip(hashes[inside], frames[inside].astype(np.int64), strict=True)
    ]
    assert np.mean(found) > 0.4
