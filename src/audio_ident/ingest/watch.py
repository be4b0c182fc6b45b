"""Keeps a library up to date by itself: imports what changes, and everything by the clock."""

import contextlib
import dataclasses
import datetime
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from audio_ident.errors import AudioIdentError, BadInput, RootVanished
from audio_ident.ingest.changes import TICK_MS, WatchMode, watch_changes
from audio_ident.ingest.schedule import Schedule, next_run
from audio_ident.ingest.stability import Stability
from audio_ident.ingest.tools import Clock
from audio_ident.model.reports import ImportSummary
from audio_ident.stores.sql.names import display_name

RETRY_S = 30.0
"""Pause before an import is tried again that failed in a way that may pass."""

Import = Callable[[Sequence[Path], Callable[[], bool]], ImportSummary]
"""Imports folders until it is asked to stop."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class WatchPlan:
    """What to watch, and how."""

    mode: WatchMode
    poll_interval_s: float
    settle_s: float
    """How long a file has to keep its size and time before it is imported."""
    schedule: Schedule | None
    """When everything is imported, changed or not."""


class FolderWatch:
    """Watches folders until it is told to stop.

    Parameters
    ----------
    roots
        Gives all folders of the library.
    """

    def __init__(
        self, plan: WatchPlan, clock: Clock, roots: Callable[[], Sequence[Path]], import_: Import
    ) -> None:
        self._plan = plan
        self._clock = clock
        self._roots = roots
        self._import = import_

    def run(
        self,
        folders: Sequence[Path],
        *,
        on_import: Callable[[ImportSummary], None],
        on_problem: Callable[[AudioIdentError], None],
        should_stop: Callable[[], bool],
    ) -> None:
        """Import everything once, then what changes.

        Parameters
        ----------
        folders
            None given: all folders of the library.
        on_problem
            Told of what ended an import; the watch goes on.

        Raises
        ------
        BadInput
            There is nothing to watch, or it is no folder.
        """
        watched = [folder.resolve() for folder in folders or self._roots()]
        if not watched or not all(folder.is_dir() for folder in watched):
            raise BadInput("name folders that exist, or import some first")
        plan, clock = self._plan, self._clock
        due = _Due(watched, plan.schedule, clock)
        while not should_stop():
            standing = _standing(watched)
            stability = Stability(watched, plan.settle_s, clock.monotonic_s)
            for paths in self._changes(tuple(standing), should_stop):
                if _standing(watched) != standing:
                    break  # a disk went or came back: what was watched is no longer the folder
                stability.note(paths)
                wanted = due.take(stability.take_due())
                if wanted and not should_stop():
                    self._take(wanted, due, (on_import, on_problem), should_stop)
            back = _standing(watched)
            due.add(folder for folder in back if back[folder] != standing.get(folder))
            for folder in standing.keys() - back.keys():
                on_problem(RootVanished(f"{display_name(str(folder))} is gone"))

    def _take(
        self,
        wanted: Sequence[Path],
        due: "_Due",
        tell: tuple[Callable[[ImportSummary], None], Callable[[AudioIdentError], None]],
        should_stop: Callable[[], bool],
    ) -> None:
        on_import, on_problem = tell
        try:
            on_import(self._import(wanted, should_stop))
        except AudioIdentError as problem:
            on_problem(problem)
            # what has vanished is imported when it is back, not before
            if problem.is_retryable and not isinstance(problem, RootVanished):
                due.put_back(wanted)

    def _changes(
        self, folders: Sequence[Path], should_stop: Callable[[], bool]
    ) -> Iterator[set[Path]]:
        if folders:
            yield from watch_changes(
                folders, self._plan.mode, self._plan.poll_interval_s, should_stop
            )
        while not folders and not should_stop():
            self._clock.sleep_s(TICK_MS / 1000)
            yield set()


def _standing(folders: Sequence[Path]) -> dict[Path, tuple[int, int]]:
    """The folders that are there, and what tells whether they are still the same."""
    found: dict[Path, tuple[int, int]] = {}
    for folder in folders:
        with contextlib.suppress(OSError):
            status = folder.stat()
            found[folder] = (status.st_dev, status.st_ino)
    return found


class _Due:
    """Folders that are to be imported now: changed, by the clock, or once more."""

    def __init__(self, watched: Sequence[Path], schedule: Schedule | None, clock: Clock) -> None:
        self._watched = watched
        self._schedule = schedule
        self._clock = clock
        self._next_run: datetime.datetime | None = None
        self._waiting: set[Path] = set(watched)
        self._retry_at_s = float("-inf")
        self._plan_next()

    def take(self, changed: Sequence[Path]) -> list[Path]:
        """What is due, changed folders included; each is told once."""
        self._waiting.update(changed)
        if self._next_run is not None and self._clock.now() >= self._next_run:
            self._waiting.update(self._watched)
            self._plan_next()
        if not self._waiting or self._clock.monotonic_s() < self._retry_at_s:
            return []
        wanted = [folder for folder in sorted(self._waiting) if folder.is_dir()]
        self._waiting.clear()
        return wanted

    def add(self, folders: Iterable[Path]) -> None:
        """Import these as soon as possible."""
        self._waiting.update(folders)

    def put_back(self, folders: Sequence[Path]) -> None:
        """Try again in a while."""
        self._waiting.update(folders)
        self._retry_at_s = self._clock.monotonic_s() + RETRY_S

    def _plan_next(self) -> None:
        if self._schedule is not None:
            self._next_run = next_run(self._schedule, self._clock.now())
