"""A password that was right counts for a while, and only while it is the owner's."""

import dataclasses
import datetime

from audio_ident.library.accounts.remembered import LIFE_S, MOST_KEPT, RememberedPasswords
from audio_ident.model.accounts import Owner

AT = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
OWNER = Owner(name="Kim", password_hash="hash of it", created_at=AT, changed_at=AT)  # noqa: S106


class StillClock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        """The time."""
        return self.now_s


def test_what_was_right_is_right_for_a_while() -> None:
    """No other name and no other password is."""
    clock = StillClock()
    passwords = RememberedPasswords(clock, b"secret")
    assert not passwords.are_right(OWNER, "Kim", "geese")
    passwords.add(OWNER, "Kim", "geese")

    assert passwords.are_right(OWNER, "Kim", "geese")
    assert not passwords.are_right(OWNER, "Kim", "ducks")
    assert not passwords.are_right(OWNER, "Kimg", "eese")
    clock.now_s += LIFE_S
    assert not passwords.are_right(OWNER, "Kim", "geese")


def test_a_changed_password_ends_what_was_remembered() -> None:
    """At once."""
    passwords = RememberedPasswords(StillClock(), b"secret")
    passwords.add(OWNER, "Kim", "geese")

    changed = dataclasses.replace(OWNER, password_hash="another")  # noqa: S106

    assert not passwords.are_right(changed, "Kim", "geese")


def test_little_is_remembered() -> None:
    """The newest."""
    passwords = RememberedPasswords(StillClock(), b"secret")
    for number in range(MOST_KEPT + 1):
        passwords.add(OWNER, f"Kim{number}", "geese")

    kept = [passwords.are_right(OWNER, f"Kim{number}", "geese") for number in range(MOST_KEPT + 1)]

    assert kept == [False] + [True] * MOST_KEPT
