"""Who asks, and what they may do."""

import dataclasses
import enum


class Scope(enum.StrEnum):
    """A kind of request that a key or a person may be allowed."""

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


LOCAL_CALLER = Caller(name="local", scopes=ALL_SCOPES)
"""Everybody, where the service is left open on a loopback address."""
