"""A Qdrant server: every call that we make, each built from the client's typed models alone."""

import dataclasses
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import httpx
from qdrant_client import QdrantClient, models
from qdrant_client.common.client_exceptions import QdrantException
from qdrant_client.http.exceptions import (
    ApiException,
    ResponseHandlingException,
    UnexpectedResponse,
)

from audio_ident.stores.vectors.qdrant_filters import FIELDS
from audio_ident.stores.vectors.qdrant_transport import PatientTransport
from audio_ident.vibe_errors import VectorsUnreachable

HNSW = models.HnswConfigDiff(m=16, ef_construct=200)
QUANTISATION = models.ScalarQuantization(
    scalar=models.ScalarQuantizationConfig(
        type=models.ScalarType.INT8, quantile=0.99, always_ram=True
    )
)
SEARCH = models.SearchParams(
    hnsw_ef=512,
    quantization=models.QuantizationSearchParams(rescore=True, oversampling=3.0),
)
"""Walks far, and compares three times as many original vectors as are asked for: on hard vectors
recall@10 was 0.96 with half of this, and windows of music lie further apart."""

FIELDS_OF_POINTS: Mapping[str, type] = {
    "file": str,
    "entry": str,
    "window": int,
    "windows": int,
    "start_ms": int,
    "end_ms": int,
}
"""What every point of ours has; other fields are only written and filtered by."""

RECORDS_PER_PAGE = 500
NAMES_PER_PAGE = 5000

NOT_FOUND = 404
REFUSED = (401, 403)

NOT_QDRANT = "the answer is not that of a Qdrant server"

