"""Receives uploads: streamed to a file of ours, with a hard cap.

What a client calls its file is only ever shown, never used as a path.
"""

import asyncio
import contextlib
import dataclasses
import hashlib
import re
import threading
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import BinaryIO

import python_multipart
from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_options_header
from starlette.requests import ClientDisconnect

from audio_ident.api.texts import shown_file_name
from audio_ident.refusals import EmptyFile, FileTooLarge, ValidationFailed

FILE_PART = "audio"
"""The part of a form that holds the recording."""

_ESCAPED = re.compile("%(22|0A|0D)", re.IGNORECASE)
"""What browsers escape in the name of a file, and nothing else."""

MOST_PARTS = 20
LONGEST_FIELD_BYTES = 1024


class Disconnect:
    """Whether the client has gone, and what is to be done then; any thread may ask."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._has_gone = False
        self._then: Callable[[], None] | None = None

    def then(self, action: Callable[[], None]) -> None:
        """Do something when the client goes, or at once if it has gone."""
        with self._lock:
            self._then = action
            has_gone = self._has_gone
        if has_gone:
            action()

    def notice(self) -> None:
        """Say that the client has gone."""
        with self._lock:
            self._has_gone = True
            action = self._then
        if action is not None:
            action()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Received:
    """A form that was received whole."""

    path: Path
    """Where the recording lies until the request is answered."""
    file_name: str
    """What the client calls it; empty when it does not say."""
    sha256: str
    """Of the recording."""
    fields: Mapping[str, str]
    """The other fields."""
    disconnect: Disconnect


@contextlib.asynccontextmanager
async def received(request: Request, path: Path, max_bytes: int) -> AsyncIterator[Received]:
    """The form of a request, its recording in a new file that whoever gave the path removes.

    Raises
    ------
    EmptyFile, FileTooLarge
        The recording has no bytes, or too many; nothing more is read then.
    ValidationFailed
        It is no form, or one without a recording.
    """
    form = _Form(path, max_bytes)
    try:
        await _receive(request, form)
        disconnect = Disconnect()
        watch = asyncio.create_task(_watch(request, disconnect))
        try:
            yield form.received(disconnect)
        finally:
            watch.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await watch
    finally:
        form.close()


async def _receive(request: Request, form: "_Form") -> None:
    parser = _parser(request, form)
    try:
        async for chunk in request.stream():
            await run_in_threadpool(parser.write, chunk)
        await run_in_threadpool(form.finish)
    except FormParserError as error:
        raise ValidationFailed(f"the form cannot be read: {error}") from error
    except ClientDisconnect:
        raise ValidationFailed("the upload ended before its end") from None


async def _watch(request: Request, disconnect: Disconnect) -> None:
    """Notice when the client goes; everything it had to send was received before."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
    disconnect.notice()


def _parser(request: Request, form: "_Form") -> python_multipart.MultipartParser:
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    boundary = options.get(b"boundary")
    if kind != b"multipart/form-data" or not boundary:
        raise ValidationFailed(f"send a form (multipart/form-data) with a part {FILE_PART}")
    try:
        return python_multipart.MultipartParser(
            boundary,
            {
                "on_part_begin": form.begin_part,
                "on_header_field": form.hear_header_name,
                "on_header_value": form.hear_header_value,
                "on_header_end": form.end_header,
                "on_headers_finished": form.end_headers,
                "on_part_data": form.hear_data,
                "on_part_end": form.end_part,
                "on_end": form.end,
            },
        )
    except FormParserError as error:
        raise ValidationFailed(f"the form cannot be read: {error}") from error


class _Form:
    """What the parser tells of a form, part by part."""

    def __init__(self, path: Path, max_bytes: int) -> None:
        self._path = path
        self._max_bytes = max_bytes
        self._file: BinaryIO | None = None
        self._file_name = ""
        self._digest = hashlib.sha256()
        self._size = 0
        self._fields: dict[str, str] = {}
        self._parts = 0
        self._is_complete = False
        self._header_name, self._header_value = b"", b""
        self._disposition: dict[bytes, bytes] = {}
        self._text = b""

    def begin_part(self) -> None:
        self._parts += 1
        if self._parts > MOST_PARTS:
            raise ValidationFailed(f"the form has more than {MOST_PARTS} parts")
        self._disposition, self._text = {}, b""

    def hear_header_name(self, data: bytes, start: int, end: int) -> None:
        self._header_name += data[start:end]

    def hear_header_value(self, data: bytes, start: int, end: int) -> None:
        self._header_value += data[start:end]

    def end_header(self) -> None:
        if self._header_name.lower() == b"content-disposition":
            self._disposition = parse_options_header(self._header_value)[1]
        self._header_name, self._header_value = b"", b""

    def end_headers(self) -> None:
        if self._name != FILE_PART:
            return
        if self._file is not None:
            raise ValidationFailed(f"the form has more than one part {FILE_PART}")
        name = self._disposition.get(b"filename", b"").decode(errors="replace")
        self._file_name = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), name)
        self._file = self._path.open("xb")

    def hear_data(self, data: bytes, start: int, end: int) -> None:
        if self._name != FILE_PART:
            self._text += data[start:end]
            if len(self._text) > LONGEST_FIELD_BYTES:
                raise ValidationFailed(f"a field is longer than {LONGEST_FIELD_BYTES} bytes")
            return
        self._size += end - start
        if self._size > self._max_bytes:
            raise _too_large(self._max_bytes)
        piece = data[start:end]
        self._digest.update(piece)
        assert self._file is not None  # noqa: S101 -- opened at the end of the headers
        self._file.write(piece)

    def end_part(self) -> None:
        if self._name != FILE_PART:
            self._fields[self._name] = self._text.decode(errors="replace")

    def end(self) -> None:
        self._is_complete = True

    def finish(self) -> None:
        """Check that the form is whole."""
        if not self._is_complete:
            raise ValidationFailed("the form ends before its closing boundary")
        if self._file is None:
            raise ValidationFailed(f"{FILE_PART}: the part is missing")
        if not self._size:
            raise EmptyFile(f"{FILE_PART}: the file is empty")
        self._file.close()

    def received(self, disconnect: Disconnect) -> Received:
        """All of it."""
        return Received(
            path=self._path,
            file_name=shown_file_name(self._file_name),
            sha256=self._digest.hexdigest(),
            fields=self._fields,
            disconnect=disconnect,
        )

    def close(self) -> None:
        """Let go of the recording."""
        if self._file is not None:
            self._file.close()

    @property
    def _name(self) -> str:
        return self._disposition.get(b"name", b"").decode(errors="replace")


def _too_large(max_bytes: int) -> FileTooLarge:
    return FileTooLarge(
        f"more than {max_bytes} bytes were sent", details={"limit_bytes": max_bytes}
    )
