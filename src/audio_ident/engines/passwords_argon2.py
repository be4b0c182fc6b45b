"""Passwords as argon2id hashes, with the parameters that the library recommends at the time."""

import argon2


class Argon2Passwords:
    """Hashes passwords; a hash takes about 64 MiB and 50 ms, which is what makes guessing slow."""

    def __init__(self) -> None:
        self._hasher = argon2.PasswordHasher()

    def hash(self, password: str) -> str:
        """The hash of a password, with its own salt and parameters in it."""
        return self._hasher.hash(password)

    def is_right(self, password: str, stored: str) -> bool:
        """Whether a hash is of that password."""
        try:
            return self._hasher.verify(stored, password)
        except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
            return False

    def is_outdated(self, stored: str) -> bool:
        """Whether a hash was made with other parameters than those of today."""
        return self._hasher.check_needs_rehash(stored)
