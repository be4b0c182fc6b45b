"""Calls for the worker pool, some of which are fatal."""

import itertools
import os
import signal
import socket
import threading
import time
from collections.abc import Callable
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


def open_socket(family: int) -> None:
    """Try to reach the network."""
    socket.socket(socket.AddressFamily(family)).close()


def start_program() -> None:
    """Try to become another program."""
    os.execv("/bin/true", ["true"])  # noqa: S606 -- refused, that is the point


def write_file(path: Path, size: int) -> int:
    """Write a file of that size; its size then."""
    with path.open("wb") as file:
        file.write(bytes(size))
    return path.stat().st_size


def environment_of(name: str) -> tuple[str | None, bool]:
    """A variable, and whether the system still shows its name with a value."""
    shown = Path("/proc/self/environ").read_bytes().split(b"\0")
    return os.environ.get(name), any(entry.startswith(name.encode() + b"=") for entry in shown)


def open_descriptors() -> int:
    """How many files, pipes and sockets the process holds; not the folder that tells."""
    return len(list(Path("/proc/self/fd").iterdir())) - 1


def make_counter(report: Callable[[int], None]) -> Callable[[], int]:
    """Something that a worker keeps from call to call."""
    numbers = itertools.count(1)

    def count() -> int:
        number = next(numbers)
        report(number)
        return number

    return count


def use(counter: Callable[[], int]) -> int:
    """Use what the worker keeps."""
    return counter()


def nap(counter: object, seconds: float) -> int:
    """Hang in a worker that keeps something; its process id."""
    del counter
    time.sleep(seconds)
    return os.getpid()
