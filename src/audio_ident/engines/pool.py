"""Worker processes that hostile files may crash or hang: one file is lost, never the pool.

`ProcessPoolExecutor` gives up as a whole when one of its processes dies, and cannot tell which
call killed it. Here each worker has its own pipe and one call at a time, so both are known.
"""

import contextlib
import multiprocessing
import pickle
import queue
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, ParamSpec, TypeVar

from audio_ident.engines.pool_call import PoolCall, PoolFull, PoolOptions
from audio_ident.engines.worker import READY, WorkerLimits, serve
from audio_ident.errors import Cancelled, DecodeTimeout, WorkerCrashed

_P = ParamSpec("_P")
_T = TypeVar("_T")

START_TIMEOUT_S = 120.0
"""How long a new process may take to import the program on a busy machine."""

_END_TIMEOUT_S = 5.0
"""How long a process may take to end once its pipe is closed, before it is killed."""

_QUEUED_PER_WORKER = 4
"""Calls that wait for a worker before `submit` waits too, so that memory stays flat."""


class CrashProofExecutor(Executor):
    """Runs calls in worker processes, each under a deadline.

    A call whose worker dies fails with `WorkerCrashed`, one that takes too long with
    `DecodeTimeout`; a new worker takes the place of the old one and the next call.

    Parameters
    ----------
    workers
        How many processes, at least 1; they start when there is work.
    task_timeout_s
        Wall time for one call, None for any; the start of a process does not count.
    limits
        What one process may use.
    options
        What a pool that answers requests does otherwise.
    """

    def __init__(
        self,
        workers: int,
        *,
        task_timeout_s: float | None,
        limits: WorkerLimits | None = None,
        options: PoolOptions | None = None,
    ) -> None:
        options = options or PoolOptions()
        self._calls: queue.Queue[PoolCall[Any] | None] = queue.Queue(
            0 if options.backlog is not None else workers * _QUEUED_PER_WORKER
        )
        self._room = workers + (options.backlog or 0)
        self._open_calls = 0
        self._census = threading.Lock()
        self._timeout_s = task_timeout_s
        self._is_warm = options.is_warm
        self._is_closed = threading.Event()
        make_tools = None if options.make_tools is None else pickle.dumps(options.make_tools)
        self._workers = [_Worker(limits or WorkerLimits(), make_tools) for _ in range(workers)]
        self._threads = [
            threading.Thread(target=self._drive, args=(worker,), daemon=True, name="pool-driver")
            for worker in self._workers
        ]
        for thread in self._threads:
            thread.start()

    def submit(self, fn: Callable[_P, _T], /, *args: _P.args, **kwargs: _P.kwargs) -> "Future[_T]":
        """Queue a call; waits while the queue is full."""
        self._refuse_if_closed()
        call: PoolCall[_T] = PoolCall(pickle.dumps((fn, args, kwargs)), timeout_s=self._timeout_s)
        self._calls.put(call)
        return call.future

    def try_submit(
        self,
        fn: Callable[..., _T],
        /,
        *args: object,
        ends_at_s: float | None = None,
        on_progress: Callable[[Any], None] | None = None,
    ) -> PoolCall[_T]:
        """Queue a call of which somebody waits for the answer; never waits itself.

        Parameters
        ----------
        ends_at_s
            Moment by `time.monotonic`, at which a worker that is not done is ended; waiting and
            the start of a process count. None for the time that every call has.
        on_progress
            Called from a thread of the pool with what the call reports.

        Raises
        ------
        PoolFull
            As many calls wait as may.
        """
        self._refuse_if_closed()
        call: PoolCall[_T] = PoolCall(
            pickle.dumps((fn, args, {})),
            timeout_s=self._timeout_s,
            ends_at_s=ends_at_s,
            on_progress=on_progress,
        )
        self._admit()
        call.future.add_done_callback(self._let_go)
        self._calls.put(call)
        return call

    @property
    def is_full(self) -> bool:
        """Whether `try_submit` would refuse now."""
        return self._open_calls >= self._room

    @property
    def open_calls(self) -> int:
        """Calls of `try_submit` that wait or run."""
        return self._open_calls

    @property
    def living_workers(self) -> int:
        """Processes that are ready for a call or run one."""
        return sum(worker.is_ready for worker in self._workers)

    def shutdown(  # `wait` is the name that `Executor` gives it
        self, wait: bool = True, *, cancel_futures: bool = False
    ) -> None:
        """End the workers once their calls are done; with `cancel_futures`, drop what waits."""
        if cancel_futures:
            self._drop_waiting()
        if not self._is_closed.is_set() or cancel_futures:
            self._is_closed.set()
            threading.Thread(target=self._tell_to_end, daemon=True).start()
        if wait:
            for thread in self._threads:
                thread.join()

    def kill(self) -> None:
        """End the workers now, whatever they are doing; their calls fail."""
        for worker in self._workers:
            worker.abandon()
        self.shutdown(wait=True, cancel_futures=True)

    def end_calls(self) -> None:
        """End what the workers do now, which fails; they start anew with the next call."""
        for worker in self._workers:
            worker.interrupt()

    def _refuse_if_closed(self) -> None:
        if self._is_closed.is_set():
            raise RuntimeError("cannot schedule new futures after shutdown")

    def _admit(self) -> None:
        with self._census:
            if self.is_full:
                raise PoolFull
            self._open_calls += 1

    def _let_go(self, future: "Future[Any]") -> None:
        del future
        with self._census:
            self._open_calls -= 1

    def _tell_to_end(self) -> None:
        for _ in self._threads:
            self._calls.put(None)

    def _drop_waiting(self) -> None:
        with contextlib.suppress(queue.Empty):
            while True:
                call = self._calls.get_nowait()
                if call is not None and call.future.cancel():
                    call.future.set_running_or_notify_cancel()

    def _drive(self, worker: "_Worker") -> None:
        """Hand calls to one worker, one at a time."""
        if hasattr(signal, "pthread_sigmask"):
            # Inherited by the process, so that Ctrl-C cannot hit it before it ignores it.
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        if self._is_warm:
            worker.prepare()
        while (call := self._calls.get()) is not None:
            if call.future.set_running_or_notify_cancel():
                self._run(worker, call)
            if self._is_warm:
                worker.prepare()
        worker.stop()

    def _run(self, worker: "_Worker", call: PoolCall[Any]) -> None:
        try:
            is_value, outcome = worker.run(call)
        except (WorkerCrashed, DecodeTimeout, Cancelled) as error:
            is_value, outcome = False, error
        if is_value:
            call.future.set_result(outcome)
        else:
            call.future.set_exception(outcome)


