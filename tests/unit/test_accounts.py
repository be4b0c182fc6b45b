"""Passwords, log-ins, keys and attempts, with a clock that the tests turn."""

import dataclasses
import datetime
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

import argon2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audio_ident.engines.passwords_argon2 import Argon2Passwords
from audio_ident.errors import BadInput
from audio_ident.library.accounts.attempts import MOST_KEPT, Attempts
from audio_ident.library.accounts.keys import Keys
from audio_ident.library.accounts.log_ins import LogIns
from audio_ident.library.accounts.ownership import LINK_LIFE, Ownership
from audio_ident.library.accounts.passwords import AT_ONCE, IN_LINE, Passwords
from audio_ident.library.accounts.start import is_loopback
from audio_ident.library.accounts.tokens import digest_of, new_token
from audio_ident.model.accounts import LogInKind, Scope, SetupKind
from audio_ident.refusals import RateLimited, SetupLinkInvalid, Unauthorized
from audio_ident.stores.sql.unit_of_work import Catalogue
from audio_ident.wiring.parts import new_id
from builders.databases import catalogue_url_of

PASSWORD = "eleven wet geese"  # noqa: S105 -- of no service but those of tests
HOUR = datetime.timedelta(hours=1)
MINUTE = datetime.timedelta(minutes=1)


@dataclasses.dataclass(slots=True)
class Clock:
    """Stands still until it is turned."""

    time: datetime.datetime = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)

    def now(self) -> datetime.datetime:
        """The time."""
        return self.time

    def monotonic_s(self) -> float:
        """The time, in seconds."""
        return self.time.timestamp()

    def turn(self, span: datetime.timedelta | float) -> None:
        """Let time pass; numbers are seconds."""
        is_span = isinstance(span, datetime.timedelta)
        self.time += span if is_span else datetime.timedelta(seconds=span)


@pytest.fixture
def clock() -> Clock:
    """A clock of this test."""
    return Clock()


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    """An empty catalogue."""
    catalogue = Catalogue(catalogue_url_of(tmp_path))
    catalogue.migrate()
    yield catalogue
    catalogue.close()


@pytest.fixture
def ownership(catalogue: Catalogue, clock: Clock) -> Ownership:
    """Ownership of the catalogue."""
    return Ownership(catalogue, Passwords(Argon2Passwords()), clock.now, new_token, "")


@pytest.fixture
def log_ins(catalogue: Catalogue, clock: Clock) -> LogIns:
    """Log-ins that last an hour."""
    return LogIns(catalogue, HOUR, clock.now, new_id, new_token)


@pytest.fixture
def keys(catalogue: Catalogue, clock: Clock) -> Keys:
    """Keys of the catalogue."""
    return Keys(catalogue, clock.now, new_id, new_token)


def token_of(link: str) -> str:
    """What a link proves itself by."""
    return link.partition("token=")[2]


def test_a_setup_link_expires(ownership: Ownership, clock: Clock) -> None:
    """Up to its last moment it works, and then no more."""
    link = ownership.make_link(SetupKind.FIRST)
    clock.turn(LINK_LIFE)

    with pytest.raises(SetupLinkInvalid):
        ownership.register("Kim", PASSWORD, token_of(link))
    assert ownership.find() is None


def test_links_of_the_first_start_are_void_once_there_is_an_owner(ownership: Ownership) -> None:
    """Also one that was made at the moment when somebody else registered."""
    first = ownership.make_link(SetupKind.FIRST)
    ownership.register("Kim", PASSWORD, token_of(first))
    late = ownership.make_link(SetupKind.FIRST)
    for link in (first, late):
        with pytest.raises(SetupLinkInvalid):
            ownership.register("Eve", PASSWORD, token_of(link))

    ownership.register("Ada", PASSWORD, token_of(ownership.make_link(SetupKind.RESET)))
    owner = ownership.find()
    assert owner
    assert owner.name == "Ada"


def test_a_password_is_the_same_however_its_characters_were_typed(ownership: Ownership) -> None:
    """An accent may be a character of its own; capitals of the name do not matter."""
    ownership.set("Ren\u00e9", "cr\u00e8me br\u00fbl\u00e9e")

    assert ownership.check("rene\u0301", "cre\u0300me bru\u0302le\u0301e").name == "Ren\u00e9"
    with pytest.raises(Unauthorized):
        ownership.check("rene", "cr\u00e8me br\u00fbl\u00e9e")


@pytest.mark.parametrize(("length", "fits"), [(9, False), (10, True), (1024, True), (1025, False)])
def test_passwords_have_a_shortest_and_a_longest_length(length: int, fits: bool) -> None:
    """Counted in characters, whatever they are."""
    passwords = Passwords(Argon2Passwords())
    password = "\u00e9" * length
    if fits:
        assert passwords.is_right(password, passwords.hash(password))
    else:
        with pytest.raises(BadInput):
            passwords.hash(password)


