"""Names are compared without case, accents and typographic differences."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audio_ident.core.folding import KEY_CHARACTERS, fold, search_words, sort_key


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("Sigur Rós", "sigur ros"),
        ("Große Straße", "GROSSE STRASSE"),
        ("Mø", "MO"),
        ("Łódź", "lodz"),
        ("Ænima", "aenima"),
        ("Don’t Stop", "don't stop"),
        ("AC–DC", "ac-dc"),
        ("Ｆｕｌｌ　ｗｉｄｔｈ", "full width"),
        ("İstanbul", "istanbul"),
        ("e\u0301tude", "Étude"),
    ],
)
def test_spellings_of_one_name_are_equal(written: str, typed: str) -> None:
    """What a keyboard lacks makes no difference."""
    assert fold(written) == fold(typed)


def test_marks_that_make_another_letter_stay() -> None:
    """Voiced kana are other letters than unvoiced ones."""
    assert fold("が") != fold("か")


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    """A folded text is its own folded form."""
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_case_makes_no_difference(text: str) -> None:
    """Neither in what is stored nor in what is asked for."""
    assert fold(text.upper()) == fold(text.upper().casefold())


@given(st.text())
def test_every_word_of_a_name_finds_it(text: str) -> None:
    """Whoever types a name finds it."""
    assert all(word in fold(text) for word in search_words(text))


@given(st.text(min_size=KEY_CHARACTERS))
def test_keys_are_short_enough_for_an_index(text: str) -> None:
    """However long a name is."""
    assert len(sort_key(text)) <= KEY_CHARACTERS
