"""What people do with the vectors of a library: fill, fit, compare, make again."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, closing
from pathlib import Path

from audio_ident.engines.embedders.models import BUILT_IN, find_model
from audio_ident.ingest.timbre_spaces import use_own_scaling, use_shipped_scaling
from audio_ident.library.check_vectors import CheckedVectors, check_vectors
from audio_ident.library.diagnosis.verdicts import degraded, healthy
from audio_ident.library.places import LibraryPlaces
from audio_ident.library.vector_coverage import coverage_of
from audio_ident.model.filling import FillProgress, FillSummary, SpaceCoverage
from audio_ident.model.reports import CheckFinding, Diagnosis
from audio_ident.model.vectors import SpaceId
from audio_ident.settings.model import Settings
from audio_ident.stores.artefacts.artefacts_files import FileArtefactStore
from audio_ident.stores.sql.unit_of_work import Catalogue
from audio_ident.stores.sql.vector_marks import SpaceOfStore
from audio_ident.stores.vectors.index_check import find_damaged_spaces, find_vector_problems
from audio_ident.stores.vectors.index_files import NAME, FileVectorIndex, space_ids
from audio_ident.vibe_errors import ModelInvalid, ModelMissing, VectorsUnreachable
from audio_ident.wiring.models import models_directory
from audio_ident.wiring.parts import CLOCK
from audio_ident.wiring.vectors import VectorBench, open_vector_reader, vector_store_name

_NO_SPACE = SpaceId("timbre-none")
"""A space that no store has: asking for it tells whether a server answers."""


class LibraryVectors:
    """The vectors of one library.

    Parameters
    ----------
    lock
        Takes the right to write.
    """

    def __init__(
        self,
        settings: Settings,
        places: LibraryPlaces,
        catalogue: Catalogue,
        lock: Callable[[], AbstractContextManager[object]],
    ) -> None:
        self._settings = settings
        self._places = places
        self._catalogue = catalogue
        self._lock = lock
        self._bench = VectorBench(settings, places, catalogue)
        self._artefacts = FileArtefactStore(places.analyses)

    def coverage(self) -> Sequence[SpaceCoverage]:
        """Spaces that are asked for, answer, or hold anything."""
        return coverage_of(self._catalogue, vector_store_name(self._settings, self._places))

    def fill(
        self, on_progress: Callable[[FillProgress], None], should_stop: Callable[[], bool]
    ) -> FillSummary:
        """Put what is missing, with workers if the settings name a model."""
        with self._lock(), self._bench.open_all(needs_model=True) as filling:
            return filling.fill(should_stop, on_progress)

    def refit(
        self,
        on_progress: Callable[[FillProgress], None],
        should_stop: Callable[[], bool],
        *,
        is_shipped: bool,
    ) -> FillSummary:
        """Fit the scaling of `timbre` to this library, or go back to the shipped one, and fill."""
        weight = self._settings.vibe_rhythm_weight
        with self._lock():
            if is_shipped:
                use_shipped_scaling(self._catalogue, weight, CLOCK.now())
            else:
                use_own_scaling(self._catalogue, self._artefacts, weight, CLOCK.now())
            with self._bench.open_quick() as filling:
                return filling.fill(should_stop, on_progress)

    def check(self, *, is_deep: bool) -> list[CheckFinding]:
        """Every place where rows and vectors disagree."""
        folder = self._folder()
        problems = find_vector_problems(folder) if folder and is_deep else ()
        stored = space_ids(folder) if folder and folder.is_dir() else ()
        with open_vector_reader(self._settings, self._places) as reader:
            vectors = CheckedVectors(
                catalogue=self._catalogue,
                index=reader,
                sounds=self._artefacts,
                stored_spaces=stored,
            )
            return check_vectors(vectors, problems=problems, is_deep=is_deep)

    def repair(self, *, is_deep: bool) -> None:
        """Mend what `check` finds; the caller holds the lock."""
        self._drop_damaged()
        with self._bench.open_quick() as filling:
            filling.agree(with_passages=is_deep)
            filling.fill()

    def make_again(self, on_progress: Callable[[int, int], None]) -> None:
        """Make what analyses tell again; what models made stays. The caller holds the lock."""
        self._drop_damaged()
        with self._bench.open_quick() as filling:
            filling.make_again()
            filling.fill(on_progress=lambda told: on_progress(told.done, told.total))

    def _drop_damaged(self) -> None:
        """Forget spaces in files that cannot be read, and those that no row knows."""
        folder = self._folder()
        if folder is None or not folder.is_dir():
            return
        with self._catalogue.reading() as rows:
            known = {space.space.id for space in rows.spaces.all()}
        dropped = find_damaged_spaces(folder) | (set(space_ids(folder)) - known)
        with closing(FileVectorIndex(folder)) as index:
            for space_id in sorted(dropped):
                index.drop(space_id)
        with self._catalogue.writing() as rows:
            for space_id in dropped & known:
                rows.vector_marks.delete(SpaceOfStore(space_id=space_id, store=NAME))

    def _folder(self) -> Path | None:
        return None if self._settings.qdrant_url else self._places.vectors


def diagnose_vectors(settings: Settings) -> Diagnosis:
    """Whether the vectors can be asked, how many recordings there are, and the model if chosen."""
    places = LibraryPlaces(data_directory=settings.data_dir)
    if settings.vibe_model != BUILT_IN:
        try:
            find_model(models_directory(settings), settings.vibe_model)
        except (ModelMissing, ModelInvalid) as error:
            effect = "music cannot be found by words; `timbre` answers"
            return degraded(error.fact, effect=effect, remedy=error.remedy)
    if settings.qdrant_url:
        return _diagnose_server(settings, places)
    folder = places.vectors
    with open_vector_reader(settings, places) as reader:
        spaces = space_ids(folder) if folder.is_dir() else []
        counts = {space_id: sum(1 for _ in reader.digests(space_id)) for space_id in spaces}
    size_bytes = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    told = ", ".join(f"{count} recordings in {space_id}" for space_id, count in counts.items())
    return healthy(f"{told or 'none yet'}, {size_bytes / 2**20:.1f} MiB")


def _diagnose_server(settings: Settings, places: LibraryPlaces) -> Diagnosis:
    with open_vector_reader(settings, places) as reader:
        try:
            next(iter(reader.digests(_NO_SPACE)), None)
        except VectorsUnreachable as error:
            effect = "what sounds alike cannot be told"
            return degraded(error.fact, effect=effect, remedy=error.remedy)
        return healthy(f"{reader.name} answers")
