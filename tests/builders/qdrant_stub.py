"""A small Qdrant server: HTTP outside, the in-process mode of the client inside.

Every request is captured, and read strictly before anything is done: what cannot be read is
answered with 400 and kept in `refused`. Answers have the shape of those of a server.
"""

import atexit
import collections
import functools
import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from qdrant_client import QdrantClient, models

from builders.qdrant_reading import ReadRequest, UnreadableRequest, dump, parts_of, read_request

Fault = Callable[[BaseHTTPRequestHandler], None]
"""Answers a request in place of the server, or does not."""


class QdrantStub:
    """What one server holds, and what it was asked."""

    def __init__(self, api_key: str = "") -> None:
        self.requests: list[ReadRequest] = []
        self.refused: list[str] = []
        self.faults: collections.deque[Fault] = collections.deque()
        """Each stands in for one answer, in order."""
        self.groups_at_once = 1000
        """A server may give fewer groups than were asked for."""
        self.api_key = api_key
        self.url = ""
        self.memory = QdrantClient(":memory:")
        self._indexed: dict[str, dict[str, models.PayloadIndexInfo]] = {}
        self._settings: dict[str, models.CreateCollection] = {}
        self._lock = threading.Lock()

    def bodies(self, method: str, path: str) -> list[Any]:
        """Bodies of the requests for an operation."""
        return [read.body for read in self.requests if (read.method, read.path) == (method, path)]

    def answer(self, read: ReadRequest) -> tuple[int, Any]:
        """Status and result."""
        with self._lock:
            self.requests.append(read)
            if self.api_key and read.headers.get("api-key") != self.api_key:
                return 401, None
            if read.collection is None:
                return 200, dump(self.memory.get_collections())
            is_there = self.memory.collection_exists(read.collection)
            if read.path == "/exists":
                return 200, {"exists": is_there}
            if not is_there and (read.method, read.path) not in {("PUT", ""), ("DELETE", "")}:
                return 404, None
            return 200, self._do(read, read.collection)

    def _do(self, read: ReadRequest, name: str) -> Any:
        does: dict[tuple[str, str], Callable[[str, Any], Any]] = {
            ("GET", ""): self._info,
            ("PUT", ""): self._create,
            ("DELETE", ""): lambda name, _: self.memory.delete_collection(name),
            ("PUT", "/index"): self._index,
            ("PUT", "/points"): self._upsert,
            ("POST", "/points/batch"): self._change,
            ("POST", "/points/delete"): self._delete,
            ("POST", "/points/query/groups"): self._groups,
            ("POST", "/points/scroll"): self._scroll,
        }
        return does[read.method, read.path](name, read.body)

    def _info(self, name: str, _: None) -> Any:
        info = self.memory.get_collection(name)
        info.payload_schema = self._indexed.get(name, {})
        info.config.params.vectors = self._settings[name].vectors
        return dump(info)

    def _create(self, name: str, body: models.CreateCollection) -> Any:
        self._settings[name] = body
        self._indexed[name] = {}
        return self.memory.create_collection(
            name, vectors_config=body.vectors, metadata=body.metadata
        )

    def _index(self, name: str, body: models.CreateFieldIndex) -> Any:
        kind = models.PayloadSchemaType(body.field_schema)
        self._indexed[name][body.field_name] = models.PayloadIndexInfo(data_type=kind, points=0)
        return _done()

    def _upsert(self, name: str, body: models.PointsList) -> Any:
        self.memory.upsert(name, body.points)
        return _done()

    def _change(self, name: str, body: models.UpdateOperations) -> Any:
        self._expect_indexes(name, body)
        self.memory.batch_update_points(name, body.operations)
        return [_done() for _ in body.operations]

    def _delete(self, name: str, body: models.FilterSelector) -> Any:
        self._expect_indexes(name, body)
        self.memory.delete(name, body)
        return _done()

    def _groups(self, name: str, body: models.QueryGroupsRequest) -> Any:
        self._expect_indexes(name, body)
        found = self.memory.query_points_groups(
            name,
            group_by=body.group_by,
            query=body.query,
            query_filter=body.filter,
            limit=min(body.limit or 10, self.groups_at_once),
            group_size=body.group_size or 3,
            with_payload=body.with_payload or False,
        )
        return dump(found)

    def _scroll(self, name: str, body: models.ScrollRequest) -> Any:
        self._expect_indexes(name, body)
        page, offset = self.memory.scroll(
            name,
            scroll_filter=body.filter,
            limit=body.limit or 10,
            offset=body.offset,
            with_payload=body.with_payload or False,
            with_vectors=body.with_vector or False,
        )
        return {"points": [dump(record) for record in page], "next_page_offset": offset}

    def _expect_indexes(self, name: str, body: Any) -> None:
        """A filter on a field without an index is refused, as servers in strict mode do."""
        for part in parts_of(body):
            if isinstance(part, models.FieldCondition) and part.key not in self._indexed[name]:
                raise UnreadableRequest(f"no index for {part.key}")


def _done() -> dict[str, Any]:
    return {"operation_id": 1, "status": "completed"}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    stub: QdrantStub

    def _handle(self) -> None:
        sent = self.rfile.read(int(self.headers.get("content-length", 0)))
        if self.stub.faults:
            self.stub.faults.popleft()(self)
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        try:
            read = read_request(self.command, self.path, headers, sent)
            status, result = self.stub.answer(read)
        except UnreadableRequest as error:
            self.stub.refused.append(str(error))
            status, result = 400, None
        send_json(self, status, result)

    do_GET = do_PUT = do_POST = do_DELETE = _handle  # noqa: N815

    def log_message(self, format: str, *_: Any) -> None:  # noqa: A002
        """Stay silent."""


def send_json(handler: BaseHTTPRequestHandler, status: int, result: Any) -> None:
    """Answer as a Qdrant server does."""
    told: Any = "ok" if status == 200 else {"error": "secret-in-the-answer"}
    content = json.dumps({"result": result, "status": told, "time": 0.001}).encode()
    send_bytes(handler, status, content)


def send_bytes(handler: BaseHTTPRequestHandler, status: int, content: bytes) -> None:
    """Answer with anything."""
    handler.send_response(status)
    handler.send_header("content-type", "application/json")
    handler.send_header("content-length", str(len(content)))
    handler.end_headers()
    handler.wfile.write(content)


def hang_up(handler: BaseHTTPRequestHandler) -> None:
    """Close the connection without an answer."""
    handler.close_connection = True
    handler.connection.shutdown(socket.SHUT_RDWR)


@functools.cache
def shared_stub() -> QdrantStub:
    """A server for all tests that keep to collections of their own."""
    running = running_stub()
    atexit.register(running.__exit__, None, None, None)
    return running.__enter__()


@contextmanager
def running_stub(api_key: str = "") -> Iterator[QdrantStub]:
    """A server at a port of its own."""
    stub = QdrantStub(api_key)
    handler = type("Handler", (_Handler,), {"stub": stub})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    stub.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield stub
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        stub.memory.close()
