"""The crash-proof pool, with real processes that die."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Future, wait
from pathlib import Path
from typing import Any

import pytest

from audio_ident.engines.pool import CrashProofExecutor
from audio_ident.engines.worker import WorkerLimits
from audio_ident.errors import DecodeFailed, DecodeTimeout, OutOfMemory, WorkerCrashed
from builders import tasks


@pytest.fixture
def pool() -> Iterator[CrashProofExecutor]:
    """Two workers with a deadline of three seconds."""
    executor = CrashProofExecutor(2, task_timeout_s=3.0)
    yield executor
    executor.kill()


def test_calls_come_back_with_their_values(pool: CrashProofExecutor) -> None:
    """More calls than workers and queue slots are all answered, in the order asked for."""
    assert list(pool.map(tasks.double, range(40))) == [2 * n for n in range(40)]


def test_a_crash_fails_one_call_and_the_pool_goes_on(pool: CrashProofExecutor) -> None:
    """Only the call whose worker ends, is killed or hangs fails, each with its own error."""
    futures: list[Future[Any]] = [
        pool.submit(tasks.double, 1),
        pool.submit(tasks.end_process, 3),
        pool.submit(tasks.kill_process),
        pool.submit(tasks.sleep, 60),
        pool.submit(tasks.double, 2),
        pool.submit(tasks.double, 3),
    ]
    wait(futures, timeout=60)
    assert [futures[n].result() for n in (0, 4, 5)] == [2, 4, 6]
    with pytest.raises(WorkerCrashed, match="exit code 3"):
        futures[1].result()
    with pytest.raises(WorkerCrashed, match="SIGKILL"):
        futures[2].result()
    with pytest.raises(DecodeTimeout, match="3 s"):
        futures[3].result()


def test_errors_of_a_call_come_back_as_they_were_raised(pool: CrashProofExecutor) -> None:
    """An error of ours keeps its class and fact; one that cannot travel becomes a plain one."""
    with pytest.raises(DecodeFailed) as caught:
        pool.submit(tasks.fail_decoding, "bad frame").result()
    assert caught.value.fact == "bad frame"
    with pytest.raises(RuntimeError, match="Untransportable: five"):
        pool.submit(tasks.fail_untransportably).result()
    with pytest.raises(Exception, match="pickle"):
        pool.submit(tasks.return_unpicklable).result()


def test_workers_are_modest_and_deaf_to_ctrl_c(pool: CrashProofExecutor) -> None:
    """A worker runs at low priority and ignores SIGINT, which is for its owner to act on."""
    niceness, ignores = pool.submit(tasks.manners).result()
    assert niceness > os.nice(0)
    assert ignores


def test_a_worker_that_takes_too_much_memory_or_time_fails_its_call() -> None:
    """Limits of address space and processor time end the call, not the pool."""
    limits = WorkerLimits(address_space_bytes=4 << 30, cpu_s_per_task=1.0)
    with CrashProofExecutor(1, task_timeout_s=60.0, limits=limits) as pool:
        with pytest.raises(OutOfMemory):
            pool.submit(tasks.allocate, 8 << 30).result()
        with pytest.raises(WorkerCrashed, match="SIGXCPU"):
            pool.submit(tasks.burn).result()
        assert pool.submit(tasks.double, 4).result() == 8


def test_a_worker_that_died_idle_is_replaced(pool: CrashProofExecutor) -> None:
    """The death of a waiting worker is nobody's fault, so no call fails for it."""
    pids = {pool.submit(tasks.process_id).result() for _ in range(10)}
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    time.sleep(0.3)
    assert pool.submit(tasks.double, 5).result() == 10


def test_killing_the_pool_ends_everything_soon() -> None:
    """Running calls fail, waiting ones are cancelled, and later ones are refused."""
    pool = CrashProofExecutor(1, task_timeout_s=None)
    pool.submit(tasks.double, 1).result()
    running = pool.submit(tasks.sleep, 60)
    waiting = pool.submit(tasks.double, 1)
    while not running.running():
        time.sleep(0.01)
    started_s = time.monotonic()
    pool.kill()
    assert time.monotonic() - started_s < 10
    assert isinstance(running.exception(), WorkerCrashed)
    assert waiting.cancelled()
    with pytest.raises(RuntimeError):
        pool.submit(tasks.double, 1)


def test_workers_end_when_their_owner_is_killed(tmp_path: Path) -> None:
    """No worker survives a `kill -9` of the process that owns it, even in the middle of a call."""
    pid_file = tmp_path / "pid"
    owner = subprocess.Popen(
        [sys.executable, "-m", "builders.pool_owner", str(pid_file)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    deadline_s = time.monotonic() + 30
    while not (pid_file.exists() and pid_file.read_text()) and time.monotonic() < deadline_s:
        time.sleep(0.05)
    worker = int(pid_file.read_text())
    owner.kill()
    owner.wait()
    while _is_alive(worker) and time.monotonic() < deadline_s:
        time.sleep(0.05)
    assert not _is_alive(worker)


def _is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"
