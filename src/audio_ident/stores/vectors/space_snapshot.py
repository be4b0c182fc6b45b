"""A space as it was published at some moment; later changes are not seen by it."""

import threading
from collections.abc import MutableMapping
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from audio_ident.core.vector_kernels import Coded, Wanted
from audio_ident.model.vectors import Space, Where, WindowVectors
from audio_ident.stores.vectors.passage_columns import PASSAGES, fitting
from audio_ident.stores.vectors.recording_file import Digests, RecordingFile
from audio_ident.stores.vectors.space_files import Part
from audio_ident.stores.vectors.window_columns import WINDOWS
from audio_ident.vibe_errors import VectorsCorrupt

Joins: TypeAlias = MutableMapping[tuple[int, int], npt.NDArray[np.int64]]
"""By the inodes of a file of windows and one of passages: where the recordings of the first are in
the second. Files never change, so that this outlives snapshots."""

_NO_WISH = Where()


class SpaceSnapshot:
    """Windows and passages of the recordings of a space; safe to use from any thread."""

    def __init__(
        self, space: Space, windows: tuple[Part, ...], passages: tuple[Part, ...], joins: Joins
    ) -> None:
        self.space = space
        self.windows = windows
        self.passages = passages
        self._joins = joins
        self._lock = threading.Lock()
        self._passage_of_windows: dict[str, npt.NDArray[np.int64]] = {}

    def wanted(self, part: Part, where: Where, without: Digests) -> Wanted:
        """What of the windows of one file is looked at."""
        recordings = part.alive.copy()
        places = part.file.find(without)
        recordings[places[places >= 0]] = False
        return Wanted(
            begins=part.file.groups[WINDOWS].begins,
            recordings=recordings,
            windows=self._fitting_windows(part, where),
        )

    def coded(self, part: Part) -> Coded:
        """The windows of one file, as they are scanned."""
        columns = part.file.groups[WINDOWS].columns
        return Coded(codes=columns["codes"], scales=columns["scales"])

    def windows_at(self, part: Part, place: int) -> WindowVectors:
        """The windows of one recording of a file."""
        group = part.file.groups[WINDOWS]
        own = slice(int(group.begins[place]), int(group.begins[place + 1]))
        return WindowVectors(
            vectors=group.columns["vectors"][own].astype(np.float32),
            start_ms=group.columns["start_ms"][own].copy(),
            end_ms=group.columns["end_ms"][own].copy(),
        )

    def _fitting_windows(self, part: Part, where: Where) -> npt.NDArray[np.bool_] | None:
        if not _asks_for_passages(where):
            return None
        fits = np.concatenate([fitting(own.file, where) for own in self.passages])
        mask: npt.NDArray[np.bool_] = fits[self._passages_under(part)]
        return mask

    def _passages_under(self, part: Part) -> npt.NDArray[np.int64]:
        """For each window, the number of its passage, counted through all files of passages."""
        name = part.file.path.name
        with self._lock:
            if name not in self._passage_of_windows:
                self._passage_of_windows[name] = self._find_passages(part)
            return self._passage_of_windows[name]

    def _find_passages(self, part: Part) -> npt.NDArray[np.int64]:
        first = np.zeros(len(part.alive), np.int64)
        count = np.zeros(len(part.alive), np.int64)
        offset = 0
        for own in self.passages:
            begins = own.file.groups[PASSAGES].begins
            places = self._joined(part.file, own.file)
            there = np.flatnonzero(own.living(places) >= 0)
            at = places[there]
            first[there], count[there] = offset + begins[at], begins[at + 1] - begins[at]
            offset += int(begins[-1])
        if (count[part.alive] == 0).any():
            raise VectorsCorrupt(f"{part.file.path}: recordings without passages")
        return self._nearest(part, first, count)

    def _joined(self, windows: RecordingFile, passages: RecordingFile) -> npt.NDArray[np.int64]:
        key = (windows.inode, passages.inode)
        if key not in self._joins:
            self._joins[key] = passages.find(windows.digests)
        return self._joins[key]

    def _nearest(
        self, part: Part, first: npt.NDArray[np.int64], count: npt.NDArray[np.int64]
    ) -> npt.NDArray[np.int64]:
        group = part.file.groups[WINDOWS]
        sizes = np.diff(group.begins)
        nearest = np.repeat(first, sizes)
        choices = np.repeat(count, sizes)
        choosing = np.flatnonzero(choices > 1)
        if not len(choosing):
            return nearest
        starts, ends = (
            np.concatenate([own.file.groups[PASSAGES].columns[name] for own in self.passages])
            for name in ("start_ms", "end_ms")
        )
        times = (group.columns[name][choosing].astype(np.int64) for name in ("start_ms", "end_ms"))
        middles = sum(times) // 2
        least = np.full(len(choosing), np.iinfo(np.int64).max)
        base = nearest[choosing]
        for number in range(int(choices.max())):
            at = np.minimum(base + number, len(starts) - 1)
            outside = np.maximum(np.maximum(starts[at] - middles, middles - ends[at]), 0)
            better = (number < choices[choosing]) & (outside < least)
            least[better] = outside[better]
            nearest[choosing[better]] = at[better]
        return nearest


def _asks_for_passages(where: Where) -> bool:
    wishes = ("artists", "genres", "years", "tempi_bpm", "keys", "without_tracks")
    return any(getattr(where, wish) != getattr(_NO_WISH, wish) for wish in wishes)
