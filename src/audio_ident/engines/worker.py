"""What runs inside a worker process of the pool: receive a call, answer it, again.

A worker is expendable. It works at low priority, within the limits it is given, takes no notice
of Ctrl-C (the process that owns it decides), and ends by itself when its owner is gone.
"""

import contextlib
import dataclasses
import os
import pickle
import signal
import threading
from multiprocessing import parent_process
from multiprocessing.connection import Connection
from typing import Any

from audio_ident.errors import OutOfMemory

try:
    import resource
except ImportError:  # Windows has no such limits
    resource = None  # type: ignore[assignment]

READY = b"ready"
"""Sent once when the worker can take its first call."""

_NICENESS = 10


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class WorkerLimits:
    """What one worker may use; None sets no limit."""

    address_space_bytes: int | None = None
    """Memory that the process may reserve, code and libraries included."""
    cpu_s_per_task: float | None = None
    """Processor time for one call; the system ends a worker that uses more."""


def serve(connection: Connection, limits: WorkerLimits) -> None:
    """Answer calls until the connection closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_owner, daemon=True).start()
    _be_modest(limits)
    with contextlib.suppress(EOFError, OSError), connection:
        connection.send_bytes(READY)
        while True:
            request = connection.recv_bytes()
            _allow_cpu(limits.cpu_s_per_task)
            connection.send_bytes(_answer(request))


def _answer(request: bytes) -> bytes:
    """Run one call: the pickled pair of (did it succeed, its value or its exception)."""
    try:
        function, arguments, keywords = pickle.loads(request)  # noqa: S301 -- from our owner
        return pickle.dumps((True, function(*arguments, **keywords)))
    except MemoryError:
        return pickle.dumps((False, OutOfMemory("more memory is needed than a worker may use")))
    except Exception as error:  # noqa: BLE001 -- one of the three places: the pool worker
        return _pickled_error(error)


def _pickled_error(error: Exception) -> bytes:
    try:
        pickled = pickle.dumps((False, error))
        pickle.loads(pickled)  # noqa: S301 -- an exception may pickle and not come back
    except Exception:  # noqa: BLE001 -- as above
        return pickle.dumps((False, RuntimeError(f"{type(error).__name__}: {error}")))
    return pickled


def _end_with_owner() -> None:
    owner: Any = parent_process()
    if owner is not None:
        owner.join()
        os._exit(1)


def _be_modest(limits: WorkerLimits) -> None:
    # Read when numpy is imported, with the first call: more threads of its linear algebra have
    # nothing to do in a worker and use processor time to wait.
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    if hasattr(os, "nice"):
        with contextlib.suppress(OSError):
            os.nice(_NICENESS)
    if resource is not None:
        # A crash is an expected event here: no core files.
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if limits.address_space_bytes is not None:
            _lower(resource.RLIMIT_AS, limits.address_space_bytes)


def _allow_cpu(cpu_s: float | None) -> None:
    """Give the coming call its share: the system counts over the life of the process."""
    if cpu_s is None or resource is None:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    _lower(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime + cpu_s) + 1)


def _lower(which: int, limit: int) -> None:
    _, hard = resource.getrlimit(which)
    if hard != resource.RLIM_INFINITY:
        limit = min(limit, hard)
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(which, (limit, hard))
