"""What is done with one file inside a worker: hash it, listen to it, read its tags.

The files themselves are only ever opened for reading. Workers import this module, so it leaves
the catalogue and its database alone: they start sooner and stay small.
"""

import dataclasses
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from audio_ident.core.sniff import LEAST_BYTES
from audio_ident.errors import FileChanged, FileUnreadable, NoAudio
from audio_ident.ingest.describe import Describer
from audio_ident.ingest.job import Job
from audio_ident.model.analysis import Analysis, AudioDigest
from audio_ident.model.description import FileDescription


class ListenedFile(Protocol):
    """What listening to one file gives."""

    @property
    def sha256(self) -> str:
        """Hash of the bytes of the file."""
        ...

    @property
    def analysis(self) -> Analysis:
        """What the listeners heard."""
        ...


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Heard:
    """Everything that was learnt from a file."""

    sha256: str
    analysis: Analysis
    description: FileDescription


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Retagged:
    """What was learnt from a file with other bytes and the same audio."""

    sha256: str
    description: FileDescription


def hash_file(job: Job) -> str:
    """SHA-256 of the bytes of a file.

    Raises
    ------
    FileUnreadable, FileChanged
        The file cannot be read, or is not what it was when its folder was scanned.
    """
    try:
        with job.path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise FileUnreadable(f"{job.path.name}: {error.strerror or error}") from error
    _check_unchanged(job)
    return sha256


def listen(job: Job, analyse: Callable[[Path], ListenedFile], tag_reader: Describer) -> Heard:
    """Everything that can be learnt from a file, decoded once.

    Raises
    ------
    FileProblem
        The leaf that says what is wrong with the file.
    """
    _check_unchanged(job)
    if job.stamp.size < LEAST_BYTES:
        raise NoAudio(f"{job.path.name} is empty")
    listened = analyse(job.path)
    description = tag_reader.read(job.path)
    _check_unchanged(job)
    return Heard(sha256=listened.sha256, analysis=listened.analysis, description=description)


def retag(
    job: Job, digest_of: Callable[[Path], AudioDigest | None], tag_reader: Describer
) -> Retagged | None:
    """What a changed file says of itself, if its audio is still the same; None if it is not.

    Raises
    ------
    FileProblem
        The leaf that says what is wrong with the file.
    """
    _check_unchanged(job)
    if job.known_audio is None or digest_of(job.path) != job.known_audio:
        return None
    description = tag_reader.read(job.path)
    return Retagged(sha256=hash_file(job), description=description)


def read_tags(job: Job, tag_reader: Describer) -> FileDescription:
    """What a file says of itself; its audio is not touched.

    Raises
    ------
    FileUnreadable, FileChanged
        The file cannot be read, or is not what it was when its folder was scanned.
    """
    _check_unchanged(job)
    description = tag_reader.read(job.path)
    _check_unchanged(job)
    return description


def _check_unchanged(job: Job) -> None:
    try:
        status = job.path.stat()
    except OSError as error:
        raise FileUnreadable(f"{job.path.name}: {error.strerror or error}") from error
    if (status.st_size, status.st_mtime_ns) != (job.stamp.size, job.stamp.mtime_ns):
        raise FileChanged(f"{job.path.name} changed since its folder was scanned")
