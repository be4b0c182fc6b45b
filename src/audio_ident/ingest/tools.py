"""What an import works with, and how it may be told to work."""

import dataclasses
import datetime
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Executor
from pathlib import Path
from typing import Protocol, TypeAlias

from audio_ident.ingest.describe import Describer
from audio_ident.ingest.scanner import DEEPEST
from audio_ident.ingest.stages import ListenedFile
from audio_ident.model.analysis import Analysis, AudioDigest
from audio_ident.model.kinship import Relation
from audio_ident.model.landmarks import Landmarks
from audio_ident.model.segment import Snapshot
from audio_ident.stores.fingerprints.protocol import FingerprintIndex
from audio_ident.stores.pictures.protocol import PictureStore
from audio_ident.stores.sql.unit_of_work import Catalogue

Relate: TypeAlias = Callable[
    [Snapshot, Analysis, Callable[[AudioDigest], Analysis | None]], tuple[Relation, ...]
]
"""Tells how a recording is related to those of an index, whose analyses it can ask for."""


def relate_nothing(
    snapshot: Snapshot, analysis: Analysis, find_analysis: Callable[[AudioDigest], Analysis | None]
) -> tuple[Relation, ...]:
    """A `Relate` that finds nothing."""
    del snapshot, analysis, find_analysis
    return ()


class Artefacts(Protocol):
    """Keeps one analysis for each audio digest; `put` of a known digest replaces."""

    def put(self, analysis: Analysis) -> None:
        """Store durably."""
        ...

    def get(self, digest: AudioDigest) -> Analysis:
        """Read back; raises `ArtefactMissing` or `ArtefactCorrupt`."""
        ...

    def delete(self, digest: AudioDigest) -> None:
        """Forget; no error when it is not there."""
        ...

    def digests(self) -> Iterable[AudioDigest]:
        """Every digest that is stored."""
        ...


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Versions:
    """Versions of the algorithms in use; what was made by others is made again."""

    tags: str
    analysis: str
    """As `analysis_version` writes it."""
    index: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Clock:
    """Time, passed in so that tests can own it."""

    now: Callable[[], datetime.datetime]
    """The moment, with its zone."""
    monotonic_s: Callable[[], float]
    """Seconds that never run backwards."""
    sleep_s: Callable[[float], None] = time.sleep


def _do_nothing() -> None:
    pass


def _follow_nothing(should_stop: Callable[[], bool]) -> None:
    del should_stop


def _no_digest(path: Path) -> AudioDigest | None:
    del path
    return None


def _plenty() -> int:
    return 2**63


def _stay() -> bool:
    return False


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stores:
    """Where results are kept; used by one process at a time, which holds the writer lock."""

    catalogue: Catalogue
    artefacts: Artefacts
    index: FingerprintIndex
    pictures: PictureStore
    landmarks_of: Callable[[Analysis], Landmarks]
    """Takes the landmarks out of an analysis."""
    versions: Versions
    clock: Clock
    relate: Relate = relate_nothing


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ImportTools:
    """Everything an import works with."""

    stores: Stores
    pool: Executor
    analyse: Callable[[Path], ListenedFile]
    """Runs in the pool, so it must pickle."""
    tag_reader: Describer
    """Runs in the pool as well."""
    new_id: Callable[[], str]
    """A new UUID."""
    digest_of: Callable[[Path], AudioDigest | None] = _no_digest
    """Runs in the pool: the digest of the audio of a file, without decoding it; None when that
    cannot be said, so that the file is listened to."""
    end_calls: Callable[[], None] = _do_nothing
    """Ends what the workers of the pool do at this moment; they are ready for the next call."""
    free_bytes: Callable[[], int] = _plenty
    """Space that is left where the stores are."""
    must_leave: Callable[[], bool] = _stay
    """Whether this process has to end now; the session is then to be gone on with by another."""
    between_files: Callable[[], None] = _do_nothing
    """Called about twice a second while a session runs: what may be done meanwhile."""
    after_files: Callable[[Callable[[], bool]], None] = _follow_nothing
    """Called once all files are done: what follows from them. It ends early when what it is given
    says so."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ImportOptions:
    """How to import."""

    files_at_once: int = 8
    """Files handed to the pool at a time: enough to keep every worker busy."""
    max_attempts: int = 3
    """How often a file is tried that failed in a way that may pass."""
    retry_failed: bool = False
    """Try every failed file again, however often it failed."""
    thorough: bool = False
    """Open every file to see whether it is audio, whatever its name."""
    accept_missing: bool = False
    """Mark files as missing even when a large part of a folder vanished at once."""
    most_vanished_share: float = 0.2
    """Share of the files of a root, from 0 to 1, that may vanish without a question."""
    settle_s: float = 0.0
    """Files younger than this are looked at twice; 0 looks once."""
    scan_depth: int = DEEPEST
    """How many folders deep to look."""
    progress_interval_s: float = 0.5
    tell_interval_s: float = 2.0
    """How often other processes are told how far the import has come."""
    checkpoint_interval_s: float = 10.0
    """How often new recordings are shown to other processes."""
    reserve_bytes: int = 0
    """Space that an import leaves free where the stores are."""


def analysis_version(versions: Iterable[tuple[str, int]]) -> str:
    """One text for the versions of all listeners, by name: `landmarks:3 levels:1`."""
    return " ".join(f"{name}:{version}" for name, version in sorted(versions))


def version_of(analysis: Analysis) -> str:
    """The text that `analysis_version` gives for the listeners that made an analysis."""
    return analysis_version((name, part.version) for name, part in analysis.sections.items())
