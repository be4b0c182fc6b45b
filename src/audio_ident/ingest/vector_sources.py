"""Where the vectors of recordings come from: stored analyses, or their files.

Making vectors of files runs in workers, as listening does: a file that kills one costs itself.
"""

import dataclasses
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from pathlib import Path
from typing import Protocol, TypeAlias

from audio_ident.errors import (
    ArtefactCorrupt,
    ArtefactMissing,
    AudioIdentError,
    BadInput,
    FileChanged,
    FileProblem,
    FileUnreadable,
    StoreProblem,
    Unforeseen,
)
from audio_ident.library.bandwidth import SectionReader
from audio_ident.model.analysis import AudioDigest, Section
from audio_ident.model.vectors import Space, WindowVectors
from audio_ident.stores.sql.unit_of_work import Catalogue
from audio_ident.stores.sql.vector_files import HeldFile

Outcome: TypeAlias = WindowVectors | AudioIdentError
"""The windows of a recording, or why there are none."""

Embed: TypeAlias = Callable[..., WindowVectors]
"""Runs in a worker with the tools of its process, if it has any, and the path of a file."""

_LOOK_S = 0.2
"""How soon a wish to stop is noticed."""


class VectorSource(Protocol):
    """Makes the vectors of one space."""

    @property
    def space(self) -> Space:
        """The space."""
        ...

    def make(
        self, digests: Sequence[AudioDigest], should_stop: Callable[[], bool]
    ) -> Iterator[tuple[AudioDigest, Outcome]]:
        """Make those of some recordings, in any order; ends early when it should stop.

        Raises
        ------
        StoreProblem
            No recording can be done, for instance because a model is missing.
        """
        ...


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AnalysisVectors:
    """Takes vectors out of stored analyses; decodes no audio."""

    space: Space
    artefacts: SectionReader
    section: str
    version: int
    """Of the listener; what another version heard is no use."""
    windows_of: Callable[[Section], WindowVectors]

    def make(
        self, digests: Sequence[AudioDigest], should_stop: Callable[[], bool]
    ) -> Iterator[tuple[AudioDigest, Outcome]]:
        """As `VectorSource.make`."""
        for digest in digests:
            if should_stop():
                return
            yield digest, self._outcome(digest)

    def _outcome(self, digest: AudioDigest) -> Outcome:
        try:
            section = self.artefacts.get_section(digest, self.section)
            if section.version != self.version:
                return ArtefactMissing(f"{self.section} of {digest} are of another version")
            return self.windows_of(section)
        except (ArtefactMissing, ArtefactCorrupt) as error:
            return error
        except (BadInput, KeyError, ValueError):
            return ArtefactCorrupt(f"{self.section} of {digest} cannot be understood")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FileVectors:
    """Has workers listen to files."""

    space: Space
    catalogue: Catalogue
    pool: Executor
    embed: Embed
    """Must pickle."""
    files_at_once: int
    end_calls: Callable[[], None]
    """Ends what the workers do, at once."""

    def make(
        self, digests: Sequence[AudioDigest], should_stop: Callable[[], bool]
    ) -> Iterator[tuple[AudioDigest, Outcome]]:
        """As `VectorSource.make`."""
        with self.catalogue.reading() as rows:
            files = rows.vector_files.holding(digests)
        waiting = list(reversed(digests))
        running: dict[Future[WindowVectors], tuple[AudioDigest, HeldFile]] = {}
        try:
            while (waiting or running) and not should_stop():
                while waiting and len(running) < self.files_at_once:
                    digest = waiting.pop()
                    file = _usable(files, digest)
                    if isinstance(file, AudioIdentError):
                        yield digest, file
                    else:
                        running[self.pool.submit(self.embed, Path(file.path))] = digest, file
                done, _ = wait(running, timeout=_LOOK_S, return_when=FIRST_COMPLETED)
                for future in sorted(done, key=list(running).index):
                    digest, file = running.pop(future)
                    yield digest, _outcome(future, file)
        finally:
            if running:
                for future in running:
                    future.cancel()
                self.end_calls()


def _usable(
    files: Mapping[AudioDigest, Collection[HeldFile]], digest: AudioDigest
) -> HeldFile | AudioIdentError:
    """The first file that still has the size and time that it had when it was listened to."""
    held = files.get(digest, ())
    for file in held:
        if _is_unchanged(file):
            return file
    if held:
        return FileChanged("it is not what was listened to; the next import sees to it")
    return FileUnreadable("no file with this recording can be reached")


def _is_unchanged(file: HeldFile) -> bool:
    try:
        status = Path(file.path).stat()
    except OSError:
        return False
    return (status.st_size, status.st_mtime_ns) == (file.size, file.mtime_ns)


def _outcome(future: "Future[WindowVectors]", file: HeldFile) -> Outcome:
    try:
        windows = future.result()
    except FileProblem as error:
        return error
    except StoreProblem:
        raise
    except Exception as error:  # noqa: BLE001 -- the stage runner, as in `listening`
        return Unforeseen(f"{type(error).__name__}: {error}")
    if not _is_unchanged(file):
        return FileChanged("the file changed while it was listened to")
    return windows
