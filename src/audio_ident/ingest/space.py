"""Looks at the free space before an import and while it runs, so that it ends in good order."""

from collections.abc import Callable, Iterable

from audio_ident.errors import DiskFull
from audio_ident.ingest.job import Job

KEPT_BYTES_PER_HOUR = 16_000_000
"""What the stores keep of an hour of audio, rounded up; `docs/decisions/0015` has the figures."""

_LOSSLESS = frozenset({"flac", "wav", "wave", "aif", "aiff", "aifc", "wv", "w64", "rf64", "bwf"})

_BYTES_PER_HOUR = {True: 300_000_000, False: 70_000_000}
"""Size of an hour of lossless and of other audio, rather low, so that the estimate is high."""


def needed_bytes(jobs: Iterable[Job]) -> int:
    """About how much the stores will grow by these files, from their names and sizes."""
    hours = sum(job.stamp.size / _BYTES_PER_HOUR[_is_lossless(job)] for job in jobs)
    return round(hours * KEPT_BYTES_PER_HOUR)


class SpaceGuard:
    """Ends an import before the disk is full.

    Parameters
    ----------
    free_bytes
        Asks how much is free.
    reserve_bytes
        What must stay free.
    """

    def __init__(self, free_bytes: Callable[[], int], reserve_bytes: int) -> None:
        self._free_bytes = free_bytes
        self._reserve_bytes = reserve_bytes

    def check(self, needed: int = 0) -> None:
        """Raise `DiskFull` unless so many bytes fit and the reserve stays free."""
        free = self._free_bytes()
        if free < needed + self._reserve_bytes:
            raise DiskFull(
                f"about {needed + self._reserve_bytes} bytes are needed"
                f" ({self._reserve_bytes} of them to stay free), {free} are free"
            )


def _is_lossless(job: Job) -> bool:
    return job.stamp.relative_path.rpartition(".")[2].lower() in _LOSSLESS
