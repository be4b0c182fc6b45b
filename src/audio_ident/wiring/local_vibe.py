"""Composition of what the terminal asks about sound: vectors are opened for one question."""

import functools
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from audio_ident.engines.embedders.models import open_model
from audio_ident.engines.protocols import DecodeLimits, Decoder
from audio_ident.identify.ask import QueryTools, Question, ask_about_clip
from audio_ident.identify.vibe.clip_sound import HeldModel
from audio_ident.identify.vibe.lane import SILENT
from audio_ident.identify.vibe.similar import SimilarTracks
from audio_ident.library.places import LibraryPlaces
from audio_ident.model.library import TrackId
from audio_ident.model.mixes import MixAnswer, MixWish, PathAnswer
from audio_ident.model.vibe import Blend, SimilarAnswer, VibeWish
from audio_ident.refusals import NotListenedYet
from audio_ident.settings.model import Settings
from audio_ident.stores.fingerprints.index_reader import SegmentIndexReader
from audio_ident.stores.sql.unit_of_work import Catalogue
from audio_ident.wiring.journeys import Journeys, make_journeys
from audio_ident.wiring.models import models_directory
from audio_ident.wiring.vibe import open_lane, open_similar, text_vector_here


class LocalVibe:
    """How the tracks of a library in a folder sound; clips are listened to in this process."""

    def __init__(
        self,
        settings: Settings,
        places: LibraryPlaces,
        catalogue: Catalogue,
        decoder: Decoder,
        limits: DecodeLimits,
    ) -> None:
        self._settings = settings
        self._places = places
        self._catalogue = catalogue
        self._decoder = decoder
        self._limits = limits

    def similar(self, blend: Blend, wish: VibeWish) -> SimilarAnswer:
        """Tracks that sound like some tracks or a sentence, and unlike others."""
        with self._opened() as similar:
            return similar.similar_to_blend(blend, wish)

    def similar_to_clip(self, clip: Path, wish: VibeWish) -> tuple[SimilarAnswer, str | None]:
        """Tracks that sound like a file, and what is to be said of the answer.

        Recordings that are heard in the file are left out.
        """
        with self._opened() as similar, open_lane(similar, self._catalogue) as lane:
            plan = lane.plan()
            with closing(SegmentIndexReader(self._places.index)) as index:
                tools = QueryTools(
                    decoder=self._decoder,
                    limits=self._limits,
                    index=index,
                    report=lambda _: None,
                    models=HeldModel(
                        functools.partial(open_model, models_directory(self._settings))
                    ),
                )
                question = Question(path=clip, is_described=True, model=plan.model)
                heard = ask_about_clip(tools, question)
            if heard.sound is None:
                raise NotListenedYet("nobody has heard how the clip sounds")
            sound, remark = lane.placed(plan, heard.sound)
            if not len(sound.windows.vectors):
                remark = SILENT
            return similar.similar_to_sound(sound, wish, heard.recordings), remark

    def path(self, start: TrackId, end: TrackId, steps: int) -> PathAnswer:
        """A path from one track to another."""
        with self._journeys() as journeys:
            return journeys.paths.path(start, end, steps)

    def mix(self, wish: MixWish) -> MixAnswer:
        """The tracks of a mix that follow."""
        with self._journeys() as journeys:
            return journeys.mixes.mix(wish)

    @contextmanager
    def _opened(self) -> Iterator[SimilarTracks]:
        text_vector = text_vector_here(self._settings)
        with open_similar(self._settings, self._places, self._catalogue, text_vector) as similar:
            yield similar

    @contextmanager
    def _journeys(self) -> Iterator[Journeys]:
        with self._opened() as similar:
            yield make_journeys(similar, self._catalogue)
