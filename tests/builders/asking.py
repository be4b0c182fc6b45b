"""Clips for the service, and a look at its workers."""

import io
import os
import signal
import time
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import numpy.typing as npt
from benchmarks.demo.files import decode

from builders.encode import KINDS, encode

PATIENCE_S = 30.0


def clip_of(piece: Path, kind_name: str, start_s: float, length_s: float) -> bytes:
    """Part of a file in another encoding."""
    kind = KINDS[kind_name]
    first = round(start_s * kind.rate_hz)
    sound = decode(piece, kind.rate_hz)[first : first + round(length_s * kind.rate_hz)]
    return encode(np.stack([sound, sound], axis=1), kind)


def search(client: httpx.Client, clip: bytes, name: str = "clip", **fields: Any) -> httpx.Response:
    """Ask about a clip."""
    return client.post("/api/v1/search", files={"audio": (name, clip)}, data=fields)


def found(client: httpx.Client, clip: bytes, **fields: Any) -> Any:
    """The answer about a clip that can be listened to."""
    answer = search(client, clip, **fields)
    assert answer.status_code == 200, answer.text
    return answer.json()


def spooled(data: Path) -> list[Path]:
    """Uploads that the service holds at this moment."""
    return [path for path in data.glob("spool/*/*") if path.name != "held.lock"]


def workers_of(server: int) -> set[int]:
    """Worker processes of a service."""
    try:
        tasks = list(Path(f"/proc/{server}/task").iterdir())
        pids = {int(pid) for task in tasks for pid in (task / "children").read_text().split()}
    except OSError:  # it ends at this moment
        return set()
    return {pid for pid in pids if b"spawn_main" in _command_line(pid)}


def peak_bytes(pid: int) -> int:
    """The most memory that a process ever had."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    (line,) = (line for line in lines if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024


def resident_bytes(pid: int) -> int:
    """The memory that a process has at this moment."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    (line,) = (line for line in lines if line.startswith("VmRSS"))
    return int(line.split()[1]) * 1024


def stop(pids: set[int]) -> None:
    """Let processes do nothing until they are continued or killed."""
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)


def go_on(pids: set[int]) -> None:
    """Let stopped processes go on."""
    for pid in pids:
        os.kill(pid, signal.SIGCONT)


def wait_until(is_so: Callable[[], bool]) -> None:
    """Return as soon as something is so."""
    deadline_s = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < deadline_s, "it never came to be"
        time.sleep(0.02)


def _command_line(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def wav_bytes(samples: npt.NDArray[np.int16], rate_hz: int) -> bytes:
    """A WAV file of one channel."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate_hz)
        file.writeframes(samples.tobytes())
    return buffer.getvalue()
