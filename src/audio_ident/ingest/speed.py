"""How fast an import is, and how long it will still take; it moves even while one file is huge."""

import math
from collections import deque
from collections.abc import Iterable

WINDOW_S = 60.0
"""Stretch of time over which speed is told."""

_FIRST_GUESS_BYTES_PER_S = 2_000_000.0
"""What a worker is believed to manage until a file is done."""


class Speed:
    """Bytes and files over the last minute."""

    def __init__(self, started_s: float) -> None:
        self._samples: deque[tuple[float, float, int]] = deque([(started_s, 0.0, 0)])
        self._finished_bytes = 0

    def add(self, size: int) -> None:
        """Count the bytes of a file that was worked on to its end."""
        self._finished_bytes += size

    def look(
        self, now_s: float, files_done: int, running: Iterable[tuple[int, float]]
    ) -> tuple[float, float, float]:
        """Bytes/s, files/s, and the bytes that count as done in the files at hand.

        Parameters
        ----------
        running
            Size, and seconds since it was begun, of each file in a worker.
        """
        at_hand = list(running)
        begun = self._done_at_hand(now_s, at_hand)
        self._samples.append((now_s, self._finished_bytes + begun, files_done))
        while len(self._samples) > 2 and now_s - self._samples[1][0] >= WINDOW_S:
            self._samples.popleft()
        first_s, first_bytes, first_files = self._samples[0]
        spent_s = now_s - first_s
        if spent_s <= 0:
            return 0.0, 0.0, begun
        grown = max(0.0, self._finished_bytes + begun - first_bytes)
        return grown / spent_s, (files_done - first_files) / spent_s, begun

    def _done_at_hand(self, now_s: float, at_hand: list[tuple[int, float]]) -> float:
        """Bytes believed to be done: each file comes ever closer to its end and never arrives."""
        spent_s = now_s - self._samples[0][0]
        each = _FIRST_GUESS_BYTES_PER_S
        if self._finished_bytes and spent_s > 0:
            each = self._finished_bytes / spent_s / max(1, len(at_hand))
        return sum(size * -math.expm1(-age_s * each / size) for size, age_s in at_hand if size)
