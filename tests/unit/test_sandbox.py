"""What worker processes are kept from."""

import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from audio_ident.engines.pool import CrashProofExecutor
from audio_ident.engines.sandbox import missing_protections
from audio_ident.engines.worker import WorkerLimits
from audio_ident.errors import UnsupportedFormat, WorkerCrashed
from builders import decoding, tasks

FILTERED = pytest.mark.skipif(bool(list(missing_protections())), reason="no filters here")

SDP = b"v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 5004 RTP/AVP 0\n"
"""Text that makes FFmpeg listen on two ports."""

VARIABLE = "AUDIO_IDENT_METRICS_TOKEN"


@pytest.fixture(scope="module")
def pool() -> Iterator[CrashProofExecutor]:
    """One worker, started by a process that knows a secret."""
    limits = WorkerLimits(file_bytes=1000, cpu_s_per_task=2.0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, "open sesame")
        executor = CrashProofExecutor(1, task_timeout_s=60.0, limits=limits)
        executor.submit(tasks.double, 1).result()
    yield executor
    executor.kill()


@FILTERED
@pytest.mark.parametrize(
    "family", [socket.AF_INET, socket.AF_INET6, socket.AF_UNIX, socket.AF_PACKET]
)
def test_no_socket_can_be_opened(pool: CrashProofExecutor, family: int) -> None:
    """Whoever takes a decoder over reaches neither the network nor other programs."""
    with pytest.raises(PermissionError):
        pool.submit(tasks.open_socket, family).result()


@FILTERED
def test_no_program_can_be_started(pool: CrashProofExecutor) -> None:
    """A worker stays the program that it is."""
    with pytest.raises(PermissionError):
        pool.submit(tasks.start_program).result()


def test_a_text_that_asks_for_sockets_is_no_audio(pool: CrashProofExecutor) -> None:
    """It is refused by the decoder itself, before the system would have to."""
    with pytest.raises(UnsupportedFormat):
        pool.submit(decoding.listen_to, SDP).result()


def test_no_large_file_can_be_written(pool: CrashProofExecutor, tmp_path: Path) -> None:
    """A worker cannot fill the disk; what it may write, it can."""
    assert pool.submit(tasks.write_file, tmp_path / "small", 900).result() == 900
    with pytest.raises(OSError, match="too large"):
        pool.submit(tasks.write_file, tmp_path / "large", 100_000).result()
    assert (tmp_path / "large").stat().st_size <= 1000


def test_a_worker_knows_no_setting(pool: CrashProofExecutor) -> None:
    """Neither its environment nor what the system shows of it holds a secret of ours."""
    assert pool.submit(tasks.environment_of, VARIABLE).result() == (None, False)


def test_a_worker_holds_only_what_it_needs(pool: CrashProofExecutor) -> None:
    """The three standard streams, the pipe to its owner, and what tells that the owner lives."""
    assert pool.submit(tasks.open_descriptors).result() == 5


def test_burning_processor_time_is_ended(pool: CrashProofExecutor) -> None:
    """The system ends a worker that computes for longer than a call may; the next call works."""
    started_s = time.monotonic()
    with pytest.raises(WorkerCrashed, match="SIGXCPU"):
        pool.submit(tasks.burn).result()
    assert time.monotonic() - started_s < 60
    assert pool.submit(tasks.double, 3).result() == 6
