"""Event streams: one reader of the store for all listeners of this process, and no thread each.

Events come from rows, so it does not matter which process runs the import. A listener that does
not keep up loses its queue and is sent a snapshot instead: memory stays flat, and what it then
knows is right. Everything but the reads of the store happens on the event loop.
"""

import asyncio
import contextlib
import dataclasses
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable

import structlog
from fastapi import FastAPI
from fastapi.responses import StreamingResponse

from audio_ident.errors import StoreProblem
from audio_ident.refusals import ServiceUnavailable

POLL_S = 0.25
"""How often the store is read, while anybody listens."""

HEARTBEAT_S = 15.0
"""Proxies close connections that say nothing for half a minute."""

LONGEST_S = 3600.0
"""Streams end after an hour; clients open them again where they were."""

RETRY_MS = 2000
"""How long clients wait before they open a stream again."""

RETRY_AFTER_S = 10.0

MOST_QUEUED = 256
"""Events that wait for one listener."""

_READ_AT_ONCE = 500

_log = structlog.get_logger()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """An event, ready to be sent."""

    id: int
    session_id: str | None
    is_last: bool
    """Whether it is the last one of its session."""
    text: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """How things are at one moment, ready to be sent."""

    id: int
    """What events up to this one told is in it."""
    is_last: bool
    """Whether nothing more will happen."""
    text: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EventSource:
    """Where messages come from; every call reads the store, and blocks."""

    last_id: Callable[[], int]
    after: Callable[[int, int], list[Message]]
    missed: Callable[[int, str | None], list[Message] | None]
    """Messages behind an id; None when some of them are no longer kept."""
    picture: Callable[[str | None], Picture]
    connected: Callable[[int], str]


@dataclasses.dataclass(slots=True, kw_only=True, eq=False)
class _Listener:
    session_id: str | None
    queue: deque[Message] = dataclasses.field(default_factory=deque)
    wake: asyncio.Event = dataclasses.field(default_factory=asyncio.Event)
    is_behind: bool = False


class EventHub:
    """The listeners of one process, and the task that reads the store for them.

    Parameters
    ----------
    is_stopping
        Whether the service ends, so that all streams have to.
    """

    def __init__(
        self, source: EventSource, most_listeners: int, is_stopping: Callable[[], bool]
    ) -> None:
        self._source = source
        self._most_listeners = most_listeners
        self._is_stopping = is_stopping
        self._listeners: set[_Listener] = set()
        self._position = 0
        self._reading: asyncio.Task[None] | None = None

    def check_room(self) -> None:
        """Raise `ServiceUnavailable` when as many listen as may."""
        if len(self._listeners) >= self._most_listeners:
            raise ServiceUnavailable(
                f"{self._most_listeners} event streams are open", retry_after_s=RETRY_AFTER_S
            )

    async def stream(self, session_id: str | None, last_id: int | None) -> AsyncIterator[str]:
        """The text of one stream, from behind the event that its client saw last."""
        listener = _Listener(session_id=session_id)
        await self._join(listener)
        try:
            yield f"retry: {RETRY_MS}\n{self._source.connected(self._position)}"
            async for text in self._messages(listener, last_id):
                yield text
        finally:
            self._listeners.discard(listener)

    async def _messages(self, listener: _Listener, sent: int | None) -> AsyncIterator[str]:
        end_s = time.monotonic() + LONGEST_S
        missed = None
        if sent is not None:
            missed = await asyncio.to_thread(self._source.missed, sent, listener.session_id)
        listener.is_behind = missed is None
        listener.queue.extendleft(reversed(missed or ()))
        sent = sent or 0
        while not self._is_stopping() and time.monotonic() < end_s:
            if listener.is_behind:
                listener.is_behind = False
                picture = await asyncio.to_thread(self._source.picture, listener.session_id)
                sent = picture.id
                yield picture.text
                if picture.is_last:
                    return
            while listener.queue:
                message = listener.queue.popleft()
                if message.id > sent:
                    sent = message.id
                    yield message.text
                    if listener.session_id is not None and message.is_last:
                        return
            if not await _woken(listener):
                yield ": \n\n"

    async def _join(self, listener: _Listener) -> None:
        if not self._listeners:
            self._position = await asyncio.to_thread(self._source.last_id)
        self._listeners.add(listener)
        if self._reading is None or self._reading.done():
            self._reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        """Hand new events to the listeners for as long as there are any."""
        while self._listeners:
            messages: list[Message] = []
            try:
                messages = await asyncio.to_thread(
                    self._source.after, self._position, _READ_AT_ONCE
                )
            except StoreProblem as error:
                _log.error("events_unreadable", code=error.code)
            if messages:
                self._hand_on(messages)
            if self._is_stopping():
                for listener in self._listeners:
                    listener.wake.set()
            if len(messages) < _READ_AT_ONCE:
                await asyncio.sleep(POLL_S)

    def _hand_on(self, messages: list[Message]) -> None:
        has_gap = messages[0].id != self._position + 1
        self._position = messages[-1].id
        for listener in self._listeners:
            if has_gap:
                _fall_behind(listener)
            _give(listener, messages)


def _give(listener: _Listener, messages: Iterable[Message]) -> None:
    for message in messages:
        if listener.session_id not in {None, message.session_id}:
            continue
        if len(listener.queue) >= MOST_QUEUED:
            _fall_behind(listener)
        listener.queue.append(message)
        listener.wake.set()


def _fall_behind(listener: _Listener) -> None:
    listener.queue.clear()
    listener.is_behind = True
    listener.wake.set()


async def _woken(listener: _Listener) -> bool:
    """Wait for news; whether there are any before the next heartbeat."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(HEARTBEAT_S):
            await listener.wake.wait()
        listener.wake.clear()
        return True
    return False


def message_text(name: str, event_id: int | None, json: str) -> str:
    """An event as it goes over the wire; JSON has no line ends of its own."""
    number = "" if event_id is None else f"id: {event_id}\n"
    return f"{number}event: {name}\ndata: {json}\n\n"


def event_stream(texts: AsyncIterator[str]) -> StreamingResponse:
    """The answer that streams messages."""
    return StreamingResponse(
        texts,
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


def is_stopping(app: FastAPI) -> bool:
    """Whether the server of an application was told to stop."""
    return bool(getattr(app.state, "is_stopping", False))
