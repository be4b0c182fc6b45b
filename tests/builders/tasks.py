"""Calls for the worker pool, some of which are fatal."""

import os
import signal
import threading
import time
from pathlib import Path

from audio_ident.errors import DecodeFailed


def double(number: int) -> int:
    """Work."""
    return 2 * number


def sleep(seconds: float) -> None:
    """Hang."""
    time.sleep(seconds)


def process_id() -> int:
    """Name of the worker process."""
    time.sleep(0.05)
    return os.getpid()


def end_process(code: int) -> None:
    """End the worker without a word."""
    os._exit(code)


def kill_process() -> None:
    """Kill the worker."""
    os.kill(os.getpid(), signal.SIGKILL)


def manners() -> tuple[int, bool]:
    """Niceness, and whether SIGINT is ignored."""
    os.kill(os.getpid(), signal.SIGINT)
    return os.nice(0), signal.getsignal(signal.SIGINT) == signal.SIG_IGN


def fail_decoding(fact: str) -> None:
    """Fail as decoders do."""
    raise DecodeFailed(fact)


class Untransportable(Exception):
    """An error that pickles and does not come back."""

    def __init__(self, one: str, two: str) -> None:
        super().__init__(one)
        self.two = two


def fail_untransportably() -> None:
    """Fail with an error that cannot cross a pipe."""
    raise Untransportable("five", "six")


def return_unpicklable() -> object:
    """Give something that cannot cross a pipe."""
    return threading.Lock()


def allocate(size: int) -> int:
    """Take memory."""
    return len(bytearray(size))


def burn() -> None:
    """Take processor time for ever."""
    while True:
        pass


def report_and_sleep(path: Path) -> None:
    """Tell the process id, then hang."""
    path.write_text(str(os.getpid()))
    time.sleep(120)
