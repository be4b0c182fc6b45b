"""What an import says of its work: jobs, progress and the summary."""

import dataclasses
import enum
from collections.abc import Mapping
from pathlib import Path

from audio_ident.model.library import FileStamp, SessionId, SessionState


class Reason(enum.StrEnum):
    """Why a file is on the work list."""

    NEW = "new"
    CHANGED = "changed"
    UNFINISHED = "unfinished"
    STALE = "stale"
    """Finished by another version of an algorithm."""
    RETRY = "retry"
    """It failed in a way that may pass, or trying again was asked for."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One file to be worked on."""

    path: Path
    stamp: FileStamp
    reason: Reason
    file_id: int | None = None
    sha256: str | None = None
    """Hash of the bytes where it is known: the file was hashed before and did not change."""
    attempts: int = 0
    """How often it was tried and failed since it last changed."""


class Phase(enum.StrEnum):
    """What an import is doing."""

    SCANNING = "scanning"
    HASHING = "hashing"
    LISTENING = "listening"
    DONE = "done"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """A moment of an import."""

    phase: Phase
    files_total: int
    files_done: int
    files_failed: int
    duplicates: int
    bytes_total: int
    bytes_done: int
    elapsed_s: float
    bytes_per_s: float
    remaining_s: float | None
    """None until it can be told."""
    current: tuple[str, ...]
    """Names of the files in the workers."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A file that could not be imported."""

    path: str
    code: str
    fact: str
    remedy: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """How an import ended."""

    session_id: SessionId
    state: SessionState
    found: int
    """Audio files in the folders."""
    unchanged: int
    """Files that were ready and stayed so."""
    known_failures: int
    """Files that failed before, did not change, and were not tried again."""
    by_reason: Mapping[Reason, int]
    imported: int
    """Files that are ready now and were not before, copies included."""
    listened: int
    """Files that were decoded."""
    duplicates: int
    """Files whose bytes were known already, so that they were not decoded."""
    failed: int
    missing: int
    """Files that were not found where they were before."""
    reappeared: int
    warnings: int
    audio_s: float
    """Length of what was decoded."""
    elapsed_s: float
    failures: tuple[Failure, ...]
    """At most the first hundred; the catalogue has all."""