def test_a_hash_of_older_parameters_is_made_again(
    catalogue: Catalogue, ownership: Ownership, clock: Clock
) -> None:
    """At the next log-in, when the password is at hand; log-ins stay."""
    ownership.set("Kim", PASSWORD)
    weak = argon2.PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(PASSWORD)
    with catalogue.writing() as rows:
        rows.owners.change("Kim", weak, clock.now())
    ownership.check("Kim", PASSWORD)
    owner = ownership.find()

    assert owner
    assert owner.password_hash != weak
    assert not Argon2Passwords().is_outdated(owner.password_hash)
    assert ownership.check("Kim", PASSWORD).name == "Kim"


@dataclasses.dataclass(slots=True)
class GatedHasher:
    """Hashes once the gate is open, and counts how many wait for that."""

    gate: threading.Event = dataclasses.field(default_factory=threading.Event)
    lock: threading.Lock = dataclasses.field(default_factory=threading.Lock)
    inside: int = 0
    most_inside: int = 0
    compared: int = 0

    def hash(self, password: str) -> str:
        """Wait for the gate."""
        with self.lock:
            self.inside += 1
            self.most_inside = max(self.most_inside, self.inside)
        self.gate.wait(60)
        with self.lock:
            self.inside -= 1
        return password

    def is_right(self, password: str, stored: str) -> bool:
        """Compare."""
        self.compared += 1
        return password == stored

    def is_outdated(self, stored: str) -> bool:
        """Never."""
        return not stored


def test_an_unknown_name_takes_as_much_work_as_a_wrong_password(
    catalogue: Catalogue, clock: Clock
) -> None:
    """A hash is made for either, so that the time does not tell who the owner is."""
    hasher = GatedHasher()
    hasher.gate.set()
    ownership = Ownership(catalogue, Passwords(hasher), clock.now, new_token, "")
    ownership.set("Kim", PASSWORD)
    for name, password in [("Kim", "wrong"), ("Eve", "wrong"), ("Eve", PASSWORD)]:
        before = hasher.compared
        with pytest.raises(Unauthorized):
            ownership.check(name, password)
        assert hasher.compared == before + 1


def test_few_hashes_are_made_at_once() -> None:
    """Whoever comes when the line is full is told to come again, at once."""
    hasher = GatedHasher()
    passwords = Passwords(hasher)
    with ThreadPoolExecutor(IN_LINE + 3) as pool:
        crowd = [pool.submit(passwords.hash, PASSWORD) for _ in range(IN_LINE + 3)]
        ended = as_completed(crowd, timeout=60)
        refused = [next(ended).exception() for _ in range(3)]
        hasher.gate.set()
    made = [future.result() for future in crowd if future.exception() is None]

    assert [type(error) for error in refused] == [RateLimited] * 3
    assert (len(made), hasher.most_inside) == (IN_LINE, AT_ONCE)
    assert passwords.is_right(PASSWORD, PASSWORD)


def test_a_log_in_lasts_while_it_is_used(
    ownership: Ownership, log_ins: LogIns, clock: Clock
) -> None:
    """Each visit lets it last an hour more; after an hour without one it is over."""
    owner = ownership.set("Kim", PASSWORD)
    _, token = log_ins.begin(owner, LogInKind.BROWSER, "192.0.2.1", "Browser\x00\n" * 100)
    for _ in range(3):
        clock.turn(HOUR - MINUTE)
        assert log_ins.find_caller(token, LogInKind.BROWSER)
    (listed,) = log_ins.all()
    clock.turn(HOUR)

    assert log_ins.find_caller(token, LogInKind.BROWSER) is None
    assert log_ins.all() == []
    assert listed.agent.startswith("Browser??Browser??")
    assert len(listed.agent) == 200


def test_a_visit_is_noted_no_more_than_once_a_minute(
    catalogue: Catalogue, ownership: Ownership, log_ins: LogIns, clock: Clock
) -> None:
    """Asking does not become writing."""
    owner = ownership.set("Kim", PASSWORD)
    begun, token = log_ins.begin(owner, LogInKind.TOKEN, "192.0.2.1", "")
    for _ in range(59):
        clock.turn(1)
        log_ins.find_caller(token, LogInKind.TOKEN)
    before = log_ins.all()
    clock.turn(1)
    log_ins.find_caller(token, LogInKind.TOKEN)
    with catalogue.reading() as rows:
        after = rows.log_ins.find(digest_of(token), LogInKind.TOKEN, clock.now())

    assert before == [begun]
    assert after == dataclasses.replace(begun, seen_at=clock.now(), expires_at=clock.now() + HOUR)


