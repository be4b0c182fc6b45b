"""What restoring a backup did, or would do."""

import dataclasses
import datetime
import enum


class RestoreOutcome(enum.StrEnum):
    """What became of one entry of a backup."""

    ADDED = "added"
    """The library had none of that name."""
    REPLACED = "replaced"
    """The library had an older one."""
    KEPT = "kept"
    """The library has a newer one, which stays."""
    SAME = "same"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class RestoreChange:
    """One entry of a backup."""

    part: str
    """Such as `library_roots` or `settings_file`."""
    name: str
    """What the entry is about, for people."""
    outcome: RestoreOutcome


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class RestoreSummary:
    """What became of a whole backup."""

    created_at: datetime.datetime
    """When the backup was made."""
    is_dry_run: bool
    """Whether nothing was changed, and the outcomes are what would be."""
    changes: tuple[RestoreChange, ...]
