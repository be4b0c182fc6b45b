"""Who owns the service: one-time links, the password, and its change."""

import datetime
import hmac
import unicodedata
from collections.abc import Callable

from audio_ident.errors import BadInput
from audio_ident.library.accounts.passwords import Passwords
from audio_ident.library.accounts.tokens import digest_of
from audio_ident.model.accounts import LONGEST_NAME, Owner, SetupKind
from audio_ident.refusals import SetupLinkInvalid, Unauthorized
from audio_ident.stores.sql.unit_of_work import Catalogue, Rows

LINK_LIFE = datetime.timedelta(hours=1)
"""Of a set-up link: long enough to walk to another room, too short to be found in old output."""


class Ownership:
    """The owner of the service.

    Parameters
    ----------
    catalogue
        Where the owner is kept.
    passwords
        How the password is kept.
    now
        The clock.
    new_token
        Makes a secret.
    setup_page
        Address of the page that a link leads to.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        passwords: Passwords,
        now: Callable[[], datetime.datetime],
        new_token: Callable[[], str],
        setup_page: str,
    ) -> None:
        self._catalogue = catalogue
        self._passwords = passwords
        self._now = now
        self._new_token = new_token
        self._setup_page = setup_page

    def find(self) -> Owner | None:
        """The owner; None before the set-up."""
        with self._catalogue.reading() as rows:
            return rows.owners.find()

    def make_link(self, kind: SetupKind) -> str:
        """A new link; its secret is kept nowhere."""
        token = self._new_token()
        now = self._now()
        with self._catalogue.writing() as rows:
            rows.owners.remove_links(expired_at=now)
            rows.owners.add_link(digest_of(token), kind, now + LINK_LIFE)
        return f"{self._setup_page}?token={token}"

    def register(self, name: str, password: str, token: str) -> Owner:
        """Make the bearer of a link the owner; of several at once, exactly one succeeds."""
        _check_name(name)
        digest = digest_of(token)
        with self._catalogue.reading() as rows:
            if rows.owners.find_link(digest, self._now()) is None:
                raise _not_valid()
        password_hash = self._passwords.hash(password)
        with self._catalogue.writing() as rows:
            kind = rows.owners.take_link(digest, self._now())
            if kind is None:
                raise _not_valid()
            return self._take_over(rows, name, password_hash, kind)

    def set(self, name: str, password: str) -> Owner:
        """Make somebody the owner without a link, for whoever has the files of the library."""
        _check_name(name)
        password_hash = self._passwords.hash(password)
        with self._catalogue.writing() as rows:
            return self._take_over(rows, name, password_hash, SetupKind.RESET)

    def check(self, name: str, password: str) -> Owner:
        """The owner, if name and password are right.

        The password is checked whatever the name is, so that the time tells nothing about names.
        """
        owner = self.find()
        if owner is None:
            raise Unauthorized("there is no owner yet")
        is_right = self._passwords.is_right(password, owner.password_hash)
        if not (is_right & _is_same_name(name, owner.name)):
            raise Unauthorized("the name or the password is wrong")
        if self._passwords.is_outdated(owner.password_hash):
            newer = self._passwords.hash(password)
            with self._catalogue.writing() as rows:
                rows.owners.rehash(owner.password_hash, newer)
        return owner

    def change_password(self, old: str, new: str, *, log_in_id: str | None) -> None:
        """Replace the password; every log-in but one ends."""
        owner = self.find()
        if owner is None or not self._passwords.is_right(old, owner.password_hash):
            raise Unauthorized("the present password is wrong")
        password_hash = self._passwords.hash(new)
        with self._catalogue.writing() as rows:
            rows.owners.change(owner.name, password_hash, self._now())
            rows.owners.remove_links()
            rows.log_ins.remove_all(but=log_in_id)

    def _take_over(self, rows: Rows, name: str, password_hash: str, kind: SetupKind) -> Owner:
        now = self._now()
        new = Owner(name=name, password_hash=password_hash, created_at=now, changed_at=now)
        if not rows.owners.add(new):
            if kind is SetupKind.FIRST:
                raise _not_valid()
            rows.owners.change(name, password_hash, now)
        rows.owners.remove_links()
        rows.log_ins.remove_all()
        return new


def _not_valid() -> SetupLinkInvalid:
    return SetupLinkInvalid("the set-up link is unknown, used or expired")


def _check_name(name: str) -> None:
    if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable():
        raise BadInput(f"the name of the owner has 1 to {LONGEST_NAME} printable characters")


def _is_same_name(first: str, second: str) -> bool:
    # telephones like to begin names with a capital
    forms = [
        unicodedata.normalize("NFC", name).casefold().encode("utf-8", "replace")
        for name in (first, second)
    ]
    return hmac.compare_digest(*forms)
