"""A real Qdrant server, when a person names one: `QDRANT_URL=http://127.0.0.1:6333 make test`.

The contract of vector indexes then runs on it too, as the kind `qdrant server`. All collections
whose names begin with `test-` are taken away at the end.
"""

import time
from collections.abc import Iterator

import numpy as np
import pytest
from qdrant_client import QdrantClient, models

from audio_ident.model.vectors import Entry, Vectors, Where, WindowVectors
from audio_ident.stores.vectors.exact_memory import ExactVectorIndex
from audio_ident.stores.vectors.qdrant import QdrantVectorIndex
from audio_ident.stores.vectors.qdrant_collections import QdrantPlace
from audio_ident.vibe_errors import VectorsUnreachable
from builders import qdrant_live
from builders.recordings import digest_of
from builders.vectors import new_space, unit, whole_passage

pytestmark = pytest.mark.skipif(
    not qdrant_live.URL, reason="needs a Qdrant server: QDRANT_URL names none"
)

DIMENSION = 118
RECORDINGS = 1500
WINDOWS = 24
SPACE = new_space("recall-1", dimension=DIMENSION)
PATIENCE_S = 300


@pytest.fixture(scope="module")
def place() -> QdrantPlace:
    """Collections of this process on the server."""
    qdrant_live.clean_at_the_end()
    return QdrantPlace(
        url=qdrant_live.URL,
        api_key=qdrant_live.API_KEY,
        collection=f"test-live-{time.time_ns()}",
        timeout_s=60,
    )


@pytest.fixture(scope="module")
def oracle() -> ExactVectorIndex:
    """The index that compares a query with everything, filled."""
    index = ExactVectorIndex()
    index.put(SPACE, entries())
    return index


@pytest.fixture(scope="module")
def index(place: QdrantPlace) -> Iterator[QdrantVectorIndex]:
    """The same recordings on the server, when it has built its graph."""
    opened = QdrantVectorIndex(place)
    opened.put(SPACE, entries())
    opened.publish()
    _wait_for_graph(place.collection_of(SPACE.id))
    yield opened
    opened.drop(SPACE.id)
    opened.close()


def _wait_for_graph(collection: str) -> None:
    """Let a collection of this size have a graph, which servers leave to larger ones."""
    headers = {"api-key": qdrant_live.API_KEY} if qdrant_live.API_KEY else None
    client = QdrantClient(
        url=qdrant_live.URL, headers=headers, timeout=60, check_compatibility=False
    )
    client.update_collection(
        collection, optimizers_config=models.OptimizersConfigDiff(indexing_threshold=100)
    )
    ends_at_s = time.monotonic() + PATIENCE_S
    while True:
        info = client.get_collection(collection)
        if info.status is models.CollectionStatus.GREEN and info.indexed_vectors_count:
            break
        assert time.monotonic() < ends_at_s, "the server builds no graph"
        time.sleep(0.5)
    client.close()


def entries() -> Iterator[Entry]:
    """Recordings that lie in a few dozen crowds, each spread around a place of its own."""
    chance = np.random.default_rng(7)
    crowds = chance.normal(size=(40, DIMENSION))
    for number in range(RECORDINGS):
        middle = crowds[number % len(crowds)] + 0.7 * chance.normal(size=DIMENSION)
        vectors = unit(middle + 0.6 * chance.normal(size=(WINDOWS, DIMENSION)))
        starts = np.arange(WINDOWS, dtype=np.uint32) * 5000
        yield Entry(
            digest=digest_of(number),
            windows=WindowVectors(vectors=vectors, start_ms=starts, end_ms=starts + 10_000),
            passages=(whole_passage(number, year=1950 + number % 70),),
        )


def queries() -> Vectors:
    """What is asked for: places near those of recordings."""
    some = list(entries())[::15]
    middles = np.array([entry.windows.vectors.mean(axis=0) for entry in some])
    noise = np.random.default_rng(8).normal(size=middles.shape)
    return unit(unit(middles) + 0.03 * noise)


@pytest.mark.parametrize("where", [Where(), Where(years=(1970, 1979))])
def test_nearly_all_of_the_nearest_recordings_are_found(
    index: QdrantVectorIndex, oracle: ExactVectorIndex, where: Where
) -> None:
    """Of the ten nearest at least 98 in 100 are, with a graph of bytes and with a filter."""
    found = expected = 0
    for query in queries():
        answers = [
            {h.digest for h in each.search(SPACE.id, query[None], recordings=10, where=where)}
            for each in (index, oracle)
        ]
        found += len(answers[0] & answers[1])
        expected += len(answers[1])

    assert found / expected >= 0.98


def test_cosines_are_those_of_the_vectors(
    index: QdrantVectorIndex, oracle: ExactVectorIndex
) -> None:
    """Bytes choose, the original vectors decide."""
    query = queries()[:1]
    [hit, *_] = index.search(SPACE.id, query, recordings=1)
    [same, *_] = oracle.search(SPACE.id, query, recordings=1)

    assert hit.digest == same.digest
    assert hit.windows[0].cosine == pytest.approx(same.windows[0].cosine, abs=1e-4)


@pytest.mark.skipif(not qdrant_live.API_KEY, reason="QDRANT_API_KEY names no key")
def test_wrong_key_is_refused(place: QdrantPlace) -> None:
    """The server says so, and that is an outage."""
    index = QdrantVectorIndex(QdrantPlace(url=place.url, api_key="wrong", timeout_s=10))
    with pytest.raises(VectorsUnreachable, match="refuses the key"):
        index.look()
    index.close()
