"""What people may say of a track, and how it lies over what tags and path say."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audio_ident.errors import BadInput
from audio_ident.model.display import Origin, shown_album, shown_artist, shown_title, shown_year
from audio_ident.model.edits import EDITABLE, LONGEST_TEXT, checked_edit, edits_of
from audio_ident.model.tags import Edits, Tags, with_edits
from builders.reports import a_track


@pytest.mark.parametrize(
    ("field", "value", "stored"),
    [
        ("title", "  e\u0301tude ", "étude"),
        ("album", "", ""),
        ("date", "1999-05", "1999-05"),
        ("track_number", 7, 7),
        ("genres", ["Rock", "Rock", "Jazz"], ("Rock", "Jazz")),
        ("genres", [], ()),
        ("is_compilation", False, False),
        ("comment", "two\nlines", "two\nlines"),
        ("title", None, None),
    ],
)
def test_values_are_normalised(field: str, value: object, stored: object) -> None:
    """Composed letters, no spaces around, every genre once; null takes an edit back."""
    assert checked_edit(field, value) == stored


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("path", "/etc/passwd"),
        ("title", ""),
        ("title", " \t "),
        ("title", "nul\0"),
        ("title", "bell\x07"),
        ("title", "half \ud800"),
        ("title", "x" * (LONGEST_TEXT + 1)),
        ("title", 5),
        ("album", "line\nbreak"),
        ("date", "99"),
        ("date", "1999-13"),
        ("date", "١٩٩٩"),
        ("track_number", 0),
        ("track_number", True),
        ("track_number", 2**70),
        ("track_number", "7"),
        ("genres", "Rock"),
        ("genres", [""]),
        ("genres", ["x"] * 21),
        ("is_compilation", 1),
    ],
)
def test_what_cannot_be_stored_is_refused(field: str, value: object) -> None:
    """Before anything is written."""
    with pytest.raises(BadInput):
        checked_edit(field, value)


@given(st.text(), st.sampled_from(["title", "album", "comment"]))
def test_a_text_that_is_taken_is_taken_again(text: str, field: str) -> None:
    """What was normalised needs no normalising."""
    try:
        stored = checked_edit(field, text)
    except BadInput:
        return
    assert checked_edit(field, stored) == stored


def test_edits_win_over_tags_and_path() -> None:
    """And are told as edits."""
    track = a_track(tags=Tags(title="tag", artist="tag", date="1999"))
    edited = dataclasses.replace(track, edits=Edits(title="mine", date="2001-01"))

    assert (shown_title(edited).text, shown_title(edited).origin) == ("mine", Origin.EDIT)
    assert shown_artist(edited).origin is Origin.TAGS
    assert shown_year(edited) == 2001


def test_an_empty_album_hides_what_tags_and_path_say() -> None:
    """A person says that the track is on none."""
    track = dataclasses.replace(a_track(tags=Tags(album="tag")), edits=Edits(album=""))
    assert shown_album(track).text == ""
    assert track.claims.album is None


def test_lists_of_values_follow_the_edit() -> None:
    """Several artists in the tags do not outlive an edited artist."""
    tags = Tags(artist="a; b", artists=("a", "b"), genre="x", genres=("x",), composers=("c",))
    claims = with_edits(tags, Edits(artist="a & b", genres=("y", "z")))
    assert (claims.artists, claims.genre, claims.composers) == (("a & b",), "y; z", ("c",))


def test_every_editable_field_is_a_tag() -> None:
    """So that an edit has something to lie over."""
    assert set(EDITABLE) <= {field.name for field in dataclasses.fields(Tags)}


def test_values_of_another_version_are_left_out() -> None:
    """A field that this version does not know breaks nothing."""
    assert edits_of({"title": "a", "mood": "b"}) == Edits(title="a")
