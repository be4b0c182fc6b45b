"""The worker pool as requests use it: deadlines, room, withdrawal, tools that are kept."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import CancelledError

import pytest

from audio_ident.engines.pool import CrashProofExecutor
from audio_ident.engines.pool_call import PoolFull, PoolOptions
from audio_ident.errors import Cancelled, DecodeTimeout
from builders import tasks

LONG_S = 60.0


@pytest.fixture
def pool() -> Iterator[CrashProofExecutor]:
    """One warm worker with a counter, and room for one call that waits."""
    options = PoolOptions(backlog=1, make_tools=tasks.make_counter, is_warm=True)
    executor = CrashProofExecutor(1, task_timeout_s=LONG_S, options=options)
    executor.try_submit(tasks.use).future.result()
    yield executor
    executor.kill()


def test_tools_are_made_once_and_kept(pool: CrashProofExecutor) -> None:
    """Each call is given what the worker made when it started."""
    assert [pool.try_submit(tasks.use).future.result() for _ in range(3)] == [2, 3, 4]


def test_progress_arrives_before_the_value(pool: CrashProofExecutor) -> None:
    """What a call reports is handed on while it runs."""
    heard: list[int] = []
    value = pool.try_submit(tasks.use, on_progress=heard.append).future.result()
    assert heard == [value]


def test_a_call_past_its_deadline_loses_its_process(pool: CrashProofExecutor) -> None:
    """The process is killed, not only waited for no longer; the next call has a new one."""
    call = pool.try_submit(tasks.nap, LONG_S, ends_at_s=time.monotonic() + 0.2)
    with pytest.raises(DecodeTimeout):
        call.future.result(LONG_S)
    assert pool.try_submit(tasks.use).future.result(LONG_S) == 1


def test_a_call_that_waited_too_long_kills_nobody(pool: CrashProofExecutor) -> None:
    """Time in the queue counts, and whoever works meanwhile goes on."""
    first = pool.try_submit(tasks.nap, 0.5)
    second = pool.try_submit(tasks.nap, LONG_S, ends_at_s=time.monotonic() + 0.1)
    with pytest.raises(DecodeTimeout):
        second.future.result(LONG_S)
    assert first.future.result(LONG_S) > 0
    assert pool.try_submit(tasks.use).future.result(LONG_S) == 2


def test_a_full_pool_refuses_at_once(pool: CrashProofExecutor) -> None:
    """One call runs, one waits, the third is refused; room comes back."""
    calls = [pool.try_submit(tasks.nap, 0.3) for _ in range(2)]
    assert pool.is_full
    with pytest.raises(PoolFull):
        pool.try_submit(tasks.nap, 0.3)
    for call in calls:
        call.future.result(LONG_S)
    assert pool.open_calls == 0


def test_a_running_call_that_is_withdrawn_ends(pool: CrashProofExecutor) -> None:
    """Its process is ended; whoever waits is told at once."""
    call = pool.try_submit(tasks.nap, LONG_S)
    while not call.future.running():
        time.sleep(0.01)
    threading.Timer(0.2, call.withdraw).start()
    with pytest.raises(Cancelled):
        call.future.result(LONG_S)


def test_a_waiting_call_that_is_withdrawn_never_runs(pool: CrashProofExecutor) -> None:
    """Nothing is started for it, and its room is free at once."""
    running = pool.try_submit(tasks.nap, 0.5)
    while not running.future.running():
        time.sleep(0.01)
    waiting = pool.try_submit(tasks.use)
    waiting.withdraw()
    assert not pool.is_full
    with pytest.raises(CancelledError):
        waiting.future.result(LONG_S)
    running.future.result(LONG_S)
    assert pool.try_submit(tasks.use).future.result(LONG_S) == 2


def test_a_call_that_is_done_can_be_withdrawn_in_vain(pool: CrashProofExecutor) -> None:
    """Its value stays, and the worker lives."""
    call = pool.try_submit(tasks.use)
    value = call.future.result(LONG_S)
    call.withdraw()
    assert call.future.result() == value
    assert pool.try_submit(tasks.use).future.result(LONG_S) == value + 1
