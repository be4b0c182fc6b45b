"""Who asks, and what they may do."""

import dataclasses
import datetime
import enum


class Scope(enum.StrEnum):
    """A kind of request that a key or a person may be allowed; none includes another."""

    READ = "read"
    """Ask about clips, browse and listen."""
    EDIT = "edit"
    """Correct tracks, decide about duplicates, hide tracks."""
    IMPORT = "import"
    """Import folders and uploads, steer imports."""
    ADMIN = "admin"
    """Keys, passwords and roots."""


ALL_SCOPES = frozenset(Scope)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who made a request."""

    name: str
    """As shown in lists and remembered with decisions."""
    scopes: frozenset[Scope]
    log_in_id: str | None = None
    """The log-in that the request belongs to; None for keys and where the service is open."""


LOCAL_CALLER = Caller(name="local", scopes=ALL_SCOPES)
"""Everybody, where the service is left open on a loopback address."""


LONGEST_NAME = 64
"""Characters of the name of an owner or a key."""

SHORTEST_PASSWORD = 10
"""Characters; below, guessing by a machine is a matter of hours."""

LONGEST_PASSWORD = 1024
"""Characters; what is longer only costs time."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """The one person who may do everything."""

    name: str
    password_hash: str = dataclasses.field(repr=False)
    created_at: datetime.datetime
    changed_at: datetime.datetime
    """When the password was last set."""


class SetupKind(enum.StrEnum):
    """What a set-up link is good for."""

    FIRST = "first"
    """Making the owner, as long as there is none."""
    RESET = "reset"
    """Giving the owner another name and password."""


class LogInKind(enum.StrEnum):
    """How a log-in proves itself."""

    BROWSER = "browser"
    """By cookie."""
    TOKEN = "token"  # noqa: S105 -- the name of a kind
    """By `Authorization: Bearer`."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class LogIn:
    """The owner, logged in with one browser or program."""

    id: str
    kind: LogInKind
    address: str
    """Where it was begun from."""
    agent: str
    """What the browser calls itself."""
    created_at: datetime.datetime
    seen_at: datetime.datetime
    expires_at: datetime.datetime


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """What lets a program in; the secret itself is kept nowhere."""

    id: str
    name: str
    hint: str
    """How the secret begins, so that a person can tell keys apart."""
    scopes: frozenset[Scope]
    created_at: datetime.datetime
    expires_at: datetime.datetime | None
    used_at: datetime.datetime | None
    """Last use, to the minute."""
