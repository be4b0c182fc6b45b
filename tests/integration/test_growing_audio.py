"""A conversion that takes long is heard while it is made."""

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from audio_ident.api.sending import GrowingFile
from audio_ident.errors import DecodeFailed
from audio_ident.library.playback.cache import ConversionCache
from audio_ident.library.playback.conversions import Conversions
from audio_ident.library.playback.convert import Destination
from audio_ident.model.playback import AudioFormat, Conversion
from audio_ident.refusals import RateLimited
from audio_ident.units import Ticks

FIRST, SECOND = b"first half ", b"second half"

WAIT_S = 30

CONVERSION = Conversion(
    path="/music/a.wma",
    root="/music",
    start_ticks=Ticks(0),
    end_ticks=Ticks(1),
    format=AudioFormat.OPUS,
    rate_hz=48_000,
    channels=2,
    is_16_bit=True,
)


class HaltingConverter:
    """Writes one half, waits until it is told to go on, and writes the other or fails."""

    def __init__(self, *, fails: bool = False) -> None:
        self.go_on = threading.Event()
        self.has_begun = threading.Event()
        self.calls = 0
        self._fails = fails

    def convert(self, conversion: Conversion, destination: Destination) -> None:
        """Make a result as `library.playback.convert` does."""
        del conversion
        self.calls += 1
        with destination.growing.open("wb") as file:
            file.write(FIRST)
            file.flush()
            self.has_begun.set()
            assert self.go_on.wait(WAIT_S)
            if self._fails:
                raise DecodeFailed("damaged in the middle")
            file.write(SECOND)
        destination.growing.replace(destination.finished)


@pytest.fixture
def executor() -> Iterator[ThreadPoolExecutor]:
    """Threads in place of worker processes, which could not be halted."""
    with ThreadPoolExecutor(2) as threads:
        yield threads


def conversions_in(
    folder: Path, executor: ThreadPoolExecutor, converter: HaltingConverter
) -> Conversions:
    """Conversions of which two may run at once."""
    cache = ConversionCache(folder / "cache", 1000, lambda: 0.0)
    return Conversions(cache, executor, converter.convert, most_at_once=2)


def sent(response: GrowingFile, converter: HaltingConverter) -> list[dict[str, Any]]:
    """All messages of a response; the converter goes on once the first half was sent."""
    messages: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        messages.append(message)
        if message.get("body") == FIRST:
            converter.go_on.set()

    async def receive() -> Any:
        await asyncio.sleep(WAIT_S)

    async def respond() -> None:
        await response({"type": "http"}, receive, send)

    asyncio.run(asyncio.wait_for(respond(), WAIT_S))
    return messages


def test_what_is_made_is_sent_before_the_end(tmp_path: Path, executor: ThreadPoolExecutor) -> None:
    """The first half is sent while the second does not exist yet; nothing is lost or repeated."""
    converter = HaltingConverter()
    running = conversions_in(tmp_path, executor, converter).start(CONVERSION, "key")
    messages = sent(GrowingFile(running, {"Content-Type": "audio/ogg"}), converter)

    assert [message.get("body") for message in messages] == [None, FIRST, SECOND, b""]
    assert messages[-1]["more_body"] is False
    assert dict(messages[0]["headers"]) == {b"content-type": b"audio/ogg"}


def test_a_failure_ends_the_connection(tmp_path: Path, executor: ThreadPoolExecutor) -> None:
    """What came is not taken for the whole, and nothing half-written stays."""
    converter = HaltingConverter(fails=True)
    running = conversions_in(tmp_path, executor, converter).start(CONVERSION, "key")
    messages = sent(GrowingFile(running, {}), converter)

    assert isinstance(running.done.exception(WAIT_S), DecodeFailed)
    assert all(message.get("more_body", True) for message in messages)
    executor.shutdown()
    assert not list((tmp_path / "cache").iterdir())


def test_who_asks_later_joins_and_too_many_are_refused(
    tmp_path: Path, executor: ThreadPoolExecutor
) -> None:
    """One key is converted once; a third one has to wait for its turn."""
    converter = HaltingConverter()
    conversions = conversions_in(tmp_path, executor, converter)
    first = conversions.start(CONVERSION, "key")
    late = conversions.start(CONVERSION, "key")
    conversions.start(CONVERSION, "other")
    with pytest.raises(RateLimited):
        conversions.start(CONVERSION, "third")
    assert converter.has_begun.wait(WAIT_S)
    beginning = late.read()
    converter.go_on.set()
    first.done.result(WAIT_S)

    assert late.done is first.done
    assert beginning == FIRST
    assert late.read() == SECOND
    assert late.read() is None
    late.close()
    executor.shutdown()
    assert converter.calls == 2


def test_what_nobody_waits_for_is_not_begun(tmp_path: Path) -> None:
    """Who skips through tracks leaves no queue behind; what has begun is finished."""
    converter = HaltingConverter()
    with ThreadPoolExecutor(1) as executor:
        conversions = conversions_in(tmp_path, executor, converter)
        begun = conversions.start(CONVERSION, "begun")
        assert converter.has_begun.wait(WAIT_S)
        skipped = conversions.start(CONVERSION, "skipped")
        begun.close()
        skipped.close()
        wanted = conversions.start(CONVERSION, "wanted")
        converter.go_on.set()
        begun.done.result(WAIT_S)
        wanted.done.result(WAIT_S)

    assert skipped.done.cancelled()
    assert converter.calls == 2
    assert {path.stem for path in (tmp_path / "cache").iterdir()} == {"begun", "wanted"}
