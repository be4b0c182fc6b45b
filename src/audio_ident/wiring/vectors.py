"""Composition of vectors: where they lie, which spaces there are to be, what fills them."""

import dataclasses
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from audio_ident.engines.decoder_pyav import PyavDecoder
from audio_ident.engines.embedders.clap import ClapEmbedder
from audio_ident.engines.embedders.models import BUILT_IN, find_model, folder_of
from audio_ident.engines.pool import CrashProofExecutor
from audio_ident.engines.pool_call import PoolOptions
from audio_ident.engines.protocols import DecodeLimits
from audio_ident.engines.worker import WorkerLimits
from audio_ident.errors import StoreReadOnly
from audio_ident.ingest.embedding import EmbeddingTools, embed_file
from audio_ident.ingest.filling import Filling, FillingTools
from audio_ident.ingest.space_choice import WantedSpaces
from audio_ident.ingest.timbre_spaces import timbre_source, wanted_timbre
from audio_ident.ingest.vector_sources import FileVectors, VectorSource
from audio_ident.library.ownership import get_library_id
from audio_ident.library.places import LibraryPlaces
from audio_ident.model.vectors import Space
from audio_ident.settings.model import Settings
from audio_ident.stores.artefacts.artefacts_files import FileArtefactStore
from audio_ident.stores.sql.unit_of_work import Catalogue
from audio_ident.stores.vectors.index_files import FileVectorIndex, FileVectorReader
from audio_ident.stores.vectors.protocol import VectorIndex, VectorReader
from audio_ident.vibe_errors import ModelInvalid, ModelMissing
from audio_ident.wiring.models import models_directory
from audio_ident.wiring.parts import CLOCK, new_id

FILES_PER_WORKER = 2
"""Files handed to a worker ahead: none waits for the writer, and few are listened to in vain."""

TIMEOUT_MARGIN_S = 30.0
"""The decoder gives up first, in order; then the pool ends a worker that ignores the clock."""

EMBEDDING_TIMEOUT_S = 6 * 3600.0
"""For one file: a model takes up to a second for ten seconds of sound, and files last for hours."""

WORKER_BYTES = 4 << 30
"""Memory of a worker of its own: the largest model takes less than two."""


@contextmanager
def open_vector_reader(settings: Settings, places: LibraryPlaces) -> Iterator[VectorReader]:
    """The vectors of a library, for searching; any number of processes may.

    Raises
    ------
    VectorsUnreachable
        From every question, not from opening.
    """
    if settings.qdrant_url:
        with _open_qdrant(settings, places) as index:
            yield index
        return
    with closing(FileVectorReader(places.vectors)) as reader:
        yield reader


@contextmanager
def open_vector_index(settings: Settings, places: LibraryPlaces) -> Iterator[VectorIndex]:
    """The vectors of a library, for writing; the caller holds the writer's lock."""
    if settings.qdrant_url:
        with _open_qdrant(settings, places) as index:
            yield index
        return
    with closing(FileVectorIndex(places.vectors)) as files:
        yield files


def vector_store_name(settings: Settings, places: LibraryPlaces) -> str:
    """What rows call the place where the vectors are."""
    with open_vector_reader(settings, places) as reader:
        return reader.name


@contextmanager
def _open_qdrant(settings: Settings, places: LibraryPlaces) -> Iterator[VectorIndex]:
    # Late, because the client takes a second to load, and few libraries are on a server.
    from audio_ident.stores.vectors.qdrant import QdrantVectorIndex  # noqa: PLC0415
    from audio_ident.stores.vectors.qdrant_collections import QdrantPlace  # noqa: PLC0415

    place = QdrantPlace(
        url=settings.qdrant_url,
        api_key=settings.qdrant_api_key.get_secret_value(),
        collection=settings.qdrant_collection,
        library=_library_id(places),
        timeout_s=settings.qdrant_timeout_s,
    )
    with closing(QdrantVectorIndex(place)) as index:
        yield index


