"""Spares whoever asks a vector server the wait while it does not answer."""

import itertools
import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager

from audio_ident.model.analysis import AudioDigest
from audio_ident.model.vectors import RecordingHits, SpaceId, Vectors, Where, WindowVectors
from audio_ident.stores.vectors.protocol import EVERYTHING, VectorReader
from audio_ident.vibe_errors import VectorsUnreachable

LATE_S = 2.0
"""A server that has not answered for so long, nor anybody else meanwhile, may be hanging."""

TRIAL_S = 5.0
"""How often one question is let through to a server that failed or may be hanging."""


class FusedReader:
    """Implements `VectorReader` before another one, and refuses at once while that one fails.

    Questions that hang cost threads, of which a service has some dozens for everything.
    """

    def __init__(self, inner: VectorReader, monotonic_s: Callable[[], float]) -> None:
        self._inner = inner
        self._monotonic_s = monotonic_s
        self._lock = threading.Lock()
        self._numbers = itertools.count()
        self._unanswered: dict[int, float] = {}
        """When questions began since which nobody was answered."""
        self._has_failed = False
        self._tried_s = float("-inf")

    @property
    def name(self) -> str:
        """As `VectorReader.name`."""
        return self._inner.name

    def search(
        self,
        space_id: SpaceId,
        vectors: Vectors,
        *,
        recordings: int,
        windows_each: int = 3,
        where: Where = EVERYTHING,
    ) -> tuple[RecordingHits, ...]:
        """As `VectorReader.search`."""
        with self._asking():
            return self._inner.search(
                space_id, vectors, recordings=recordings, windows_each=windows_each, where=where
            )

    def windows_of(
        self, space_id: SpaceId, digests: Collection[AudioDigest]
    ) -> Mapping[AudioDigest, WindowVectors]:
        """As `VectorReader.windows_of`."""
        with self._asking():
            return self._inner.windows_of(space_id, digests)

    def digests(self, space_id: SpaceId) -> Iterator[AudioDigest]:
        """As `VectorReader.digests`."""
        with self._asking():
            return iter(list(self._inner.digests(space_id)))

    def close(self) -> None:
        """As `VectorReader.close`."""
        self._inner.close()

    @contextmanager
    def _asking(self) -> Iterator[None]:
        number = self._begin()
        try:
            yield
        except VectorsUnreachable:
            with self._lock:
                self._has_failed = True
            raise
        else:
            with self._lock:
                self._has_failed = False
                self._unanswered.clear()
        finally:
            with self._lock:
                self._unanswered.pop(number, None)

    def _begin(self) -> int:
        with self._lock:
            now_s = self._monotonic_s()
            is_late = any(now_s - began_s >= LATE_S for began_s in self._unanswered.values())
            if (self._has_failed or is_late) and now_s - self._tried_s < TRIAL_S:
                raise VectorsUnreachable("the server did not answer a moment ago")
            self._tried_s = now_s
            number = next(self._numbers)
            self._unanswered[number] = now_s
            return number
