"""Counts what searches come to, for whoever watches over the service."""

import dataclasses
import threading
from collections import Counter
from collections.abc import Mapping

from audio_ident.model.search import LaneReport, LaneStatus, Mode

FIRST_GUESS_S = 1.0
"""Length of a search, as long as there was none."""

_SHARE_OF_NEWEST = 0.1
"""How much the newest search changes the mean: about the last twenty count."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SearchTally:
    """Searches since the service started."""

    lanes: Mapping[tuple[Mode, LaneStatus], int]
    """How often each lane ended in each way; `skipped` when it was not asked for."""
    lanes_elapsed_s: Mapping[Mode, float]
    """Sums over all searches, from the end of the upload to the end of the lane."""
    refused: int
    """Searches that were answered 429."""
    elapsed_s: float
    """Sum over all searches, from the end of the upload to the answer."""
    recent_mean_s: float


class SearchMeter:
    """Counters that any thread may raise."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lanes: Counter[tuple[Mode, LaneStatus]] = Counter()
        self._lanes_elapsed_s = dict.fromkeys((Mode.EXACT, Mode.VIBE), 0.0)
        self._refused = 0
        self._elapsed_s = 0.0
        self._recent_mean_s = FIRST_GUESS_S

    def count(self, lanes: Mapping[Mode, LaneReport], elapsed_s: float) -> None:
        """Note how the lanes of a search ended, and how long the search took."""
        with self._lock:
            for mode, lane in lanes.items():
                self._lanes[mode, lane.status] += 1
                self._lanes_elapsed_s[mode] += lane.elapsed_s
            self._elapsed_s += elapsed_s
            self._recent_mean_s += _SHARE_OF_NEWEST * (elapsed_s - self._recent_mean_s)

    def count_refusal(self) -> None:
        """Note a search for which there was no room."""
        with self._lock:
            self._refused += 1

    def tally(self) -> SearchTally:
        """What was counted so far."""
        with self._lock:
            return SearchTally(
                lanes=dict(self._lanes),
                lanes_elapsed_s=dict(self._lanes_elapsed_s),
                refused=self._refused,
                elapsed_s=self._elapsed_s,
                recent_mean_s=self._recent_mean_s,
            )