def _library_id(places: LibraryPlaces) -> str:
    try:
        return get_library_id(places, new_id())
    except StoreReadOnly:  # nothing can be written here: it has never put anything anywhere
        return ""


class VectorBench:
    """Fills the vectors of one library; the caller holds the writer's lock."""

    def __init__(self, settings: Settings, places: LibraryPlaces, catalogue: Catalogue) -> None:
        self._settings = settings
        self._places = places
        self._catalogue = catalogue
        self._artefacts = FileArtefactStore(places.analyses)

    @contextmanager
    def open_quick(self) -> Iterator[Filling]:
        """A filling with what is made of stored analyses alone."""
        with open_vector_index(self._settings, self._places) as index:
            yield self._filling(index, ())

    @contextmanager
    def open_all(self, *, needs_model: bool) -> Iterator[Filling]:
        """A filling with workers as well, if the settings name a model.

        Parameters
        ----------
        needs_model
            Whether nothing is to be done when the model cannot be used: `ModelMissing` and
            `ModelInvalid` say so.
        """
        with ExitStack() as stack:
            index = stack.enter_context(open_vector_index(self._settings, self._places))
            model = self._find_model_space(is_needed=needs_model)
            if model is None:
                yield self._filling(index, ())
                return
            workers = self._settings.workers
            pool = self._pool(workers)
            stack.callback(pool.kill)
            source = FileVectors(
                space=model,
                catalogue=self._catalogue,
                pool=pool,
                embed=embed_file,
                files_at_once=FILES_PER_WORKER * workers,
                end_calls=pool.end_calls,
            )
            yield self._filling(index, (source,))

    def wanted(self) -> WantedSpaces:
        """The spaces that the settings ask for."""
        with self._catalogue.reading() as rows:
            timbre = wanted_timbre(rows, self._settings.vibe_rhythm_weight)
        try:
            return WantedSpaces(timbre=timbre, model=self._model_space())
        except (ModelMissing, ModelInvalid):
            return WantedSpaces(timbre=timbre, is_model_missing=True)

    def _filling(self, index: VectorIndex, models: tuple[VectorSource, ...]) -> Filling:
        wanted = self.wanted()
        return Filling(
            FillingTools(
                catalogue=self._catalogue,
                index=index,
                sounds=self._artefacts,
                wanted=wanted,
                sources=(timbre_source(wanted.timbre, self._artefacts), *models),
                clock=CLOCK,
            )
        )

    def _find_model_space(self, *, is_needed: bool) -> Space | None:
        try:
            return self._model_space()
        except (ModelMissing, ModelInvalid):
            if is_needed:
                raise
            return None

    def _model_space(self) -> Space | None:
        if self._settings.vibe_model == BUILT_IN:
            return None
        return find_model(models_directory(self._settings), self._settings.vibe_model).space

    def _pool(self, workers: int) -> CrashProofExecutor:
        limits = DecodeLimits(
            max_bytes=self._settings.max_file_bytes,
            max_seconds=self._settings.max_file_seconds,
            timeout_s=EMBEDDING_TIMEOUT_S,
        )
        folder = folder_of(models_directory(self._settings), self._settings.vibe_model)
        return CrashProofExecutor(
            workers,
            task_timeout_s=EMBEDDING_TIMEOUT_S + TIMEOUT_MARGIN_S,
            limits=WorkerLimits(
                private_bytes=WORKER_BYTES, file_bytes=0, cpu_s_per_task=EMBEDDING_TIMEOUT_S
            ),
            options=PoolOptions(make_tools=EmbeddingPlan(folder=folder, limits=limits)),
        )


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddingPlan:
    """Makes the tools of a worker, in its process."""

    folder: Path
    limits: DecodeLimits

    def __call__(self, report: Callable[[object], None]) -> EmbeddingTools:
        """Open the model: one session for each worker."""
        del report
        return EmbeddingTools(
            decoder=PyavDecoder(time.monotonic),
            limits=self.limits,
            embedder=ClapEmbedder(self.folder),
        )
