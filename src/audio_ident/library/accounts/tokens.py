"""Secrets that the service makes: shown once, kept as hashes.

They are 256 random bits, which nobody guesses however fast a hash is, so a plain SHA-256 keeps
them as well as a slow hash would, and costs nothing for each request. The row is found by the hash:
how long the look-up takes tells about the hash and nothing about a secret that has it.
"""

import hashlib
import secrets

KEY_PREFIX = "aid_"
"""Start of every API key, so that people and scanners of leaked secrets recognise one."""

HINT_CHARACTERS = len(KEY_PREFIX) + 4
"""What is kept of a key for people; the rest has more than 230 bits."""


def new_token() -> str:
    """A new secret of 256 bits."""
    return secrets.token_urlsafe(32)


def digest_of(token: str) -> str:
    """What is stored of a secret."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
