"""A library whose analyses hold descriptors, and what its index of vectors is filled with."""

import dataclasses
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from audio_ident.core.descriptors import DIMENSIONS
from audio_ident.core.listeners.descriptors import Descriptors
from audio_ident.core.vibe.timbre import SHIPPED, timbre_windows
from audio_ident.ingest.filling import Filling, FillingTools
from audio_ident.ingest.pipeline import import_folders
from audio_ident.ingest.space_choice import WantedSpaces
from audio_ident.ingest.tools import ImportOptions, Stores
from audio_ident.ingest.vector_sources import AnalysisVectors, VectorSource
from audio_ident.library.places import LibraryPlaces
from audio_ident.model.analysis import Analysis, AudioDigest, Fields, Section
from audio_ident.model.audio import MONO_RATE_HZ
from audio_ident.model.vectors import Space, SpaceId
from audio_ident.stores.artefacts.artefacts_files import FileArtefactStore
from audio_ident.stores.vectors.protocol import VectorIndex
from builders.importing import make_stores, make_tools
from builders.wav import Listened, WavAnalyser

WEIGHT = 0.35


def a_space(space_id: str = "timbre-test", embedder: str = "timbre", dimension: int = 0) -> Space:
    """A space of that name."""
    return Space(
        id=SpaceId(space_id),
        embedder=embedder,
        model="made up",
        revision="1",
        preprocessing="1",
        dimension=dimension or len(DIMENSIONS),
        rate_hz=MONO_RATE_HZ,
        window_s=10,
        hop_s=5,
    )


def descriptor_fields(seed: int, windows: int = 3) -> Fields:
    """What the listener of descriptors might have heard."""
    raw = np.random.default_rng(seed).normal(size=(windows, len(DIMENSIONS)))
    return {
        "descriptors": (SHIPPED.means + SHIPPED.deviations * raw).astype(np.float32),
        "is_quiet": np.zeros(windows, np.uint8),
        "start_samples": np.arange(windows, dtype=np.uint32) * 5 * MONO_RATE_HZ,
        "window_samples": 10 * MONO_RATE_HZ,
    }


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SoundAnalyser:
    """Reads wav files as `WavAnalyser`, and makes up what they sound like."""

    log: Path

    def __call__(self, path: Path) -> Listened:
        """Analyse one file."""
        heard = WavAnalyser(log=self.log)(path)
        seed = int(heard.analysis.digest[:8], 16)
        sections = {
            **heard.analysis.sections,
            "descriptors": Section(version=Descriptors.version, fields=descriptor_fields(seed)),
            "tempo": Section(
                version=1, fields={"tempo_estimate_bpm": 120.0, "tempo_confidence": 0.9}
            ),
            "key": Section(version=1, fields={"key_estimate": "", "key_confidence": 0.0}),
        }
        return dataclasses.replace(heard, analysis=with_sections(heard.analysis, sections))


def with_sections(analysis: Analysis, sections: dict[str, Section]) -> Analysis:
    """The analysis with other sections."""
    return dataclasses.replace(analysis, sections=sections)


def sounding_stores(data: Path) -> Stores:
    """Stores whose analyses lie in files, as those of the product do."""
    stores = make_stores(data)
    versions = dataclasses.replace(
        stores.versions, analysis="descriptors:1 key:1 landmarks:1 tempo:1"
    )
    artefacts = FileArtefactStore(LibraryPlaces(data_directory=data).analyses)
    return dataclasses.replace(stores, artefacts=artefacts, versions=versions)


def import_sounds(folder: Path, stores: Stores, **options: object) -> None:
    """Import the music of a folder."""
    with ThreadPoolExecutor(2) as pool:
        tools = dataclasses.replace(
            make_tools(stores, pool, None),  # type: ignore[arg-type]
            analyse=SoundAnalyser(log=folder / "log"),
        )
        import_folders([folder / "music"], tools, ImportOptions(**options))  # type: ignore[arg-type]


def timbre_source(stores: Stores, space: Space, weight: float = WEIGHT) -> AnalysisVectors:
    """Makes the vectors of a space of the built-in kind."""
    return AnalysisVectors(
        space=space,
        artefacts=sounds_of(stores),
        section=Descriptors.name,
        version=Descriptors.version,
        windows_of=lambda section: timbre_windows(section.fields, SHIPPED, weight),
    )


def sounds_of(stores: Stores) -> FileArtefactStore:
    """The stored analyses."""
    assert isinstance(stores.artefacts, FileArtefactStore)
    return stores.artefacts


def filling_of(
    stores: Stores,
    index: VectorIndex,
    wanted: WantedSpaces | None = None,
    sources: Sequence[VectorSource] | None = None,
) -> Filling:
    """Fills an index from stores, by default with the built-in space."""
    wanted = wanted or WantedSpaces(timbre=a_space())
    return Filling(
        FillingTools(
            catalogue=stores.catalogue,
            index=index,
            sounds=sounds_of(stores),
            wanted=wanted,
            sources=[timbre_source(stores, wanted.timbre)] if sources is None else sources,
            clock=stores.clock,
        )
    )


def held(index: VectorIndex, space: Space) -> set[AudioDigest]:
    """Recordings in a space."""
    return set(index.digests(space.id))
