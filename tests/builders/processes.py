"""The processes below a service, and whether they are gone."""

import contextlib
import os
import signal
from collections.abc import Iterator
from pathlib import Path

from builders.asking import workers_of


def descendants_of(owner: int) -> Iterator[int]:
    """Everything that a process started, and what that started."""
    for child in _children_of(owner):
        yield child
        yield from descendants_of(child)


def import_workers_of(service: int) -> set[int]:
    """The processes that listen to files which a service imports."""
    return set().union(*(workers_of(child) for child in _children_of(service)))


def kill(processes: set[int]) -> None:
    """`kill -9`."""
    for process in processes:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)


def runs(process: int) -> bool:
    """Whether a process is alive: one that ended and that nobody has asked after is not."""
    try:
        return ") Z" not in Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return False


def _children_of(owner: int) -> list[int]:
    try:
        tasks = list(Path(f"/proc/{owner}/task").iterdir())
        return [int(pid) for task in tasks for pid in (task / "children").read_text().split()]
    except OSError:  # it ends at this moment
        return []
