"""Counts what searches come to, for whoever watches over the service."""

import dataclasses
import threading
from collections import Counter
from collections.abc import Mapping

from audio_ident.model.search import LaneStatus

FIRST_GUESS_S = 1.0
"""Length of a search, as long as there was none."""

_SHARE_OF_NEWEST = 0.1
"""How much the newest search changes the mean: about the last twenty count."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SearchTally:
    """Searches since the service started."""

    exact_lane: Mapping[LaneStatus, int]
    """How often the exact lane ended in each way."""
    refused: int
    """Searches that were answered 429."""
    elapsed_s: float
    """Sum over all searches, from the end of the upload to the answer."""
    recent_mean_s: float


class SearchMeter:
    """Counters that any thread may raise."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._exact_lane: Counter[LaneStatus] = Counter()
        self._refused = 0
        self._elapsed_s = 0.0
        self._recent_mean_s = FIRST_GUESS_S

    def count(self, status: LaneStatus, elapsed_s: float) -> None:
        """Note how the exact lane of a search ended, and how long the search took."""
        with self._lock:
            self._exact_lane[status] += 1
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
                exact_lane=dict(self._exact_lane),
                refused=self._refused,
                elapsed_s=self._elapsed_s,
                recent_mean_s=self._recent_mean_s,
            )
