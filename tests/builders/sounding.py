"""A library of made-up tracks with made-up sounds, for questions about what sounds alike."""

import contextlib
import datetime
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import sqlalchemy as sa

from audio_ident.core.descriptors import DIMENSIONS
from audio_ident.core.folding import sort_key
from audio_ident.core.vibe.likeness import likeness_quantiles
from audio_ident.identify.vibe.similar import SimilarTracks, VibeTools
from audio_ident.model.library import TrackId
from audio_ident.model.search import TrackSpan
from audio_ident.model.tags import Tags
from audio_ident.model.vectors import Entry, Passage, Space, SpaceId, Vectors, WindowVectors
from audio_ident.model.vibe import Blend
from audio_ident.stores.sql.tables_vectors import SpaceRow
from audio_ident.stores.vectors.exact_memory import ExactVectorIndex
from audio_ident.stores.vectors.protocol import VectorReader
from audio_ident.vibe_errors import ModelMissing
from builders.browsing import a_catalogue, add_track
from builders.databases import forget_catalogue, rows_of
from builders.recordings import digest_of

NOW = datetime.datetime(2026, 3, 1, 12, 0, tzinfo=datetime.UTC)

TIMBRE = Space(
    id=SpaceId("timbre-made-up"),
    embedder="timbre",
    model="timbre-118",
    revision="made-up",
    preprocessing="1",
    dimension=len(DIMENSIONS),
    rate_hz=16_000,
    window_s=10.0,
    hop_s=5.0,
)

WORDS = Space(
    id=SpaceId("clap-made-up"),
    embedder="clap",
    model="made-up/clap",
    revision="made-up",
    preprocessing="1",
    dimension=16,
    rate_hz=48_000,
    window_s=10.0,
    hop_s=5.0,
    has_text=True,
    parameters={"name": "made-up"},
)


def direction(seed: int, dimension: int = TIMBRE.dimension) -> Vectors:
    """A made-up sound, shape `(dimension,)`."""
    vector = np.random.default_rng([7, seed]).standard_normal(dimension)
    found: Vectors = (vector / np.linalg.norm(vector)).astype(np.float32)
    return found


def between(first: Vectors, second: Vectors, share: float) -> Vectors:
    """A sound on the way from one to another."""
    mixed = (1 - share) * first + share * second
    found: Vectors = (mixed / np.linalg.norm(mixed)).astype(np.float32)
    return found


def windows_around(sound: Vectors, count: int = 6, spread: float = 0.3) -> WindowVectors:
    """Windows of ten seconds, one every five, that vary around a sound."""
    rng = np.random.default_rng([11, count])
    noise = rng.standard_normal((count, len(sound))) / np.sqrt(len(sound))
    vectors = sound[None] + spread * noise
    starts = np.arange(count, dtype=np.uint32) * 5000
    return WindowVectors(
        vectors=(vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32),
        start_ms=starts,
        end_ms=starts + np.uint32(10_000),
    )


class Soundscape:
    """A library of which each recording has a sound."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.catalogue = a_catalogue(folder)
        self.index = ExactVectorIndex()
        self._heard: list[Vectors] = []
        self.know(TIMBRE)

    def know(self, space: Space, *, is_active: bool = True) -> None:
        """Have a space, which answers from then on."""
        with self.catalogue.writing() as rows:
            rows.spaces.save(space, NOW)
        self.index.put(space, ())
        values = {"active_since": NOW if is_active else None, "wanted_at": NOW}
        with rows_of(self._folder) as connection:
            connection.execute(sa.update(SpaceRow).where(SpaceRow.id == space.id).values(**values))

    def add(
        self,
        number: int,
        sound: Vectors | WindowVectors,
        tags: Tags | None = None,
        *,
        audio: int | None = None,
        space: Space = TIMBRE,
    ) -> TrackId:
        """A track with a sound; copies share their audio."""
        windows = sound if isinstance(sound, WindowVectors) else windows_around(sound)
        with self.catalogue.writing() as rows:
            track_id = add_track(rows, number, tags, audio=audio)
        claims = tags or Tags()
        passage = Passage(
            start_ms=0,
            end_ms=1000 * (100 + number),
            track_ids=(track_id,),
            artists=(sort_key(claims.artist),) if claims.artist else (),
            genres=tuple(map(sort_key, claims.genres)),
            year=int(claims.date[:4]) if claims.date else None,
        )
        digest = digest_of(number if audio is None else audio)
        self.index.put(space, [Entry(digest=digest, windows=windows, passages=(passage,))])
        self._heard.append(windows.vectors)
        return track_id

    def add_many(self, numbers: Sequence[int], windows: WindowVectors, tags: Tags) -> None:
        """Tracks that all sound the same, in one go."""
        with self.catalogue.writing() as rows:
            ids = [add_track(rows, number, tags) for number in numbers]
        artists = (sort_key(tags.artist or ""),)
        for number, track_id in zip(numbers, ids, strict=True):
            passage = Passage(start_ms=0, end_ms=100_000, track_ids=(track_id,), artists=artists)
            entry = Entry(digest=digest_of(number), windows=windows, passages=(passage,))
            self.index.put(TIMBRE, [entry])

    def measure(self) -> None:
        """Learn how alike random tracks of this library are."""
        quantiles = list(likeness_quantiles(self._heard, seed=1))
        with rows_of(self._folder) as connection:
            connection.execute(sa.update(SpaceRow).values(likeness=quantiles))

    def similar(
        self, reader: VectorReader | None = None, most_per_artist: int = 100
    ) -> SimilarTracks:
        """What answers about this library."""
        return SimilarTracks(
            VibeTools(
                catalogue=self.catalogue,
                reader=reader or self.index,
                coverage=lambda _: 1.0,
                text_vector=sentence,
                most_per_artist=most_per_artist,
            )
        )


def sentence(space: Space, text: str) -> Vectors:
    """A place for each sentence, in spaces that have any."""
    if not space.has_text:
        raise ModelMissing("it knows no sentences")
    return direction(len(text), space.dimension)[None]


@contextlib.contextmanager
def soundscape(folder: Path) -> Iterator[Soundscape]:
    """An empty library."""
    made = Soundscape(folder)
    try:
        yield made
    finally:
        made.catalogue.close()
        forget_catalogue(folder)


def stretch(track_id: TrackId, start_s: float = 0.0, end_s: float | None = None) -> TrackSpan:
    """A stretch of a track."""
    return TrackSpan(track_id=track_id, start_s=start_s, end_s=end_s)


def plus(*track_ids: TrackId) -> Blend:
    """A question about tracks."""
    return Blend(plus=tuple(map(stretch, track_ids)))
