"""Answers that send files in parts, and files that are still written, in constant memory."""

import os
import secrets
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

import anyio
import structlog
from fastapi.responses import StreamingResponse
from starlette.concurrency import iterate_in_threadpool, run_in_threadpool
from starlette.types import Receive, Scope, Send

from audio_ident.api.ranges import ByteRange
from audio_ident.errors import AudioIdentError
from audio_ident.library.playback.conversions import RunningConversion
from audio_ident.model.playback import OpenFile

CHUNK_BYTES = 256 * 1024
"""Read at once: large enough that the change of threads costs little."""

POLL_S = 0.05
"""How often a file that grows is looked at."""

Pieces: TypeAlias = Sequence[bytes | ByteRange]
"""What is sent: bytes as they are, and ranges of the file."""

_log = structlog.get_logger()


def length_of(pieces: Pieces) -> int:
    """How many bytes are sent."""
    return sum(len(p) if isinstance(p, bytes) else p[1] - p[0] for p in pieces)


def multipart(ranges: Sequence[ByteRange], size_bytes: int, media_type: str) -> tuple[Pieces, str]:
    """Several ranges as one body, and the media type of that body (RFC 9110 14.6)."""
    boundary = secrets.token_hex(16)
    pieces: list[bytes | ByteRange] = []
    for start, end in ranges:
        head = (
            f"\r\n--{boundary}\r\nContent-Type: {media_type}\r\n"
            f"Content-Range: bytes {start}-{end - 1}/{size_bytes}\r\n\r\n"
        )
        pieces += [head.encode(), (start, end)]
    pieces.append(f"\r\n--{boundary}--\r\n".encode())
    return pieces, f"multipart/byteranges; boundary={boundary}"


class FilePieces(StreamingResponse):
    """Sends pieces of an open file and closes it.

    If the file turns out to be shorter than it was when it was opened, the connection is ended:
    whoever reads must not take what came for the whole.
    """

    def __init__(
        self, opened: OpenFile, pieces: Pieces, status_code: int, headers: Mapping[str, str]
    ) -> None:
        self._opened = opened
        self._length = length_of(pieces)
        chunks = _chunks(opened.file.fileno(), pieces)
        super().__init__(chunks, status_code, {**headers, "Content-Length": str(self._length)})

    async def stream_response(self, send: Send) -> None:
        """Send the head and the pieces."""
        await send(_head(self))
        sent = 0
        async for chunk in self.body_iterator:
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
            sent += len(chunk)
        if sent == self._length:
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        else:
            _log.warning("file_shrank", sent_bytes=sent, promised_bytes=self._length)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it, and close the file whatever happens."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._opened.file.close()


class GrowingFile(StreamingResponse):
    """Sends what is converted while it is made; its length is not known before the end."""

    def __init__(self, running: RunningConversion, headers: Mapping[str, str]) -> None:
        self._running = running
        super().__init__(iterate_in_threadpool(iter(())), headers=headers)

    async def stream_response(self, send: Send) -> None:
        """Send the head and what there is, until the conversion ends."""
        await send(_head(self))
        try:
            while (chunk := await run_in_threadpool(self._running.read)) is not None:
                if chunk:
                    await send({"type": "http.response.body", "body": chunk, "more_body": True})
                else:
                    await anyio.sleep(POLL_S)
        except AudioIdentError as error:  # the head is sent already: only the end can tell
            _log.warning("conversion_broke_off", code=error.code)
            return
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it, and let go of the file whatever happens."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._running.close()


def _head(response: StreamingResponse) -> dict[str, object]:
    return {
        "type": "http.response.start",
        "status": response.status_code,
        "headers": response.raw_headers,
    }


def _chunks(descriptor: int, pieces: Pieces) -> Iterator[bytes]:
    """The bytes to be sent; ends early where the file does."""
    for piece in pieces:
        if isinstance(piece, bytes):
            yield piece
            continue
        at, end = piece
        while at < end:
            try:
                chunk = os.pread(descriptor, min(CHUNK_BYTES, end - at), at)
            except OSError:  # the disk was pulled out
                return
            if not chunk:
                return
            yield chunk
            at += len(chunk)
