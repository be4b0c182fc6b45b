"""Makes what answers what sounds alike, for the service and for the terminal."""

import functools
import math
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from audio_ident.core.vibe.timbre import Scaling, timbre_windows
from audio_ident.core.vibe.timbre_space import rhythm_weight_of, scaling_from_parameters
from audio_ident.engines.embedders.models import open_model
from audio_ident.identify.vibe.lane import LaneTools, VibeLane
from audio_ident.identify.vibe.shortlist import LEAST_ASKED
from audio_ident.identify.vibe.similar import SimilarTracks, VibeTools
from audio_ident.library.places import LibraryPlaces
from audio_ident.library.tracks import has_recordings
from audio_ident.model.analysis import Fields
from audio_ident.model.vectors import Space, SpaceId, Vectors, WindowVectors
from audio_ident.settings.model import Settings
from audio_ident.stores.sql.unit_of_work import Catalogue
from audio_ident.stores.sql.vector_marks import SpaceOfStore
from audio_ident.stores.vectors.fuse import FusedReader
from audio_ident.wiring.models import models_directory
from audio_ident.wiring.parts import CLOCK
from audio_ident.wiring.vectors import open_vector_reader

MOST_SEARCHES = 8
"""Searches of the vector index at once; a server that hangs keeps no more threads waiting."""


ASKED_OF_SERVER = 50
"""Recordings whose windows a server sends at least for a question: as text, a hundred of them with
forty windows of a model each take a quarter of a second to read."""

COUNTED_EVERY_S = 5.0
"""Counting takes a while in a large library, and progress is told no more exactly than that."""


@contextmanager
def open_similar(
    settings: Settings,
    places: LibraryPlaces,
    catalogue: Catalogue,
    text_vector: Callable[[Space, str], Vectors],
) -> Iterator[SimilarTracks]:
    """What answers what sounds alike; the index is opened for reading."""
    with open_vector_reader(settings, places) as opened:
        reader = FusedReader(opened, CLOCK.monotonic_s) if settings.qdrant_url else opened
        yield SimilarTracks(
            VibeTools(
                catalogue=catalogue,
                reader=reader,
                coverage=CoverageWatch(catalogue, reader.name, CLOCK.monotonic_s).share,
                text_vector=text_vector,
                most_per_artist=settings.vibe_most_per_artist,
                least_asked=ASKED_OF_SERVER if settings.qdrant_url else LEAST_ASKED,
            )
        )


@contextmanager
def open_lane(similar: SimilarTracks, catalogue: Catalogue) -> Iterator[VibeLane]:
    """The lane of searches."""
    threads = ThreadPoolExecutor(MOST_SEARCHES, thread_name_prefix="vibe")
    try:
        yield VibeLane(
            LaneTools(
                similar=similar,
                timbre_windows=TimbreSpaces().windows,
                has_recordings=functools.partial(has_recordings, catalogue),
                threads=threads,
            )
        )
    finally:
        threads.shutdown(wait=False, cancel_futures=True)


def text_vector_here(settings: Settings) -> Callable[[Space, str], Vectors]:
    """Understands sentences in this process, as the terminal does."""

    def text_vector(space: Space, text: str) -> Vectors:
        name = str(space.parameters["name"])
        return open_model(models_directory(settings), name).embed_text(text)

    return text_vector


class TimbreSpaces:
    """Puts descriptions of sounds into spaces of `timbre`; remembers the scaling of the last."""

    def __init__(self) -> None:
        self._last: tuple[SpaceId, Scaling, float] | None = None

    def windows(self, space: Space, fields: Fields) -> WindowVectors:
        """Windows of a sound in a space."""
        last = self._last
        if last is None or last[0] != space.id:
            scaling = scaling_from_parameters(space.parameters)
            last = self._last = (space.id, scaling, rhythm_weight_of(space))
        return timbre_windows(fields, last[1], last[2])


class CoverageWatch:
    """How much of a library is in a space; it is counted now and then, not for every question."""

    def __init__(self, catalogue: Catalogue, store: str, monotonic_s: Callable[[], float]) -> None:
        self._catalogue = catalogue
        self._store = store
        self._monotonic_s = monotonic_s
        self._last: Mapping[SpaceId, tuple[float, float]] = {}

    def share(self, space_id: SpaceId) -> float:
        """From 0 to 1, as it was at most `COUNTED_EVERY_S` ago; an empty library is covered."""
        at_s, share = self._last.get(space_id, (-math.inf, 0.0))
        now_s = self._monotonic_s()
        if now_s - at_s < COUNTED_EVERY_S:
            return share
        with self._catalogue.reading() as rows:
            place = SpaceOfStore(space_id=space_id, store=self._store)
            coverage = rows.vector_marks.coverage(place)
        share = coverage.covered / coverage.wanted if coverage.wanted else 1.0
        self._last = {space_id: (now_s, share)}
        return share