REFUSALS = (ApiException, QdrantException, httpx.HTTPError, ValueError, AssertionError)
"""What the client raises: `ValueError` for answers that are no JSON or not what they should be,
`AssertionError` for answers without a result."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class CollectionFacts:
    """What a server says of a collection."""

    dimension: int | None
    """None when it holds something else than one vector a point."""
    is_cosine: bool
    metadata: Mapping[str, Any]
    indexed_fields: frozenset[str]


class CollectionGone(VectorsUnreachable):
    """There is no such collection, or no Qdrant server at the address."""


def connect(url: str, api_key: str, timeout_s: float) -> QdrantClient:
    """A client that has not asked anything yet; the key is seen by nobody but the server."""
    with _refusals_named():
        return QdrantClient(
            url=url,
            headers={"api-key": api_key} if api_key else None,
            transport=PatientTransport(timeout_s, is_encrypted=url.startswith("https:")),
            trust_env=False,
            check_compatibility=False,
        )


class QdrantServer:
    """Asks through a client; whatever goes wrong is `VectorsUnreachable`, and tells no secret."""

    def __init__(self, client: QdrantClient) -> None:
        self._client = client

    def names(self) -> list[str]:
        """Every collection that there is."""
        with _refusals_named():
            return [found.name for found in self._client.get_collections().collections]

    def exists(self, name: str) -> bool:
        """Whether there is a collection."""
        with _refusals_named():
            return self._client.collection_exists(name)

    def facts(self, name: str) -> CollectionFacts:
        """What a collection is for."""
        with _refusals_named():
            info = self._client.get_collection(name)
        vectors = info.config.params.vectors
        one = vectors if isinstance(vectors, models.VectorParams) else None
        return CollectionFacts(
            dimension=one.size if one else None,
            is_cosine=one is not None and one.distance is models.Distance.COSINE,
            metadata=info.config.metadata or {},
            indexed_fields=frozenset(info.payload_schema),
        )

    def create(self, name: str, dimension: int, metadata: Mapping[str, Any]) -> None:
        """Make a collection for vectors of some dimension."""
        vectors = models.VectorParams(size=dimension, distance=models.Distance.COSINE, on_disk=True)
        with _refusals_named():
            self._client.create_collection(
                name,
                vectors_config=vectors,
                hnsw_config=HNSW,
                quantization_config=QUANTISATION,
                on_disk_payload=True,
                metadata=dict(metadata),
            )

    def index_fields(self, name: str, known: Collection[str]) -> None:
        """Let all fields that are filtered by be indexed."""
        for field, kind in FIELDS.items():
            if field not in known:
                with _refusals_named():
                    done = self._client.create_payload_index(name, field, kind, wait=True)
                _expect_done([done])

    def drop(self, name: str) -> None:
        """Forget a collection, if it is there."""
        with _refusals_named():
            self._client.delete_collection(name)

    def add(self, name: str, points: Sequence[models.PointStruct]) -> None:
        """Hold points."""
        with _refusals_named():
            done = self._client.upsert(name, points=list(points), wait=True)
        _expect_done([done])

    def change(self, name: str, operations: Sequence[models.UpdateOperation]) -> None:
        """Change points, one operation after the other."""
        with _refusals_named():
            done = self._client.batch_update_points(name, list(operations), wait=True)
        _expect_done(done)

    def delete(self, name: str, which: models.Filter) -> None:
        """Forget points."""
        with _refusals_named():
            done = self._client.delete(name, models.FilterSelector(filter=which), wait=True)
        _expect_done([done])

    def nearest(
        self, name: str, vector: Sequence[float], which: models.Filter, limit: int, size: int
    ) -> list[models.PointGroup]:
        """Recordings with the points that are nearest to a vector."""
        fields = ["window", "start_ms", "end_ms"]
        with _refusals_named():
            found: models.GroupsResult | None = self._client.query_points_groups(
                name,
                group_by="file",
                query=list(vector),
                query_filter=which,
                search_params=SEARCH,
                limit=limit,
                group_size=size,
                with_payload=fields,
            )
        if found is None:  # an answer without a result: the client lets it through
            raise VectorsUnreachable(NOT_QDRANT)
        _expect_fields((hit.payload for group in found.groups for hit in group.hits), fields)
        return found.groups

    def records(
        self,
        name: str,
        which: models.Filter,
        fields: Sequence[str],
        *,
        dimension: int | None = None,
    ) -> Iterator[models.Record]:
        """Points with some of their fields, and with their vectors when their length is given."""
        offset: models.ExtendedPointId | None = None
        limit = NAMES_PER_PAGE if dimension is None else RECORDS_PER_PAGE
        while True:
            with _refusals_named():
                page, offset = self._client.scroll(
                    name,
                    scroll_filter=which,
                    limit=limit,
                    offset=offset,
                    with_payload=list(fields),
                    with_vectors=dimension is not None,
                )
            _expect_fields((record.payload for record in page), fields)
            if dimension is not None:
                _expect_vectors(page, dimension)
            yield from page
            if offset is None:
                return

    def close(self) -> None:
        """Close all connections."""
        self._client.close()


def _expect_done(results: Sequence[models.UpdateResult | None]) -> None:
    done = models.UpdateStatus.COMPLETED
    if any(result is None or result.status is not done for result in results):
        raise VectorsUnreachable("Qdrant has not finished a change in time")


def _expect_fields(payloads: Iterable[Mapping[str, Any] | None], fields: Collection[str]) -> None:
    kinds = [(field, FIELDS_OF_POINTS[field]) for field in fields if field in FIELDS_OF_POINTS]
    for payload in payloads:
        if payload is None or not all(type(payload.get(field)) is kind for field, kind in kinds):
            raise VectorsUnreachable("a point on the Qdrant server is not as it was written")


def _expect_vectors(records: Iterable[models.Record], dimension: int) -> None:
    for record in records:
        if not isinstance(record.vector, list) or len(record.vector) != dimension:
            raise VectorsUnreachable("a vector on the Qdrant server is not as it was written")


@contextmanager
def _refusals_named() -> Iterator[None]:
    try:
        yield
    except UnexpectedResponse as error:
        kind = CollectionGone if error.status_code == NOT_FOUND else VectorsUnreachable
        raise kind(_fact_of_status(error.status_code)) from None
    except ResponseHandlingException as error:
        raise VectorsUnreachable(_fact_of_source(error.source)) from None
    except REFUSALS:
        raise VectorsUnreachable(NOT_QDRANT) from None


def _fact_of_status(status: int | None) -> str:
    if status in REFUSED:
        return f"Qdrant refuses the key (HTTP {status})"
    if status == NOT_FOUND:
        return "the address is not that of a Qdrant server, or a collection is gone (HTTP 404)"
    return f"Qdrant answered with HTTP {status}"


def _fact_of_source(source: Exception) -> str:
    facts: tuple[tuple[type[Exception], str], ...] = (
        (httpx.ConnectError, "there is no connection to Qdrant"),
        (httpx.TimeoutException, "Qdrant did not answer in time"),
        (httpx.TransportError, "the connection to Qdrant broke"),
    )
    known = (fact for kind, fact in facts if isinstance(source, kind))
    return next(known, NOT_QDRANT)
