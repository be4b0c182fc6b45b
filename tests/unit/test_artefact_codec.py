"""An analysis becomes few bytes, and damage is noticed."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from audio_ident.errors import ArtefactCorrupt, BadInput
from audio_ident.stores.artefacts.codec import (
    decode_analysis,
    decode_section,
    encode_analysis,
)
from builders.analyses import assert_same_analysis, landmark_fields, new_analysis

ARRAYS = hnp.arrays(
    dtype=st.one_of(
        hnp.boolean_dtypes(),
        hnp.integer_dtypes(endianness="<"),
        hnp.unsigned_integer_dtypes(endianness="<"),
        hnp.floating_dtypes(endianness="<", sizes=(16, 32, 64)),
    ),
    shape=hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=20),
)
SCALARS = st.one_of(
    st.integers(), st.floats(allow_nan=False), st.text(st.characters(exclude_categories=["Cs"]))
)
FIELDS = st.dictionaries(st.text("abcdef_", min_size=1), st.one_of(ARRAYS, SCALARS), max_size=4)


@given(levels=FIELDS, landmarks=FIELDS)
def test_any_fields_come_back(levels: dict, landmarks: dict) -> None:
    """Every array of numbers, of any shape, and every scalar survives."""
    analysis = new_analysis(1, levels=levels, landmarks=landmarks)
    assert_same_analysis(decode_analysis(encode_analysis(analysis)), analysis)


@given(
    values=hnp.arrays(np.int64, 30),
    dtype=st.sampled_from(["i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8"]),
)
def test_sorted_integers_come_back(values: np.ndarray, dtype: str) -> None:
    """Differences may leave the range of the type and still add up."""
    analysis = new_analysis(1, landmarks={"frame": np.sort(values.astype(dtype))})
    assert_same_analysis(decode_analysis(encode_analysis(analysis)), analysis)


def test_landmarks_take_about_two_bytes_a_peak() -> None:
    """An hour of 30 peaks per second fits 270 kB."""
    fields = landmark_fields(3600)
    stored = encode_analysis(new_analysis(1, landmarks=fields))
    assert len(stored) / (3600 * 30) < 2.5


def test_the_same_analysis_gives_the_same_bytes() -> None:
    """Nothing of the time or the process goes into an artefact."""
    first, second = (encode_analysis(new_analysis(4, a=landmark_fields(5))) for _ in range(2))
    assert first == second


@given(place=st.floats(0, 1, exclude_max=True), change=st.integers(1, 255))
def test_one_changed_byte_is_noticed(place: float, change: int) -> None:
    """Wherever the damage lies."""
    stored = bytearray(encode_analysis(new_analysis(1, landmarks=landmark_fields(2))))
    stored[int(place * len(stored))] ^= change
    with pytest.raises(ArtefactCorrupt):
        decode_analysis(bytes(stored))


@given(place=st.floats(0, 1, exclude_max=True), change=st.integers(1, 255))
def test_one_changed_byte_never_changes_a_section(place: float, change: int) -> None:
    """A section that is read alone is right, or said to be damaged or not there."""
    fields = landmark_fields(2)
    stored = bytearray(encode_analysis(new_analysis(1, landmarks=fields)))
    stored[int(place * len(stored))] ^= change
    try:
        section = decode_section(bytes(stored), "landmarks")
    except ArtefactCorrupt:
        return
    assert section is not None
    np.testing.assert_equal(dict(section.fields), fields)


@given(share=st.floats(0, 1, exclude_max=True))
def test_a_cut_artefact_is_noticed(share: float) -> None:
    """A file that was not written to its end is corrupt, an empty one too."""
    stored = encode_analysis(new_analysis(1, landmarks=landmark_fields(2)))
    with pytest.raises(ArtefactCorrupt):
        decode_analysis(stored[: int(share * len(stored))])


def test_objects_cannot_be_stored() -> None:
    """Only numbers and texts go into an artefact."""
    with pytest.raises(BadInput):
        encode_analysis(new_analysis(1, a={"things": np.array([None])}))
    with pytest.raises(BadInput):
        encode_analysis(new_analysis(1, a={"things": [1, 2]}))  # type: ignore[dict-item]
