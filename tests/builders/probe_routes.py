"""Routes that do on purpose what routes of the service must not do, to see what comes of it."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Annotated

import pydantic
from fastapi import APIRouter, Body, Depends, Query, Request, UploadFile
from fastapi.responses import StreamingResponse

from audio_ident.api.limits import takes_upload
from audio_ident.errors import DatabaseProblem, DecodeFailed

router = APIRouter(prefix="/probe", include_in_schema=False)

SECRET = "hunter2-is-secret"  # noqa: S105 -- looked for in answers


class Credentials(pydantic.BaseModel):
    """A body with something that must not be told."""

    name: str
    password: Annotated[str, pydantic.Field(max_length=4)]


def fail() -> None:
    """A dependency that crashes."""
    raise RuntimeError(SECRET)


@router.post("/credentials")
def take_credentials(credentials: Annotated[Credentials, Body()]) -> str:
    """Take a body."""
    return credentials.name


@router.post("/upload")
@takes_upload("max_clip_bytes")
def take_upload(audio: UploadFile) -> int:
    """Take a form with a file in it."""
    return audio.size or 0


@router.post("/stream")
@takes_upload("max_upload_bytes", "application/octet-stream")
async def take_stream(request: Request) -> int:
    """Take bytes as they arrive."""
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
    return size


@router.get("/crash")
def crash() -> None:
    """Fail in the route."""
    raise RuntimeError(SECRET)


@router.get("/crash-before", dependencies=[Depends(fail)])
def crash_before() -> None:
    """Fail in a dependency."""


@router.get("/crash-late")
async def crash_late() -> StreamingResponse:
    """Fail when a part of the answer is out."""

    async def parts() -> AsyncIterator[bytes]:
        yield b"begin"
        await asyncio.sleep(0.05)
        raise RuntimeError(SECRET)

    return StreamingResponse(parts())


@router.get("/database")
def fail_database() -> None:
    """Fail as a database does that is down."""
    raise DatabaseProblem("connection to server at 10.1.2.3 failed for user admin")


@router.get("/decoder")
def fail_decoder() -> None:
    """Fail as a decoder does that names its file."""
    raise DecodeFailed("Invalid data found: '/srv/secret/clip.wav'")


@router.get("/events")
async def stream_events() -> StreamingResponse:
    """Stream without an end."""

    async def events() -> AsyncIterator[str]:
        while True:
            yield ": here\n\n"
            await asyncio.sleep(0.05)

    return StreamingResponse(events(), media_type="text/event-stream")


@router.get("/sleep")
def sleep(seconds: Annotated[float, Query()]) -> str:
    """Keep a thread busy, as work does that nobody can end."""
    time.sleep(seconds)
    return "slept"


@router.get("/client")
def show_client(request: Request) -> dict[str, str]:
    """Who asks, and how."""
    client = request.client.host if request.client else ""
    return {"client": client, "scheme": request.url.scheme, "path": request.scope["path"]}


@router.patch("/client")
def change_client() -> None:
    """Another method of the same address."""
