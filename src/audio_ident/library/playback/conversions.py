"""Runs conversions in worker processes, each one once however many ask for it."""

import dataclasses
import hashlib
import threading
import uuid
from collections.abc import Callable
from concurrent.futures import CancelledError, Executor, Future
from typing import BinaryIO

from audio_ident.errors import AudioIdentError, FileProblem
from audio_ident.library.playback.cache import UNFINISHED, ConversionCache
from audio_ident.library.playback.convert import Destination
from audio_ident.library.playback.formats import MADE_SUFFIXES
from audio_ident.model.playback import Conversion, OpenFile
from audio_ident.refusals import ConversionFailed, RateLimited, ServiceUnavailable

RETRY_AFTER_S = 3.0
"""When it makes sense to ask again for what is being made."""

READ_BYTES = 256 * 1024

Convert = Callable[[Conversion, Destination], None]


def conversion_key(conversion: Conversion, identity: str, encoder_version: str) -> str:
    """Name of a result: equal names are equal bytes.

    Parameters
    ----------
    identity
        Of the bytes of the original.
    """
    parts = (
        identity,
        conversion.start_ticks,
        conversion.end_ticks,
        conversion.format,
        conversion.rate_hz,
        conversion.channels,
        conversion.is_16_bit,
        encoder_version,
    )
    return hashlib.sha256("|".join(map(str, parts)).encode()).hexdigest()


class RunningConversion:
    """A result that grows, for one reader, who closes it.

    Parameters
    ----------
    on_close
        Told that this reader is gone; called once.
    """

    def __init__(
        self, done: "Future[None]", destination: Destination, on_close: Callable[[], None]
    ) -> None:
        self.done = done
        self._destination = destination
        self._on_close = on_close
        self._file: BinaryIO | None = None

    @property
    def has_begun(self) -> bool:
        """Whether there is a first sound."""
        try:
            return self._destination.growing.stat().st_size > 0
        except OSError:
            return False

    def read(self) -> bytes | None:
        """The next bytes, empty while there are none yet, None at the end.

        Raises
        ------
        RequestRefused, StoreProblem
            The conversion failed: what was read so far is all that there will be.
        """
        is_over = self.done.done()
        if is_over:
            raise_failure(self.done)
        if self._file is None and not self._open():
            if is_over:  # so much else was converted since that it was removed
                raise ServiceUnavailable("the converted music is gone", retry_after_s=RETRY_AFTER_S)
            return b""
        content = self._file.read(READ_BYTES) if self._file else b""
        return None if is_over and not content else content

    def close(self) -> None:
        """Let go of the file; a conversion that has begun goes on."""
        if self._file is not None:
            self._file.close()
        on_close, self._on_close = self._on_close, _do_nothing
        on_close()

    def _open(self) -> bool:
        for path in (self._destination.growing, self._destination.finished):
            try:
                self._file = path.open("rb", buffering=0)
            except OSError:
                continue
            return True
        return False


@dataclasses.dataclass(slots=True, kw_only=True)
class _Order:
    """A conversion that runs or waits, and how many want it."""

    done: "Future[None]"
    destination: Destination
    readers: int = 0


class Conversions:
    """Finished and running conversions.

    Parameters
    ----------
    executor
        Runs `convert` in other processes.
    most_at_once
        Running and waiting ones; more are refused, so that `executor.submit` never waits.
    """

    def __init__(
        self, cache: ConversionCache, executor: Executor, convert: Convert, most_at_once: int
    ) -> None:
        self._cache = cache
        self._executor = executor
        self._convert = convert
        self._most_at_once = most_at_once
        self._orders: dict[str, _Order] = {}
        self._lock = threading.RLock()
        """Reentrant, because a conversion that is cancelled ends at once, in the same thread."""

    def find(self, conversion: Conversion, key: str) -> OpenFile | None:
        """A finished result, None if there is none."""
        return self._cache.find(_name(conversion, key))

    def start(self, conversion: Conversion, key: str) -> RunningConversion:
        """Begin a conversion, or join the one that runs.

        One that has not begun when its last reader goes is dropped: whoever skips through tracks
        does not fill the queue.

        Raises
        ------
        RateLimited
            Too many others run or wait.
        """
        if not self._cache.most_bytes:
            raise ServiceUnavailable("conversion is off: `transcode_cache_bytes` is 0")
        with self._lock:
            order = self._orders.get(key)
            is_new = order is None
            if order is None:
                order = self._orders[key] = self._ordered(conversion, key)
            order.readers += 1
        if is_new:  # behind the lock, because it may have ended already
            order.done.add_done_callback(lambda _: self._settle(key, order))
        return RunningConversion(order.done, order.destination, lambda: self._leave(order))

    def _ordered(self, conversion: Conversion, key: str) -> _Order:
        if len(self._orders) >= self._most_at_once:
            raise RateLimited(
                "too much music is being converted already", retry_after_s=RETRY_AFTER_S
            )
        finished = self._cache.path_of(_name(conversion, key))
        destination = Destination(
            growing=finished.with_name(f"{finished.name}.{uuid.uuid4()}{UNFINISHED}"),
            finished=finished,
            most_bytes=self._cache.most_bytes,
        )
        done = self._executor.submit(self._convert, conversion, destination)
        return _Order(done=done, destination=destination)

    def _leave(self, order: _Order) -> None:
        with self._lock:
            order.readers -= 1
            if not order.readers:
                order.done.cancel()

    def _settle(self, key: str, order: _Order) -> None:
        with self._lock:
            if self._orders.get(key) is order:
                del self._orders[key]
        order.destination.growing.unlink(missing_ok=True)  # a worker that was killed leaves it
        self._cache.tidy()


def _do_nothing() -> None:
    """Nobody has to be told."""


def raise_failure(done: "Future[None]") -> None:
    """Raise why a conversion failed, if it did; it must have ended."""
    try:
        error = done.exception()
    except CancelledError:
        raise ServiceUnavailable("the service is being stopped") from None
    if isinstance(error, FileProblem):
        reason = {"code": error.code, "message": error.fact}
        raise ConversionFailed("the track cannot be converted", details=reason) from error
    if isinstance(error, AudioIdentError):
        raise type(error)(error.fact) from error
    if error is not None:
        raise error


def _name(conversion: Conversion, key: str) -> str:
    return key + MADE_SUFFIXES[conversion.format]
