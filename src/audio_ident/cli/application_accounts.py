"""What the terminal asks of accounts: whoever has the files of a library has authority over it."""

import datetime
from collections.abc import Sequence
from typing import Protocol

from audio_ident.model.accounts import ApiKey, Owner, Scope, SetupKind


class Ownership(Protocol):
    """The owner of the service."""

    def find(self) -> Owner | None:
        """The owner; None before the set-up."""
        ...

    def make_link(self, kind: SetupKind) -> str:
        """A new one-time link; its secret is kept nowhere."""
        ...

    def set(self, name: str, password: str) -> Owner:
        """Make somebody the owner without a link."""
        ...


class Keys(Protocol):
    """Keys of programs."""

    def add(
        self, name: str, scopes: frozenset[Scope], expires_at: datetime.datetime | None = None
    ) -> tuple[ApiKey, str]:
        """A new key and its secret, which is kept nowhere."""
        ...

    def all(self) -> Sequence[ApiKey]:
        """Every key, expired ones too, by name."""
        ...

    def revoke(self, name_or_id: str) -> ApiKey:
        """Make a key worthless from now on."""
        ...


class Accounts(Protocol):
    """Whom the service lets in."""

    @property
    def ownership(self) -> Ownership:
        """The owner."""
        ...

    @property
    def keys(self) -> Keys:
        """Keys of programs."""
        ...
