"""Libraries whose tracks sound in groups, for the map."""

import dataclasses
import datetime
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import sqlalchemy as sa

from audio_ident.ingest.mapping import Mapper
from audio_ident.library.map.view import LibraryMap
from audio_ident.model.analysis import AudioDigest
from audio_ident.model.library_map import MapView
from audio_ident.model.vectors import Entry, Passage, Space, SpaceId, Vectors, WindowVectors
from audio_ident.stores.sql.unit_of_work import Catalogue
from audio_ident.stores.vectors.exact_memory import ExactVectorIndex
from builders.browsing import START, a_catalogue, add_track
from builders.databases import rows_of
from builders.recordings import digest_of

DIMENSION = 16
GROUPS = 6


def a_space(name: str = "timbre-test-r35") -> Space:
    """A space of a few dimensions."""
    return Space(
        id=SpaceId(name),
        embedder="timbre",
        model="timbre-118",
        revision="test",
        preprocessing="1",
        dimension=DIMENSION,
        rate_hz=16_000,
        window_s=10.0,
        hop_s=5.0,
    )


def grouped_vectors(count: int, seed: int = 0) -> Vectors:
    """Vectors of which every so manieth lie around the same direction."""
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(GROUPS, DIMENSION))
    vectors = centres[np.arange(count) % GROUPS] + 0.4 * rng.normal(size=(count, DIMENSION))
    unit: Vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    return unit


def activate(data: Path, space: Space) -> None:
    """Let a space that is known answer, and no other one."""
    with rows_of(data) as rows:
        rows.execute(sa.text("UPDATE spaces SET active_since = NULL"))
        rows.execute(
            sa.text("UPDATE spaces SET active_since = :at WHERE id = :id"),
            {"at": START, "id": space.id},
        )


@dataclasses.dataclass(slots=True, kw_only=True)
class SoundingLibrary:
    """A catalogue without music, and what its tracks would sound like."""

    folder: Path
    catalogue: Catalogue
    index: ExactVectorIndex = dataclasses.field(default_factory=ExactVectorIndex)

    @property
    def mapper(self) -> Mapper:
        """What keeps its map."""
        return Mapper(self.catalogue, self.index, lambda: START + datetime.timedelta(days=1))

    def listen(self, space: Space, vectors: Vectors) -> None:
        """Put recordings, numbered from 0, into a space, which answers from now on."""
        with self.catalogue.writing() as rows:
            rows.spaces.save(space, START)
        activate(self.folder, space)
        self.index.put(space, entries(vectors, map(digest_of, range(len(vectors)))))

    def add_tracks(self, numbers: Iterable[int]) -> None:
        """Import made-up tracks."""
        with self.catalogue.writing() as rows:
            for number in numbers:
                add_track(rows, number)

    def map(self) -> MapView:
        """All that is seen of the map."""
        return LibraryMap(self.catalogue).view()

    def places(self) -> dict[str, tuple[float, float]]:
        """Where tracks lie."""
        return {point.track_id: (point.x, point.y) for point in self.map().points}


def sounding_library(folder: Path, tracks: int) -> SoundingLibrary:
    """A library of some tracks that were listened to."""
    library = SoundingLibrary(folder=folder, catalogue=a_catalogue(folder))
    library.add_tracks(range(tracks))
    if tracks:
        library.listen(a_space(), grouped_vectors(tracks))
    return library


def entries(vectors: Vectors, digests: Iterable[AudioDigest]) -> Iterable[Entry]:
    """Recordings of two equal windows each."""
    for digest, vector in zip(digests, vectors, strict=True):
        yield Entry(
            digest=digest,
            windows=WindowVectors(
                vectors=np.stack([vector, vector]),
                start_ms=np.array([0, 5_000], np.uint32),
                end_ms=np.array([10_000, 15_000], np.uint32),
            ),
            passages=(Passage(start_ms=0, end_ms=15_000, track_ids=()),),
        )
