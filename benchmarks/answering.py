"""What answers about sound cost in a large library, stage by stage, and what keeps it up to date.

`LIBRARY_RECORDINGS` says how many recordings there are (10,000 unless told). They are made up; the
clip is of the music at hand.
"""

import os
import statistics
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from benchmarks.large_library import START, track_of, write_analyses, write_rows
from benchmarks.measure import Figure, cost_s, peak_memory_mb
from benchmarks.music import LIMITS, Music

from audio_ident.engines.decoder_pyav import PyavDecoder
from audio_ident.engines.embedders.timbre import raw_descriptors
from audio_ident.identify.vibe.similar import SimilarTracks, VibeTools
from audio_ident.ingest.mapping import Mapper
from audio_ident.library.map.view import LibraryMap
from audio_ident.library.places import LibraryPlaces
from audio_ident.model.analysis import AudioDigest
from audio_ident.model.audio import MONO_RATE_HZ, Feed, Mono
from audio_ident.model.library import TrackId
from audio_ident.model.library_map import MapWindow
from audio_ident.model.mixes import MixWish
from audio_ident.model.search import TrackSpan
from audio_ident.model.vectors import RecordingHits, Space, SpaceId, Vectors, Where, WindowVectors
from audio_ident.model.vibe import Blend, VibeWish
from audio_ident.settings.model import Settings
from audio_ident.stores.sql.unit_of_work import Catalogue
from audio_ident.stores.vectors.protocol import EVERYTHING, VectorReader
from audio_ident.vibe_errors import ModelMissing
from audio_ident.wiring.journeys import make_journeys
from audio_ident.wiring.parts import CLOCK, catalogue_url, open_catalogue
from audio_ident.wiring.vectors import VectorBench, open_vector_reader

RECORDINGS = int(os.environ.get("LIBRARY_RECORDINGS", "10000"))

QUESTIONS = 15
CLIP_S = 10
MOST_FILLING_S = 3.0
MOST_LOOK_S = 0.05


def measure(music: Music) -> list[Figure]:
    """Costs of filling, of questions, and of what an importer looks at again and again."""
    with TemporaryDirectory() as made, ExitStack() as stack:
        settings = Settings(data_dir=Path(made))
        places = LibraryPlaces(data_directory=settings.data_dir)
        catalogue = stack.enter_context(open_catalogue(settings))
        write_rows(catalogue_url(settings, places), range(RECORDINGS))
        write_analyses(places.analyses, range(RECORDINGS))
        filling = _filling_figures(VectorBench(settings, places, catalogue))
        reader = TimedReader(stack.enter_context(open_vector_reader(settings, places)))
        similar = SimilarTracks(
            VibeTools(
                catalogue=catalogue,
                reader=reader,
                coverage=lambda _: 1.0,
                text_vector=_no_words,
                most_per_artist=settings.vibe_most_per_artist,
            )
        )
        return [
            Figure(name="recordings", value=RECORDINGS, unit="recordings"),
            *filling,
            *_map_figures(catalogue, reader),
            _describing(music),
            *_question_figures(similar, reader),
            *_journey_figures(similar, catalogue),
            Figure(name="most memory", value=peak_memory_mb(), unit="MB"),
        ]


class TimedReader:
    """A `VectorReader` before another one, that notes how long its answers take."""

    def __init__(self, inner: VectorReader) -> None:
        self._inner = inner
        self.name = inner.name
        self.search_s = self.windows_s = 0.0

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
        started_s = time.thread_time()
        found = self._inner.search(
            space_id, vectors, recordings=recordings, windows_each=windows_each, where=where
        )
        self.search_s += time.thread_time() - started_s
        return found

    def windows_of(
        self, space_id: SpaceId, digests: Collection[AudioDigest]
    ) -> Mapping[AudioDigest, WindowVectors]:
        """As `VectorReader.windows_of`."""
        started_s = time.thread_time()
        found = self._inner.windows_of(space_id, digests)
        self.windows_s += time.thread_time() - started_s
        return found

    def digests(self, space_id: SpaceId) -> Iterator[AudioDigest]:
        """As `VectorReader.digests`."""
        return self._inner.digests(space_id)

    def close(self) -> None:
        """As `VectorReader.close`."""
        self._inner.close()


