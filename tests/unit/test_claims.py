"""Which texts of a tag are believed, and in what form."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audio_ident.core.claims import (
    MAX_TEXT_CHARACTERS,
    MAX_VALUES,
    clean_text,
    clean_texts,
    find_disc_id,
    find_flag,
    find_gain_db,
    find_isrc,
    find_peak,
    find_r128_gain_db,
    find_uuid,
    is_placeholder_name,
    is_placeholder_title,
    number_and_total,
)
from audio_ident.core.mojibake import repair_latin1
from audio_ident.core.tag_fields import tags_of
from audio_ident.model.tags import Tags

anything = st.text(st.characters(codec=None, exclude_categories=()), max_size=50)
FIELDS = (*Tags.__dataclass_fields__, "track", "track_total", "disc", "disc_total", "r128_track")


def is_storable(text: str) -> bool:
    """Whether any database takes a text."""
    text.encode("utf-8")
    return not any(ord(c) < 32 or 0x7F <= ord(c) < 0xA0 for c in text) and text == text.strip()


@given(anything)
def test_clean_text_can_always_be_stored(text: str) -> None:
    """No NUL, no control characters, no lone surrogates, bounded; and cleaning twice is enough."""
    clean = clean_text(text * 40)
    assert is_storable(clean)
    assert len(clean) <= MAX_TEXT_CHARACTERS
    assert clean_text(clean) == clean


@given(st.lists(anything, max_size=100))
def test_lists_are_bounded_and_have_no_blanks(texts: list[str]) -> None:
    """Each text once, at most as many as are useful."""
    cleaned = clean_texts(texts)
    assert len(cleaned) <= MAX_VALUES
    assert len(set(cleaned)) == len(cleaned)
    assert all(text and is_storable(text) for text in cleaned)


@given(st.dictionaries(st.sampled_from(FIELDS), st.lists(anything, max_size=5)))
def test_any_claims_become_tags_that_can_be_stored(claims: dict[str, list[str]]) -> None:
    """Whatever stands in a file: every text can be stored, every number is in its range."""
    tags, problems = tags_of(claims)
    for name in Tags.__dataclass_fields__:
        value = getattr(tags, name)
        json.dumps(value, allow_nan=False)
        for text in value if isinstance(value, tuple) else (value,):
            assert not isinstance(text, str) or is_storable(text)
    assert all(is_storable(problem) for problem in problems)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("B10BBBFC-CF9E-42E0-BE17-E2C3E1D2600D", "b10bbbfc-cf9e-42e0-be17-e2c3e1d2600d"),
        (" {b10bbbfc-cf9e-42e0-be17-e2c3e1d2600d} ", "b10bbbfc-cf9e-42e0-be17-e2c3e1d2600d"),
        ("b10bbbfccf9e42e0be17e2c3e1d2600d", None),
        ("00000000-0000-0000-0000-000000000000", None),
        ("", None),
    ],
)
def test_a_uuid_must_look_like_one(text: str, expected: str | None) -> None:
    """Lower case, with hyphens, and not all zero."""
    assert find_uuid(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("us-rc1-76-07839", "USRC17607839"),
        ("USRC17607839", "USRC17607839"),
        ("USRC1760783", None),
        ("0SRC17607839", None),
        ("１２RC17607839", None),
    ],
)
def test_an_isrc_must_look_like_one(text: str, expected: str | None) -> None:
    """Country, registrant, year and number, with or without hyphens."""
    assert find_isrc(text) == expected


def test_a_disc_id_must_look_like_one() -> None:
    """28 characters that end in a hyphen."""
    assert find_disc_id("49HHV7Eb8UKF3aQiNmu1GR8vKTY-") == "49HHV7Eb8UKF3aQiNmu1GR8vKTY-"
    assert find_disc_id("49HHV7Eb8UKF3aQiNmu1GR8vKTY") is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("-6.48 dB", -6.48),
        ("+2,5dB", 2.5),
        ("0", 0.0),
        ("99 dB", None),
        ("nan", None),
        ("1e3", None),
        ("", None),
    ],
)
def test_a_gain_is_a_number_of_decibels(text: str, expected: float | None) -> None:
    """With a sign, a comma or a unit; nothing that music cannot have."""
    assert find_gain_db(text) == expected


def test_a_peak_is_a_positive_number() -> None:
    """Full scale is 1."""
    assert find_peak("0.988553") == pytest.approx(0.988553)
    assert find_peak("-1") is None
    assert find_peak("inf") is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0", 5.0),
        ("-2560", -5.0),
        ("256", 6.0),
        ("-1", 5 - 1 / 256),
        ("40000", None),
        ("1.5", None),
    ],
)
def test_r128_gains_are_converted_to_the_reference_of_replaygain(
    text: str, expected: float | None
) -> None:
    """Whole 1/256 dB to -23 LUFS become dB to -18 LUFS: five more."""
    assert find_r128_gain_db(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3/12", (3, 12)),
        ("03 of 12", (3, 12)),
        ("/12", (None, 12)),
        ("0/0", (None, None)),
        ("A", (None, None)),
        ("999999", (None, None)),
    ],
)
def test_numbers_and_totals(text: str, expected: tuple[int | None, int | None]) -> None:
    """The usual ways to write both; 0 says nothing."""
    assert number_and_total(text) == expected


def test_flags() -> None:
    """The usual words for yes and no."""
    assert [find_flag(text) for text in ("1", "True", " no ", "0", "2")] == [
        True,
        True,
        False,
        False,
        None,
    ]


@pytest.mark.parametrize("text", ["Unknown Artist", " unknown artist ", "<Unknown>", "[unknown]"])
def test_placeholders_for_names(text: str) -> None:
    """What programs write for want of a name."""
    assert is_placeholder_name(text)


@pytest.mark.parametrize("text", ["Track 01", "AudioTrack 12", "Titel 3", "Untitled", "Piste_4"])
def test_placeholders_for_titles(text: str) -> None:
    """What programs write for want of a title."""
    assert is_placeholder_title(text)


@pytest.mark.parametrize(
    "text", ["Various", "Various Artists", "The Unknown", "Tracks of My Tears", "Track 01 (live)"]
)
def test_names_that_only_resemble_placeholders_stay(text: str) -> None:
    """Real names are believed."""
    assert not is_placeholder_name(text)
    assert not is_placeholder_title(text)


@pytest.mark.parametrize("meant", ["Jóga", "Größe – naïve", "日本語", "Кино", "♪"])
def test_utf8_that_was_declared_as_latin1_is_repaired(meant: str) -> None:
    """Its bytes follow the rules of UTF-8, which is no chance."""
    assert repair_latin1(meant.encode("utf-8").decode("latin-1")) == (meant, False)


@pytest.mark.parametrize(
    "text",
    [
        "Jóga",
        "Café del Mar",
        "Ænima",
        "Ñandú Ü Ö",
        "Motörhead",
        "plain",
        "",
        "©℗",
        "日本",
        "Sigur Rós",
    ],
)
def test_text_that_is_right_is_not_changed(text: str) -> None:
    """Latin-1 as it should be, and what is beyond it, stays and is not doubted."""
    assert repair_latin1(text) == (text, False)


@pytest.mark.parametrize(
    ("meant", "encoding"),
    [
        ("Кино и звезда", "cp1251"),
        ("日本の音楽", "shift-jis"),
        ("中文音乐", "gbk"),
        ("Don’t", "cp1252"),
    ],
)
def test_old_code_pages_are_left_alone_and_reported(meant: str, encoding: str) -> None:
    """There is no certain choice among them."""
    wrong = meant.encode(encoding).decode("latin-1")
    assert repair_latin1(wrong) == (wrong, True)


@given(st.text(max_size=30))
def test_repairing_never_fails_and_settles(text: str) -> None:
    """UTF-8 taken for Latin-1 comes back, whatever it says."""
    wrong = text.encode("utf-8").decode("latin-1")
    repaired, is_doubtful = repair_latin1(wrong)
    assert repaired in {text, wrong}
    assert repaired == text or is_doubtful
