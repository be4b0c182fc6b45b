"""Runs conversions in worker processes, each one once however many ask for it."""

import hashlib
import threading
import uuid
from collections.abc import Callable
from concurrent.futures import CancelledError, Executor, Future
from pathlib import Path
from typing import BinaryIO

from audio_ident.errors import AudioIdentError, FileProblem
from audio_ident.library.playback.cache import UNFINISHED, ConversionCache
from audio_ident.library.playback.convert import Destination
from audio_ident.library.playback.formats import MADE_SUFFIXES
from audio_ident.model.playback import Conversion, OpenFile
from audio_ident.refusals import ConversionFailed, ConversionRunning, ServiceUnavailable

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
    """A result that grows, for one reader."""

    def __init__(self, done: "Future[None]", growing: Path, finished: Path) -> None:
        self._done = done
        self._growing = growing
        self._finished = finished
        self._file: BinaryIO | None = None

    def read(self) -> bytes | None:
        """The next bytes, empty while there are none yet, None at the end.

        Raises
        ------
        RequestRefused, StoreProblem
            The conversion failed: what was read so far is all that there will be.
        """
        is_over = self._done.done()
        if is_over:
            raise_failure(self._done)
        if self._file is None and not self._open():
            if is_over:  # so much else was converted since that it was removed
                raise ServiceUnavailable("the converted music is gone", retry_after_s=RETRY_AFTER_S)
            return b""
        content = self._file.read(READ_BYTES) if self._file else b""
        return None if is_over and not content else content

    def close(self) -> None:
        """Let go of the file; the conversion goes on."""
        if self._file is not None:
            self._file.close()

    def _open(self) -> bool:
        for path in (self._growing, self._finished):
            try:
                self._file = path.open("rb", buffering=0)
            except OSError:
                continue
            return True
        return False


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
        self._running: dict[str, tuple[Future[None], Destination]] = {}
        self._lock = threading.Lock()

    def find(self, conversion: Conversion, key: str) -> OpenFile | None:
        """A finished result, None if there is none."""
        return self._cache.find(_name(conversion, key))

    def start(self, conversion: Conversion, key: str) -> tuple["Future[None]", RunningConversion]:
        """Begin a conversion, or join the one that runs.

        Raises
        ------
        ConversionRunning
            Too many others run or wait.
        """
        if not self._cache.most_bytes:
            raise ServiceUnavailable("conversion is off: `transcode_cache_bytes` is 0")
        with self._lock:
            known = self._running.get(key)
            if known is None:
                known = self._running[key] = self._submitted(conversion, key)
        done, destination = known
        # here, because a conversion that ends at once is ended by this thread
        done.add_done_callback(lambda _: self._settle(key, destination))
        return done, RunningConversion(done, destination.growing, destination.finished)

    def _submitted(self, conversion: Conversion, key: str) -> tuple["Future[None]", Destination]:
        if len(self._running) >= self._most_at_once:
            raise ConversionRunning(
                "too much music is being converted already", retry_after_s=RETRY_AFTER_S
            )
        finished = self._cache.path_of(_name(conversion, key))
        destination = Destination(
            growing=finished.with_name(f"{finished.name}.{uuid.uuid4()}{UNFINISHED}"),
            finished=finished,
            most_bytes=self._cache.most_bytes,
        )
        return self._executor.submit(self._convert, conversion, destination), destination

    def _settle(self, key: str, destination: Destination) -> None:
        with self._lock:
            known = self._running.get(key)
            if known is None or known[1] is not destination:
                return
            del self._running[key]
        destination.growing.unlink(missing_ok=True)  # a worker that was killed leaves it
        self._cache.tidy()


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