def _filling_figures(bench: VectorBench) -> list[Figure]:
    def fill() -> None:
        with bench.open_quick() as filling:
            for _ in range(RECORDINGS // 100):
                filling.fill_some()

    first_s = cost_s(fill)
    with bench.open_quick() as filling:
        filling.fill()
        nothing_s = cost_s(filling.fill)
        filling.fill_some()
        look_s = cost_s(filling.fill_some)
    return [
        Figure(
            name="filling",
            value=1e3 * first_s / RECORDINGS,
            unit="CPU s / 1000",
            most=MOST_FILLING_S,
        ),
        Figure(name="filling, nothing to do", value=1e3 * nothing_s, unit="CPU ms"),
        Figure(
            name="looking for news during an import",
            value=1e3 * look_s,
            unit="CPU ms",
            most=1e3 * MOST_LOOK_S,
        ),
    ]


def _map_figures(catalogue: Catalogue, reader: VectorReader) -> list[Figure]:
    mapper = Mapper(catalogue, reader, CLOCK.now)
    shower = LibraryMap(catalogue)
    with catalogue.writing() as rows:
        layout = rows.map.newest_layout()
        if layout is None:
            raise SystemExit("the library has no map")
        rows.map.add_layout(layout.space_id, rows.map.landmarks(layout.id), layout.tracks, START)
    placing_s = cost_s(lambda: mapper.step(lambda: False))
    window = MapWindow(x_from=0.0, x_to=0.2, y_from=0.0, y_to=0.2)
    return [
        Figure(name="placing on the map", value=1e3 * placing_s / RECORDINGS, unit="CPU s / 1000"),
        _cost("the map", lambda _: shower.view()),
        _cost("a part of the map", lambda _: shower.view(window)),
    ]


def _describing(music: Music) -> Figure:
    blocks: list[Mono] = []
    PyavDecoder(clock=time.monotonic).listen(music.files[0], {Feed.MONO_16K: blocks.append}, LIMITS)
    clip = np.concatenate(blocks)[: MONO_RATE_HZ * CLIP_S]
    return _cost(f"describing a clip of {CLIP_S} s", lambda _: raw_descriptors([clip]))


def _question_figures(similar: SimilarTracks, reader: TimedReader) -> list[Figure]:
    similar.similar_to_blend(_about(0), VibeWish())
    reader.search_s = reader.windows_s = 0.0
    whole_s = cost_s(
        lambda: [similar.similar_to_blend(_about(n), VibeWish()) for n in range(QUESTIONS)]
    )
    stages = {
        "whole": whole_s,
        "search": reader.search_s,
        "stored windows": reader.windows_s,
        "rows, pooling and reasons": whole_s - reader.search_s - reader.windows_s,
    }
    return [
        Figure(name=f"similar tracks, {name}", value=1e3 * spent_s / QUESTIONS, unit="CPU ms")
        for name, spent_s in stages.items()
    ]


def _journey_figures(similar: SimilarTracks, catalogue: Catalogue) -> list[Figure]:
    journeys = make_journeys(similar, catalogue)

    def nearest(number: int) -> None:
        (place,) = similar.places([_track(number)])
        similar.nearest(place.vector, VibeWish(), place.space)

    return [
        _cost("near one vector, as a sentence is", nearest),
        _cost("path of 10", lambda n: journeys.paths.path(_track(n), _track(n + 50), 10)),
        _cost("path of 100", lambda n: journeys.paths.path(_track(n), _track(n + 50), 100)),
        _cost("mix of 25", lambda n: journeys.mixes.mix(MixWish(seeds=(_track(n),), count=25))),
    ]


def _cost(name: str, ask: Callable[[int], object], repeats: int = 5) -> Figure:
    costs_s = []
    for number in range(repeats):
        started_s = time.thread_time()
        ask(number)
        costs_s.append(time.thread_time() - started_s)
    return Figure(name=name, value=1e3 * statistics.median(costs_s), unit="CPU ms")


def _track(number: int) -> TrackId:
    return TrackId(track_of((13 + 7919 * number) % RECORDINGS))


def _about(number: int) -> Blend:
    return Blend(plus=(TrackSpan(track_id=_track(number), start_s=0.0, end_s=None),))


def _no_words(space: Space, text: str) -> Vectors:
    raise ModelMissing(f"{space.id} knows nothing of {text!r}")
