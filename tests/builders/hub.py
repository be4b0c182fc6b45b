"""A small hub on this machine that speaks as Hugging Face does, and can misbehave."""

import dataclasses
import hashlib
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

COMMIT = "a" * 40


@dataclasses.dataclass(slots=True)
class StubHub:
    """One repository, whatever it is called."""

    folder: Path
    commit: str = COMMIT
    address: str = ""
    changed: dict[str, bytes] = dataclasses.field(default_factory=dict)
    """Files that come in another shape than they are listed in."""
    sizes: dict[str, int] = dataclasses.field(default_factory=dict)
    """Sizes that are listed instead of the true ones."""
    cut_after: dict[str, int] = dataclasses.field(default_factory=dict)
    """Bytes after which the connection ends, once for each file."""
    redirects_to: str = ""
    """Address of large files; empty for a second path of this hub."""
    has_ranges: bool = True
    status: int = 200
    asked: list[tuple[str, str]] = dataclasses.field(default_factory=list)
    """Paths and the ranges that were asked for."""
    headers: list[dict[str, str]] = dataclasses.field(default_factory=list)

    def files(self) -> dict[str, bytes]:
        """What lies in the repository."""
        return {
            path.relative_to(self.folder).as_posix(): path.read_bytes()
            for path in sorted(self.folder.rglob("*"))
            if path.is_file()
        }

    def listing(self) -> list[dict[str, Any]]:
        """The repository as the hub lists it."""
        entries: list[dict[str, Any]] = [{"type": "directory", "path": "onnx", "oid": "0"}]
        for path, content in self.files().items():
            blob = b"blob %d\0" % len(content) + content
            entry: dict[str, Any] = {"type": "file", "path": path}
            entry["size"] = self.sizes.get(path, len(content))
            entry["oid"] = hashlib.sha1(blob, usedforsecurity=False).hexdigest()
            if path.endswith(".onnx"):
                digest = hashlib.sha256(content).hexdigest()
                entry["lfs"] = {"oid": digest, "size": entry["size"]}
            entries.append(entry)
        return entries


@contextmanager
def running_hub(folder: Path) -> Iterator[StubHub]:
    """A hub with the files of a folder."""
    hub = StubHub(folder)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            hub.asked.append((self.path, self.headers.get("Range", "")))
            hub.headers.append(dict(self.headers))
            _answer(hub, self)

        def log_message(self, *_: object) -> None:
            """Nothing is printed."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hub.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _answer(hub: StubHub, request: BaseHTTPRequestHandler) -> None:
    if hub.status != 200:
        _send(request, b"no", hub.status)
    elif re.fullmatch(r"/api/models/[^/]+/[^/]+/revision/[^/]+", request.path):
        _send(request, json.dumps({"sha": hub.commit}).encode())
    elif "/tree/" in request.path:
        _send(request, json.dumps(hub.listing()).encode())
    elif request.path.startswith("/blobs/"):
        _send_file(hub, request, request.path.removeprefix("/blobs/"))
    else:
        path = request.path.partition(f"/resolve/{hub.commit}/")[2]
        if path.endswith(".onnx"):
            target = hub.redirects_to or f"/blobs/{path}"
            request.send_response(302)
            request.send_header("Location", target)
            request.send_header("Content-Length", "0")
            request.end_headers()
        else:
            _send_file(hub, request, path)


def _send(request: BaseHTTPRequestHandler, content: bytes, status: int = 200) -> None:
    request.send_response(status)
    request.send_header("Content-Length", str(len(content)))
    request.end_headers()
    request.wfile.write(content)


def _send_file(hub: StubHub, request: BaseHTTPRequestHandler, path: str) -> None:
    content = hub.changed.get(path) or hub.files()[path]
    wanted = re.fullmatch(r"bytes=(\d+)-", request.headers.get("Range", ""))
    first = int(wanted[1]) if wanted and hub.has_ranges else 0
    request.send_response(206 if first else 200)
    if first:
        request.send_header("Content-Range", f"bytes {first}-{len(content) - 1}/{len(content)}")
    request.send_header("Content-Length", str(len(content) - first))
    request.end_headers()
    last = first + hub.cut_after.pop(path, len(content))
    request.wfile.write(content[first:last])
    if last < len(content):
        request.close_connection = True
