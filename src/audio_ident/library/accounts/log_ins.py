"""Where the owner is logged in: browsers by cookie, programs by token."""

import datetime
from collections.abc import Callable
from contextlib import suppress

from audio_ident.errors import NotFound, StoreProblem
from audio_ident.library.accounts.tokens import digest_of
from audio_ident.model.accounts import ALL_SCOPES, Caller, LogIn, LogInKind, Owner
from audio_ident.refusals import Unauthorized
from audio_ident.stores.sql.unit_of_work import Catalogue

SEEN_EVERY = datetime.timedelta(minutes=1)
"""A visit is noted no more often than this: asking must not become writing."""

LONGEST_AGENT = 200
"""Characters kept of what a browser calls itself."""


class LogIns:
    """Log-ins of the owner, each of which ends after a time without a visit.

    Parameters
    ----------
    catalogue
        Where they are kept.
    life
        How long one lasts after the last visit.
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
        life: datetime.timedelta,
        now: Callable[[], datetime.datetime],
        new_id: Callable[[], str],
        new_token: Callable[[], str],
    ) -> None:
        self.life = life
        self._catalogue = catalogue
        self._now = now
        self._new_id = new_id
        self._new_token = new_token

    def begin(self, owner: Owner, kind: LogInKind, address: str, agent: str) -> tuple[LogIn, str]:
        """A new log-in of the owner and its secret, which is kept nowhere."""
        token = self._new_token()
        now = self._now()
        log_in = LogIn(
            id=self._new_id(),
            kind=kind,
            address=address,
            agent="".join(c if c.isprintable() else "?" for c in agent[:LONGEST_AGENT]),
            created_at=now,
            seen_at=now,
            expires_at=now + self.life,
        )
        with self._catalogue.writing() as rows:
            settled = rows.owners.find_settled()
            if settled is None or settled.changed_at != owner.changed_at:
                raise Unauthorized("the password was changed at this moment")
            rows.log_ins.remove_expired(now)
            rows.log_ins.add(log_in, digest_of(token))
        return log_in, token

    def find_caller(self, token: str, kind: LogInKind) -> Caller | None:
        """Who has a secret; a visit lets the log-in last longer."""
        now = self._now()
        with self._catalogue.reading() as rows:
            log_in = rows.log_ins.find(digest_of(token), kind, now)
            owner = rows.owners.find() if log_in else None
        if log_in is None or owner is None:
            return None
        self._note_visit(log_in, now)
        return Caller(name=owner.name, scopes=ALL_SCOPES, log_in_id=log_in.id)

    def all(self) -> list[LogIn]:
        """Those that last, the last seen first."""
        with self._catalogue.reading() as rows:
            return rows.log_ins.all(self._now())

    def end(self, log_in_id: str) -> None:
        """End a log-in: its secret is worth nothing from now on."""
        with self._catalogue.writing() as rows:
            if not rows.log_ins.remove(log_in_id):
                raise NotFound(f"there is no log-in {log_in_id}")

    def _note_visit(self, log_in: LogIn, now: datetime.datetime) -> None:
        if now - log_in.seen_at < min(SEEN_EVERY, self.life / 10):
            return
        # a catalogue that cannot be written just now is no reason to refuse a question
        with suppress(StoreProblem), self._catalogue.writing() as rows:
            rows.log_ins.touch(log_in.id, now, now + self.life)
