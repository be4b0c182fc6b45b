"""What runs inside a worker process of the pool: receive a call, answer it, again.

A worker is expendable. It works at the priority and within the limits it is given, without what
`sandbox` takes away, takes no notice of Ctrl-C (the process that owns it decides), and ends by
itself when its owner is gone.
"""

import contextlib
import dataclasses
import os
import pickle
import signal
import threading
from collections.abc import Callable
from multiprocessing import parent_process
from multiprocessing.connection import Connection
from typing import Any, TypeAlias

from audio_ident.engines.sandbox import confine
from audio_ident.errors import OutOfMemory

try:
    import resource
except ImportError:  # Windows has no such limits
    resource = None  # type: ignore[assignment]

READY = b"ready"
"""Sent once when the worker can take its first call."""

NICENESS = 10
"""Priority of work that nobody waits for, such as an import."""

Report: TypeAlias = Callable[[Any], None]
"""Tells the owner how far the call at hand has come; what is told must pickle."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class WorkerLimits:
    """What one worker may use; None sets no limit."""

    address_space_bytes: int | None = None
    """Memory that the process may reserve, code, libraries and mapped files included."""
    private_bytes: int | None = None
    """Memory of its own: without mapped files, for workers that map a large index."""
    file_bytes: int | None = None
    """Size of a file that it may write; 0 for none at all."""
    cpu_s_per_task: float | None = None
    """Processor time for one call; the system ends a worker that uses more."""
    niceness: int = NICENESS


def serve(connection: Connection, limits: WorkerLimits, make_tools: bytes | None = None) -> None:
    """Answer calls until the connection closes.

    Parameters
    ----------
    make_tools
        Pickled function of a `Report`; what it makes is kept and is the first argument of calls.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    owner: Any = parent_process()
    confine([connection.fileno(), *([] if owner is None else [owner.sentinel])])
    threading.Thread(target=_end_with_owner, args=(owner,), daemon=True).start()
    _be_modest(limits)
    with contextlib.suppress(EOFError, OSError), connection:
        tools = _tools(connection, make_tools)
        connection.send_bytes(READY)
        while True:
            request = connection.recv_bytes()
            _allow_cpu(limits.cpu_s_per_task)
            connection.send_bytes(_answer(request, tools))


def _tools(connection: Connection, make_tools: bytes | None) -> tuple[Any, ...]:
    if make_tools is None:
        return ()

    def report(progress: object) -> None:
        connection.send_bytes(pickle.dumps((None, progress)))

    return (pickle.loads(make_tools)(report),)  # noqa: S301 -- from our owner


def _answer(request: bytes, tools: tuple[Any, ...]) -> bytes:
    """Run one call: the pickled pair of (did it succeed, its value or its exception)."""
    try:
        function, arguments, keywords = pickle.loads(request)  # noqa: S301 -- from our owner
        return pickle.dumps((True, function(*tools, *arguments, **keywords)))
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


def _end_with_owner(owner: Any) -> None:  # noqa: ANN401 -- typeshed has no class for it
    if owner is not None:
        owner.join()
        os._exit(1)


def _be_modest(limits: WorkerLimits) -> None:
    # Read when numpy is imported, with the first call: more threads of its linear algebra have
    # nothing to do in a worker and use processor time to wait.
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    if hasattr(os, "nice"):
        with contextlib.suppress(OSError):
            os.nice(limits.niceness)
    if resource is not None:
        # A crash is an expected event here: no core files.
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if limits.address_space_bytes is not None:
            _lower(resource.RLIMIT_AS, limits.address_space_bytes)
        if limits.private_bytes is not None:
            _lower(resource.RLIMIT_DATA, limits.private_bytes)
        if limits.file_bytes is not None:
            _lower(resource.RLIMIT_FSIZE, limits.file_bytes)


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
