"""Musical keys as people write them."""

import pytest

from audio_ident.core.listeners.key import NAMES
from audio_ident.model.keys import key_named


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Am", "A minor"),
        ("a minor", "A minor"),
        ("A MINOR", "A minor"),
        ("Bb", "A# major"),
        ("c♭ maj", "B major"),
        ("F#min", "F# minor"),
        (" d ", "D major"),
        ("H moll", None),
        ("minor", None),
        ("", None),
    ],
)
def test_keys_are_understood_as_people_write_them(written: str, name: str | None) -> None:
    """Short or long, sharp or flat; what names no key is told apart."""
    assert key_named(written) == name


@pytest.mark.parametrize("mode", ["major", "minor"])
def test_names_of_analyses_are_themselves(mode: str) -> None:
    """All 24 of them."""
    names = [f"{pitch} {mode}" for pitch in NAMES]

    assert [key_named(name) for name in names] == names
