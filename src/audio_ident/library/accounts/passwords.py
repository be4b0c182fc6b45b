"""Hashing and checking of passwords, at most a few at once."""

import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from audio_ident.errors import BadInput
from audio_ident.model.accounts import LONGEST_PASSWORD, SHORTEST_PASSWORD
from audio_ident.refusals import RateLimited

AT_ONCE = 2
"""Hashes made at the same time; each holds 64 MiB."""

IN_LINE = 6
"""Requests at most, those at work included, that may hold a thread of the service for a hash."""

RETRY_S = 2.0
"""When a place is likely to be free again: the whole line takes less."""


class PasswordHasher(Protocol):
    """Makes hashes that are slow to guess from."""

    def hash(self, password: str) -> str:
        """The hash of a password, with its own salt and parameters in it."""
        ...

    def is_right(self, password: str, stored: str) -> bool:
        """Whether a hash is of that password."""
        ...

    def is_outdated(self, stored: str) -> bool:
        """Whether a hash was made with other parameters than those of today."""
        ...


class Passwords:
    """Passwords of people: any two ways to type the same characters are the same password."""

    def __init__(self, hasher: PasswordHasher) -> None:
        self._hasher = hasher
        self._line = threading.BoundedSemaphore(IN_LINE)
        self._at_work = threading.BoundedSemaphore(AT_ONCE)

    def hash(self, password: str) -> str:
        """What is stored of a password; refuses one that is too short or too long."""
        if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
            raise BadInput(
                f"a password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters, "
                f"this one has {len(password)}"
            )
        with self._turn():
            return self._hasher.hash(_composed(password))

    def is_right(self, password: str, stored: str) -> bool:
        """Whether a password is the stored one; takes as long either way."""
        with self._turn():
            return self._hasher.is_right(_composed(password), stored)

    def is_outdated(self, stored: str) -> bool:
        """Whether the stored hash should be made again at the next log-in."""
        return self._hasher.is_outdated(stored)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._line.acquire(blocking=False):
            raise RateLimited("too many log-ins at this moment", retry_after_s=RETRY_S)
        try:
            with self._at_work:
                yield
        finally:
            self._line.release()


def _composed(password: str) -> str:
    return unicodedata.normalize("NFC", password)
