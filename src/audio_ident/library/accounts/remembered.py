"""Remembers for a short while that a password was right, for players that send it every time.

Checking a password takes a tenth of a second and 64 MiB on purpose, and a player asks for fifty
pictures at once. What is remembered is a keyed hash whose key never leaves this process.
"""

import hashlib
import hmac
import threading
from collections import OrderedDict
from collections.abc import Callable

from audio_ident.model.accounts import Owner

LIFE_S = 600.0
MOST_KEPT = 8
"""There is one owner; more are names that are written in several ways."""


class RememberedPasswords:
    """Name and password that were right a while ago; in memory.

    Parameters
    ----------
    monotonic_s
        A clock that never goes back.
    secret
        Key of the hashes, new for each process.
    """

    def __init__(self, monotonic_s: Callable[[], float], secret: bytes) -> None:
        self._monotonic_s = monotonic_s
        self._secret = secret
        self._lock = threading.Lock()
        self._known: OrderedDict[bytes, tuple[str, float]] = OrderedDict()

    def add(self, owner: Owner, name: str, password: str) -> None:
        """Remember that they are those of an owner, as long as the owner's password stays."""
        with self._lock:
            self._known[self._hash(name, password)] = (owner.password_hash, self._monotonic_s())
            while len(self._known) > MOST_KEPT:
                self._known.popitem(last=False)

    def are_right(self, owner: Owner, name: str, password: str) -> bool:
        """Whether they were right lately, and the owner has the same password still."""
        with self._lock:
            password_hash, at_s = self._known.get(self._hash(name, password), ("", 0.0))
        return password_hash == owner.password_hash and self._monotonic_s() - at_s < LIFE_S

    def _hash(self, name: str, password: str) -> bytes:
        text = f"{len(name)}:{name}{password}".encode("utf-8", "surrogatepass")
        return hmac.digest(self._secret, text, hashlib.sha256)
