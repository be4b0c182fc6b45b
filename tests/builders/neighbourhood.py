"""A library whose tracks have a place in a space of vectors, and the search in it: small, real."""

import contextlib
import dataclasses
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from audio_ident.core.grouping import group_recordings
from audio_ident.errors import NotFound
from audio_ident.model.analysis import AudioDigest
from audio_ident.model.library import Track, TrackId
from audio_ident.model.tags import Tags
from audio_ident.model.vectors import Entry, Passage, Space, SpaceId, Vectors, Where, WindowVectors
from audio_ident.model.vibe import SimilarTrack, TrackPlace, VibeWish
from audio_ident.stores.sql.tracks import TrackFilter
from audio_ident.stores.sql.unit_of_work import Catalogue
from audio_ident.stores.vectors.exact_memory import ExactVectorIndex
from builders.browsing import START, passing_catalogue, track_name

DIMENSION = 8

SPACE = Space(
    id=SpaceId("small"),
    embedder="timbre",
    model="small",
    revision="1",
    preprocessing="1",
    dimension=DIMENSION,
    rate_hz=16_000,
    window_s=10.0,
    hop_s=5.0,
)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SmallNeighbours:
    """The `Neighbours` of paths and mixes over an exact index: one window a track."""

    catalogue: Catalogue
    index: ExactVectorIndex
    tracks: Mapping[TrackId, Track]

    def place_of(self, track_id: TrackId) -> TrackPlace:
        """The one window of the track."""
        if track_id not in self.tracks:
            raise NotFound("there is no track of that id")
        track = self.tracks[track_id]
        windows = self.index.windows_of(SPACE.id, [track.digest])
        return TrackPlace(track=track, vector=windows[track.digest].vectors)

    def nearest(self, vectors: Vectors, wish: VibeWish) -> tuple[SimilarTrack, ...]:
        """The nearest of every recording that is not left out, a few of each artist."""
        tracks = self.tracks
        group_of = self._groups([track.digest for track in tracks.values()])
        gone = {group_of[tracks[i].digest] for i in wish.without_tracks if i in tracks}
        hits = self.index.search(SPACE.id, vectors, recordings=len(tracks), where=Where())
        by_digest = {track.digest: track for track in tracks.values()}
        found: list[SimilarTrack] = []
        artists: list[str | None] = []
        for hit in hits:
            track = by_digest[hit.digest]
            most = wish.most_per_artist or len(tracks)
            if group_of[track.digest] in gone or artists.count(track.claims.artist) >= most:
                continue
            gone.add(group_of[track.digest])
            artists.append(track.claims.artist)
            found.append(a_similar_track(track, cosine=hit.windows[0].cosine))
        return tuple(found[: wish.max_results])

    def _groups(self, digests: Sequence[AudioDigest]) -> dict[AudioDigest, int]:
        with self.catalogue.reading() as rows:
            relations, decisions = rows.relations.among(digests), rows.decisions.all()
        groups = group_recordings(set(digests), relations, decisions)
        return {digest: number for number, group in enumerate(groups) for digest in group}


@contextlib.contextmanager
def sounding_library(
    vectors: Vectors, artists: Sequence[str | None] | None = None
) -> Iterator[SmallNeighbours]:
    """A library of a track for each vector, numbered from 0."""
    names = artists or [None] * len(vectors)
    tags = [Tags(title=f"title {number}", artist=name) for number, name in enumerate(names)]
    with passing_catalogue(tags) as catalogue:
        index = ExactVectorIndex()
        with catalogue.reading() as rows:
            tracks = {track.id: track for track in rows.tracks.listed(TrackFilter())}
        for number, vector in enumerate(vectors):
            index.put(SPACE, [_entry(tracks[track_name(number)], vector)])
        yield SmallNeighbours(catalogue=catalogue, index=index, tracks=tracks)


def some_vectors(count: int, seed: int = 0) -> Vectors:
    """Vectors of length 1 in all directions."""
    return of_length_1(np.random.default_rng(seed).standard_normal((count, DIMENSION)))


def of_length_1(values: np.typing.ArrayLike) -> Vectors:
    """Rows scaled to length 1."""
    rows = np.asarray(values, np.float64)
    scaled: Vectors = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    return scaled


def a_similar_track(track: Track, cosine: float = 0.75) -> SimilarTrack:
    """A track that was found, without reasons."""
    return SimilarTrack(
        track=track,
        added_at=START,
        likeness=None,
        cosine=cosine,
        blocks={},
        agreeing=(),
        spans=(),
    )


def _entry(track: Track, vector: Vectors) -> Entry:
    windows = WindowVectors(
        vectors=vector[None],
        start_ms=np.zeros(1, np.uint32),
        end_ms=np.full(1, 10_000, np.uint32),
    )
    passage = Passage(start_ms=0, end_ms=10_000, track_ids=(track.id,))
    return Entry(digest=track.digest, windows=windows, passages=(passage,))
