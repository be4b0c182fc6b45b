"""Keeps one child process of the program alive: started again when it dies, ended with its owner.

The child is given a pickled order on its standard input, which then stays open: when it closes,
because the owner asks for that or is gone in whatever way, the child is to end. So neither a
signal nor a look at process ids is needed, and `kill -9` of the owner ends the child in order.
"""

import contextlib
import pickle
import subprocess
import sys
import threading
from typing import IO, cast

import structlog

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 30.0
"""A child that keeps dying is started ever more rarely, so that it does not take the machine."""

SOUND_S = 60.0
"""A child that lived this long was well; the next pause is the first one again."""

_MOST_COUNTED = 10

_log = structlog.get_logger()


class KeptProcess:
    """A child process and the thread that watches over it.

    Parameters
    ----------
    module
        Run as a program; it reads `read_order(sys.stdin.buffer)` and ends with its input.
    order
        What it is told; pickles.
    """

    def __init__(self, module: str, order: object) -> None:
        self._module = module
        self._order = pickle.dumps(order)
        self._is_stopping = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._watch, daemon=True, name=f"keep-{module}")
        self._short_lives = 0

    def start(self) -> None:
        """Start the child, and keep it alive from now on."""
        self._thread.start()

    def stop(self, patience_s: float) -> None:
        """Let the child end, and make sure that it does."""
        with self._lock:
            self._is_stopping.set()
            process = self._process
        if process is not None:
            with contextlib.suppress(OSError):
                _input_of(process).close()
            try:
                process.wait(patience_s)
            except subprocess.TimeoutExpired:
                process.kill()
        self._thread.join()

    @property
    def is_failing(self) -> bool:
        """Whether the child died lately, more than once without having lived for a while."""
        return self._short_lives > 1

    @property
    def process_id(self) -> int | None:
        """The child that runs at this moment."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    def _watch(self) -> None:
        while not self._is_stopping.is_set():
            try:
                process = self._begin()
            except OSError as error:  # no memory or no process number at this moment
                _log.error("child_not_started", module=self._module, reason=error.strerror)
            else:
                self._wait_for(process)
            self._is_stopping.wait(min(FIRST_PAUSE_S * 2**self._short_lives, LONGEST_PAUSE_S))
            self._short_lives = min(self._short_lives + 1, _MOST_COUNTED)

    def _wait_for(self, process: "subprocess.Popen[bytes] | None") -> None:
        if process is None:
            return
        try:
            process.wait(SOUND_S)
        except subprocess.TimeoutExpired:
            self._short_lives = 0
            process.wait()
        with contextlib.suppress(OSError):
            _input_of(process).close()
        if not self._is_stopping.is_set():
            _log.error("child_died", module=self._module, code=process.returncode)

    def _begin(self) -> "subprocess.Popen[bytes] | None":
        """The child, started; None when it is too late for one."""
        with self._lock:
            if self._is_stopping.is_set():
                return None
            process = subprocess.Popen(  # noqa: S603 -- our own module
                [sys.executable, "-m", self._module],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
            )
            self._process = process
            with contextlib.suppress(OSError):  # it died already; waiting for it tells
                _input_of(process).write(self._order)
                _input_of(process).flush()
        return process


def read_order(stream: IO[bytes]) -> object:
    """What the owner of this process told it."""
    return pickle.load(stream)  # noqa: S301 -- from our owner


def wait_for_end(stream: IO[bytes]) -> None:
    """Return when the owner wants this process to end, or is gone."""
    stream.read()


def _input_of(process: "subprocess.Popen[bytes]") -> IO[bytes]:
    return cast("IO[bytes]", process.stdin)
