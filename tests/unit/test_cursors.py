"""Cursors stand for the place that they were made for, and are refused elsewhere."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audio_ident.library.cursors import cursor_of, place_of
from audio_ident.model.browse import Place
from audio_ident.refusals import ValidationFailed

_KEYS = (
    st.text(st.characters(exclude_categories=["Cs"]))
    | st.integers(0, 2**62)
    | st.datetimes(timezones=st.just(datetime.UTC))
)


@given(_KEYS, st.uuids(), st.integers(2, 10**6))
def test_a_cursor_gives_its_place_back(key: str | int, track: object, page: int) -> None:
    """Names of any letters, numbers and moments."""
    place = Place(key=key, track_id=str(track), page=page)
    assert place_of(cursor_of(place, "query"), "query") == place


@given(st.text(max_size=200))
def test_anything_else_is_refused(text: str) -> None:
    """No text that somebody makes up crashes or is taken."""
    with pytest.raises(ValidationFailed):
        place_of(text, "query")


def test_a_cursor_of_another_query_is_refused() -> None:
    """It would go on in the middle of other tracks."""
    cursor = cursor_of(Place(key="a", track_id="b", page=2), "one query")
    with pytest.raises(ValidationFailed):
        place_of(cursor, "another query")


def test_a_changed_cursor_is_refused() -> None:
    """One letter is enough."""
    cursor = cursor_of(Place(key="a", track_id="b", page=2), "query")
    changed = cursor[:-2] + ("A" if cursor[-2] != "A" else "B") + cursor[-1]
    with pytest.raises(ValidationFailed):
        place_of(changed, "query")
