"""What an import expects of an executor, whichever it is."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor

import pytest

from audio_ident.engines.pool import CrashProofExecutor
from audio_ident.errors import DecodeFailed
from builders import tasks


def _crash_proof() -> Executor:
    return CrashProofExecutor(1, task_timeout_s=30.0)


def _threads() -> Executor:
    return ThreadPoolExecutor(1)


@pytest.fixture(params=[_crash_proof, _threads])
def executor(request: pytest.FixtureRequest) -> Iterator[Executor]:
    """An executor with one worker."""
    make: Callable[[], Executor] = request.param
    with make() as made:
        yield made


def test_values_and_errors_come_back(executor: Executor) -> None:
    """A call gives its value, or raises its error with class and fact."""
    assert executor.submit(tasks.double, 4).result() == 8
    assert list(executor.map(tasks.double, range(9))) == list(range(0, 18, 2))
    with pytest.raises(DecodeFailed, match="torn"):
        executor.submit(tasks.fail_decoding, "torn").result()


def test_what_waits_can_be_cancelled(executor: Executor) -> None:
    """A call that has not begun can be withdrawn; one that runs is finished."""
    running = executor.submit(tasks.sleep, 0.3)
    waiting = [executor.submit(tasks.double, n) for n in range(3)]
    assert waiting[1].cancel()
    assert [waiting[0].result(), waiting[2].result()] == [0, 4]
    assert running.result() is None


def test_shutting_down_finishes_or_cancels(executor: Executor) -> None:
    """What runs is finished, what waits is cancelled on demand, what comes later is refused."""
    assert executor.submit(tasks.double, 1).result() == 2
    running = executor.submit(tasks.sleep, 0.3)
    while not running.running():
        time.sleep(0.01)
    waiting = executor.submit(tasks.double, 1)
    executor.shutdown(wait=True, cancel_futures=True)
    assert running.result() is None
    assert waiting.cancelled()
    with pytest.raises(RuntimeError):
        executor.submit(tasks.double, 1)


def test_shutting_down_waits_for_what_was_handed_over(executor: Executor) -> None:
    """Without cancelling, every call is answered before the executor is gone."""
    futures = [executor.submit(tasks.double, n) for n in range(4)]
    executor.shutdown(wait=True)
    assert [future.result() for future in futures] == [0, 2, 4, 6]
