"""Vector indexes of each kind, and recordings for them that never sounded."""

import os
from collections.abc import Callable, Mapping
from hashlib import blake2b
from pathlib import Path

import numpy as np

from audio_ident.model.analysis import AudioDigest
from audio_ident.model.vectors import Entry, Passage, Space, SpaceId, Vectors, WindowVectors
from audio_ident.stores.vectors.exact_memory import ExactVectorIndex
from audio_ident.stores.vectors.index_files import FileVectorIndex
from audio_ident.stores.vectors.protocol import VectorIndex
from audio_ident.stores.vectors.qdrant import QdrantVectorIndex
from audio_ident.stores.vectors.qdrant_collections import QdrantPlace
from builders import qdrant_live
from builders.qdrant_stub import shared_stub
from builders.recordings import digest_of

MakeIndex = Callable[[Path], VectorIndex]
"""Opens the index of a folder, empty at first; opened again it holds what was published."""

MAKERS: Mapping[str, MakeIndex] = {
    "memory": lambda _: ExactVectorIndex(),
    "files": lambda folder: FileVectorIndex(folder / "vectors"),
    "qdrant": lambda folder: _on_server(shared_stub().url, folder),
    **({"qdrant server": lambda folder: _on_live_server(folder)} if qdrant_live.URL else {}),
}
"""By the kind of index; that of a real server where a person names one."""


def _on_server(url: str, folder: Path, api_key: str = "") -> VectorIndex:
    collection = f"test-{blake2b(str(folder).encode(), digest_size=8).hexdigest()}"
    return QdrantVectorIndex(
        QdrantPlace(url=url, api_key=api_key, collection=collection, timeout_s=60)
    )


def _on_live_server(folder: Path) -> VectorIndex:
    qdrant_live.clean_at_the_end()
    return _on_server(qdrant_live.URL, folder / str(os.getpid()), qdrant_live.API_KEY)


def new_space(name: str = "made-1", *, dimension: int = 8, revision: str = "1") -> Space:
    """A space of made-up vectors."""
    return Space(
        id=SpaceId(name),
        embedder="timbre",
        model="made-up",
        revision=revision,
        preprocessing="1",
        dimension=dimension,
        rate_hz=16_000,
        window_s=10.0,
        hop_s=5.0,
        parameters={"means": [0.5, 1.0]},
    )


def unit(vectors: np.typing.NDArray[np.floating]) -> Vectors:
    """Each row with length 1."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    made: Vectors = (vectors / np.maximum(lengths, 1e-9)).astype(np.float32)
    return made


def random_vectors(seed: int, count: int, dimension: int = 8) -> Vectors:
    """Vectors in random directions, the same for the same seed."""
    return unit(np.random.default_rng(seed).standard_normal((count, dimension)))


def windows_from(vectors: Vectors) -> WindowVectors:
    """Windows of ten seconds, every five seconds."""
    starts = 5000 * np.arange(len(vectors), dtype=np.uint32)
    return WindowVectors(vectors=vectors, start_ms=starts, end_ms=starts + np.uint32(10_000))


def whole_passage(number: int, **known: object) -> Passage:
    """A passage that covers everything, of the track with this number."""
    return Passage(start_ms=0, end_ms=10**9, track_ids=(f"track-{number}",), **known)  # type: ignore[arg-type]


def new_entry(
    number: int, vectors: Vectors | None = None, passages: tuple[Passage, ...] | None = None
) -> Entry:
    """The recording with this number: three random windows and one passage, unless told."""
    return Entry(
        digest=AudioDigest(digest_of(number)),
        windows=windows_from(random_vectors(number, 3) if vectors is None else vectors),
        passages=(whole_passage(number),) if passages is None else passages,
    )
