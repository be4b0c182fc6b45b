"""Finds the files that are still being written: a second look tells, one for the whole scan.

A file that was changed a moment ago may be a download in progress or an album that was copied a
second before. The first changes between two looks, the second does not.
"""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from audio_ident.ingest.scanner import FoundFile
from audio_ident.ingest.tools import Clock

SECOND_LOOK_S = 1.0
"""Time between the two looks; whoever writes a file does so more often."""


def is_fresh(entry: FoundFile, now_s: float, settle_s: float) -> bool:
    """Whether a file changed so lately that somebody may still be writing to it."""
    return abs(now_s - entry.mtime_ns / 1e9) < settle_s


def find_unsettled(
    files: Iterable[tuple[Path, FoundFile]], clock: Clock, settle_s: float
) -> Iterator[FoundFile]:
    """Files that change under our eyes; waits once, and only if any changed lately.

    Parameters
    ----------
    settle_s
        Age in seconds from which on a file is taken as it is; 0 takes every file.
    """
    now_s = clock.now().timestamp()
    fresh = [(path, entry) for path, entry in files if is_fresh(entry, now_s, settle_s)]
    if fresh:
        clock.sleep_s(SECOND_LOOK_S)
    for path, entry in fresh:
        if not _is_unchanged(path, entry):
            yield entry


def _is_unchanged(path: Path, entry: FoundFile) -> bool:
    try:
        status = os.stat(path)  # noqa: PTH116 -- odd bytes
    except OSError:
        return False
    return (status.st_size, status.st_mtime_ns) == (entry.size, entry.mtime_ns)
