"""Composition of accounts: owner, log-ins and keys over one catalogue."""

import dataclasses
import datetime
from collections.abc import Iterator
from contextlib import contextmanager

from audio_ident.engines.passwords_argon2 import Argon2Passwords
from audio_ident.errors import StoreProblem
from audio_ident.library.accounts.attempts import Attempts
from audio_ident.library.accounts.keys import Keys
from audio_ident.library.accounts.log_ins import LogIns
from audio_ident.library.accounts.ownership import Ownership
from audio_ident.library.accounts.passwords import Passwords
from audio_ident.library.accounts.start import check_openness, check_owner
from audio_ident.library.accounts.tokens import new_token
from audio_ident.model.accounts import SetupKind
from audio_ident.settings.model import Settings
from audio_ident.stores.sql.unit_of_work import Catalogue
from audio_ident.wiring.parts import CLOCK, new_id, open_catalogue

SETUP_PATH = "/setup"
"""The page on which somebody with a link becomes the owner."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Accounts:
    """Whom the service lets in."""

    ownership: Ownership
    log_ins: LogIns
    keys: Keys
    attempts: Attempts


def make_accounts(settings: Settings, catalogue: Catalogue) -> Accounts:
    """The accounts of a catalogue."""
    life = datetime.timedelta(hours=settings.session_hours)
    passwords = Passwords(Argon2Passwords())
    setup_page = _address(settings) + SETUP_PATH
    return Accounts(
        ownership=Ownership(catalogue, passwords, CLOCK.now, new_token, setup_page),
        log_ins=LogIns(catalogue, life, CLOCK.now, new_id, new_token),
        keys=Keys(catalogue, CLOCK.now, new_id, new_token),
        attempts=Attempts(CLOCK.monotonic_s),
    )


@contextmanager
def open_accounts(settings: Settings) -> Iterator[Accounts]:
    """Accounts of the library that the settings name."""
    with open_catalogue(settings) as catalogue:
        yield make_accounts(settings, catalogue)


def prepare_start(settings: Settings) -> str | None:
    """The link with which somebody becomes the owner; None when nobody needs one.

    Raises
    ------
    SettingsInvalid, OwnerMissing
        The service would let in whom it must not.
    """
    check_openness(settings.host, is_open=settings.open_on_loopback)
    if settings.open_on_loopback:
        return None
    try:
        with open_accounts(settings) as accounts:
            has_owner = accounts.ownership.find() is not None
            check_owner(settings.host, has_owner=has_owner)
            if has_owner:
                return None
            return accounts.ownership.make_link(SetupKind.FIRST)
    except StoreProblem:
        # The service starts all the same and says what is wrong. Nobody gets in meanwhile: every
        # door asks the rows that cannot be read.
        return None


def _address(settings: Settings) -> str:
    # as seen from this machine, where the link is printed
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"http://{host}:{settings.port}{settings.base_path}"