def test_nobody_logs_in_with_a_password_that_was_just_changed(
    ownership: Ownership, log_ins: LogIns, clock: Clock
) -> None:
    """A log-in that was checked before the change and begins after it does not outlive it."""
    ownership.set("Kim", PASSWORD)
    checked = ownership.check("Kim", PASSWORD)
    clock.turn(1)
    ownership.change_password(PASSWORD, "twelve dry geese", log_in_id=None)

    with pytest.raises(Unauthorized):
        log_ins.begin(checked, LogInKind.BROWSER, "192.0.2.1", "")


def test_a_key_ends_when_it_was_told_to(keys: Keys, clock: Clock) -> None:
    """Its last use is known to the minute, and it names its caller as a key."""
    _, secret = keys.add("phone", frozenset({Scope.READ}), clock.now() + HOUR)
    clock.turn(MINUTE)
    caller = keys.find_caller(secret)
    used_at = keys.all()[0].used_at
    clock.turn(59)
    keys.find_caller(secret)
    used_again_at = keys.all()[0].used_at
    clock.turn(HOUR)

    assert caller
    assert (caller.name, caller.scopes) == ("key:phone", {Scope.READ})
    assert used_at == used_again_at
    assert keys.find_caller(secret) is None


def test_keys_do_not_end_in_the_past_or_have_no_scope(keys: Keys, clock: Clock) -> None:
    """Such a key would be a mistake."""
    for name, scopes, expires_at in [
        ("a", frozenset[Scope](), None),
        ("a", frozenset({Scope.READ}), clock.now()),
        ("", frozenset({Scope.READ}), None),
        (" a", frozenset({Scope.READ}), None),
        ("a\n", frozenset({Scope.READ}), None),
        ("a" * 65, frozenset({Scope.READ}), None),
    ]:
        with pytest.raises(BadInput):
            keys.add(name, scopes, expires_at)


def test_brute_force_gets_few_attempts(clock: Clock) -> None:
    """A machine that tries every second for a day gets to try about a hundred passwords."""
    attempts, admitted = Attempts(clock.monotonic_s), 0
    for _ in range(24 * 3600):
        clock.turn(1)
        try:
            attempts.begin("192.0.2.1", "kim")
        except RateLimited as refused:
            assert refused.retry_after_s
            assert 0 < refused.retry_after_s <= 900
        else:
            admitted += 1

    assert 50 < admitted < 150


def test_many_addresses_share_the_attempts_on_one_name(clock: Clock) -> None:
    """Up to a minute's delay; other names are not held up."""
    attempts = Attempts(clock.monotonic_s)
    refused = 0
    for number in range(200):
        try:
            attempts.begin(f"192.0.2.{number}", "KIM" if number % 2 else "kim")
        except RateLimited as error:
            refused += 1
            assert (error.retry_after_s or 0) <= 60

    assert refused > 190
    attempts.begin("198.51.100.1", "ada")
    clock.turn(60)
    attempts.begin("198.51.100.2", "kim")


def test_one_person_has_many_addresses_of_ipv6(clock: Clock) -> None:
    """All of a /64 count as one; the next one does not."""
    attempts = Attempts(clock.monotonic_s)
    for number in range(5):
        attempts.begin(f"2001:db8::{number}")

    with pytest.raises(RateLimited):
        attempts.begin("2001:db8::ffff:1")
    attempts.begin("2001:db8:0:1::1")


def test_success_forgets_the_attempts_before_it(clock: Clock) -> None:
    """Who mistypes and then succeeds starts anew."""
    attempts = Attempts(clock.monotonic_s)
    for _ in range(20):
        attempts.begin("192.0.2.1", "kim")
        attempts.begin("192.0.2.1", "kim")
        attempts.succeeded("192.0.2.1", "kim")


def test_what_is_remembered_of_attempts_is_bounded(clock: Clock) -> None:
    """However many addresses there are, the ones longest ago are forgotten."""
    attempts = Attempts(clock.monotonic_s)
    for _ in range(5):
        attempts.begin("192.0.2.1")
    with pytest.raises(RateLimited):
        attempts.begin("192.0.2.1")
    for number in range(MOST_KEPT):
        attempts.begin(f"10.0.{number >> 8}.{number & 255}")

    attempts.begin("192.0.2.1")


@pytest.mark.parametrize(
    ("host", "is_ours"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("localhost", True),
        ("LOCALHOST", True),
        ("::ffff:127.0.0.1", True),
        ("0.0.0.0", False),  # noqa: S104 -- nobody listens there
        ("::", False),
        ("192.168.1.5", False),
        ("localhost.example", False),
        ("", False),
        ("::ffff:8.8.8.8", False),
    ],
)
def test_loopback_addresses_are_told_from_others(host: str, is_ours: bool) -> None:
    """Only they are reached from this machine alone."""
    assert is_loopback(host) == is_ours


@given(st.text())
def test_any_text_is_no_key(text: str) -> None:
    """Hashing what strangers send never fails."""
    assert len(digest_of(text)) == 64