class _Worker:
    """One process at a time, replaced when it is lost."""

    _census = threading.Lock()
    """Held to start and to reap: each start of a process reaps those of all threads, and a
    process that two threads reap at once seems alive to one of them."""

    def __init__(self, limits: WorkerLimits, make_tools: bytes | None) -> None:
        self._limits = limits
        self._make_tools = make_tools
        self._process: BaseProcess | None = None
        self._connection: Connection | None = None
        self._is_abandoned = threading.Event()
        self.is_ready = False

    def prepare(self) -> None:
        """Start the process, if there is none, before there is a call for it."""
        if self._connection is None and not self._is_abandoned.is_set():
            try:
                self._start()
            except (EOFError, OSError):  # the next call tries again, and fails with the reason
                self._bury()

    def run(self, call: PoolCall[Any]) -> tuple[bool, Any]:
        """Whether a call succeeded, and its value or its exception."""
        try:
            connection = self._send(call)
            while True:
                if not connection.poll(call.remaining_s(time.monotonic())):
                    self._kill()
                    self._bury()
                    raise DecodeTimeout(call.lateness)
                is_value, outcome = _unpickled(connection.recv_bytes())
                if is_value is not None:
                    return is_value, outcome
                call.report(outcome)
        except (EOFError, OSError):
            ending = self._bury()
            raise Cancelled("withdrawn") if call.is_withdrawn else WorkerCrashed(ending) from None
        finally:
            call.leave_worker()

    def stop(self) -> None:
        """Let the process end by itself, and make sure that it does."""
        self._bury()

    def abandon(self) -> None:
        """End the process from another thread, for good."""
        self._is_abandoned.set()
        self._kill()

    def interrupt(self) -> None:
        """End the process from another thread; the next call starts another one."""
        self._kill()

    def _kill(self) -> None:
        process = self._process
        if process is not None:
            process.kill()

    def _send(self, call: PoolCall[Any]) -> Connection:
        connection = self._connection or self._start()
        if self._is_abandoned.is_set():
            raise WorkerCrashed("the pool was ended")
        try:
            self._hand_over(call, connection)
        except OSError:  # it died while it waited, so this call is not to blame
            self._bury()
            connection = self._start()
            self._hand_over(call, connection)
        return connection

    def _hand_over(self, call: PoolCall[Any], connection: Connection) -> None:
        if not call.enter_worker(self._kill, time.monotonic()):
            raise Cancelled("withdrawn")
        if call.remaining_s(time.monotonic()) == 0:
            raise DecodeTimeout(call.lateness)
        connection.send_bytes(call.request)

    def _start(self) -> Connection:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(
            target=serve, args=(theirs, self._limits, self._make_tools), daemon=True
        )
        with self._census:
            process.start()
        theirs.close()
        self._process, self._connection = process, ours
        if not ours.poll(START_TIMEOUT_S):
            self._kill()
        if ours.recv_bytes() != READY:
            raise EOFError
        self.is_ready = True
        return ours

    def _bury(self) -> str:
        """Wait for the end of the process; how it ended, for people."""
        self.is_ready = False
        process, self._process = self._process, None
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()
        if process is None:
            return "a worker could not start"
        if not wait([process.sentinel], _END_TIMEOUT_S):
            process.kill()
        with self._census:
            process.join()
            code = process.exitcode or 0
        if code < 0:
            return f"the worker was ended by {signal.Signals(-code).name}"
        return f"the worker ended with exit code {code}"


def _unpickled(answer: bytes) -> tuple[bool | None, Any]:
    try:
        unpickled: tuple[bool | None, Any] = pickle.loads(answer)  # noqa: S301 -- from our worker
    except Exception as error:  # noqa: BLE001 -- one of the three places: the pool worker
        return False, error
    return unpickled
