"""Shows what a writer that was killed had reported as done but not yet published."""

import dataclasses
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, closing

import structlog

from audio_ident.errors import LibraryLocked, StoreProblem
from audio_ident.library.places import LibraryPlaces
from audio_ident.stores.fingerprints.index_directory import has_unpublished_changes
from audio_ident.stores.fingerprints.index_segments import SegmentIndex
from audio_ident.stores.fingerprints.segment_options import DEFAULT_OPTIONS

_LOG = structlog.get_logger()

_WITHOUT_MERGING = dataclasses.replace(DEFAULT_OPTIONS, fan_in=sys.maxsize)
"""Someone waits for an answer; the next import merges what has become too many segments."""


def show_left_recordings(
    places: LibraryPlaces, lock: Callable[[], AbstractContextManager[object]]
) -> None:
    """Publish what lies only in the log of the index, unless there is a writer to do it.

    Never waits for a lock. Where nothing can be written, readers go on with what was published,
    and a warning is logged.

    Parameters
    ----------
    lock
        Gives the right to write, or raises `LibraryLocked`.

    Raises
    ------
    IndexCorrupt
        The manifest is damaged, so that no reader can go on.
    """
    if not has_unpublished_changes(places.index):
        return
    try:
        with (
            lock(),
            closing(SegmentIndex(places.index, _WITHOUT_MERGING)) as index,
        ):
            index.publish()
    except LibraryLocked:
        return
    except StoreProblem as problem:
        _LOG.warning("left_recordings_not_shown", code=problem.code, fact=problem.fact)
