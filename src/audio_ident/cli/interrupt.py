"""Signals: Ctrl-C once finishes the file at hand, twice stops; a service ends when told."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def gentle_interrupt(on_first: Callable[[], None]) -> Iterator[Callable[[], bool]]:
    """Give a `should_stop` that turns True at the first interrupt; the second one raises."""
    stop = threading.Event()

    def handle(signal_number: int, frame: FrameType | None) -> None:
        if stop.is_set():
            signal.default_int_handler(signal_number, frame)
        stop.set()
        on_first()

    previous = signal.signal(signal.SIGINT, handle)
    try:
        yield stop.is_set
    finally:
        signal.signal(signal.SIGINT, previous)


@contextmanager
def until_told() -> Iterator[Callable[[], bool]]:
    """Give a `should_stop` that turns True at Ctrl-C or SIGTERM; the second signal raises."""
    with gentle_interrupt(lambda: None) as stopped:
        interrupt = signal.getsignal(signal.SIGINT)
        previous = signal.signal(signal.SIGTERM, interrupt)
        try:
            yield stopped
        finally:
            signal.signal(signal.SIGTERM, previous)
