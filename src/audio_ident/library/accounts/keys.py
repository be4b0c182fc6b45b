"""Keys of programs: named, with scopes, shown once, revocable."""

import datetime
from collections.abc import Callable
from contextlib import suppress

from audio_ident.errors import BadInput, NotFound, StoreProblem
from audio_ident.library.accounts.tokens import HINT_CHARACTERS, KEY_PREFIX, digest_of
from audio_ident.model.accounts import LONGEST_NAME, ApiKey, Caller, Scope
from audio_ident.refusals import Conflict
from audio_ident.stores.sql.unit_of_work import Catalogue

USED_EVERY = datetime.timedelta(minutes=1)
"""A use is noted no more often than this: asking must not become writing."""


class Keys:
    """The keys of one service.

    Parameters
    ----------
    catalogue
        Where they are kept.
    now
        The clock.
    new_id
        Makes a UUID.
    new_token
        Makes a secret.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        now: Callable[[], datetime.datetime],
        new_id: Callable[[], str],
        new_token: Callable[[], str],
    ) -> None:
        self._catalogue = catalogue
        self._now = now
        self._new_id = new_id
        self._new_token = new_token

    def add(
        self, name: str, scopes: frozenset[Scope], expires_at: datetime.datetime | None = None
    ) -> tuple[ApiKey, str]:
        """A new key and its secret, which is kept nowhere."""
        now = self._now()
        _check_name(name)
        if not scopes:
            raise BadInput("a key needs at least one scope")
        if expires_at is not None and expires_at <= now:
            raise BadInput("a key cannot expire before it is made")
        secret = KEY_PREFIX + self._new_token()
        key = ApiKey(
            id=self._new_id(),
            name=name,
            hint=secret[:HINT_CHARACTERS],
            scopes=scopes,
            created_at=now,
            expires_at=expires_at,
            used_at=None,
        )
        with self._catalogue.writing() as rows:
            if not rows.api_keys.add(key, digest_of(secret)):
                raise Conflict(f"there is a key called {name} already")
        return key, secret

    def all(self) -> list[ApiKey]:
        """Every key, expired ones too, by name."""
        with self._catalogue.reading() as rows:
            return rows.api_keys.all()

    def revoke(self, name_or_id: str) -> ApiKey:
        """Make a key worthless from now on."""
        with self._catalogue.writing() as rows:
            for key in rows.api_keys.all():
                if name_or_id in {key.id, key.name} and rows.api_keys.remove(key.id):
                    return key
        raise NotFound(f"there is no key {name_or_id}")

    def find_caller(self, secret: str) -> Caller | None:
        """Who has a secret."""
        now = self._now()
        with self._catalogue.reading() as rows:
            key = rows.api_keys.find(digest_of(secret), now)
        if key is None:
            return None
        if key.used_at is None or now - key.used_at >= USED_EVERY:
            # a catalogue that cannot be written just now is no reason to refuse a question
            with suppress(StoreProblem), self._catalogue.writing() as rows:
                rows.api_keys.touch(key.id, now)
        # the prefix keeps a key from passing for a person
        return Caller(name=f"key:{key.name}", scopes=key.scopes)


def _check_name(name: str) -> None:
    if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable() or name != name.strip():
        raise BadInput(
            f"the name of a key has 1 to {LONGEST_NAME} printable characters, without blanks around"
        )
