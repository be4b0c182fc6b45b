"""Four hours of audio fit into little memory and little time."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np

from audio_ident.model.audio import Mono

HOURS = 4
RATE_HZ = 8000

PROGRAM = """
import json, sys, time
from pathlib import Path
from audio_ident.core.listeners.registry import LISTENERS
from audio_ident.engines.decoder_pyav import PyavDecoder
from audio_ident.engines.protocols import DecodeLimits
from audio_ident.ingest.analyse import analyse
from audio_ident.model.landmarks import landmarks_of

started_s = time.process_time()
limits = DecodeLimits(max_bytes=1 << 32, max_seconds=1e5, timeout_s=600)
found = analyse(Path(sys.argv[1]), PyavDecoder(time.monotonic), LISTENERS, limits)
status = Path("/proc/self/status").read_text()
print(json.dumps({
    "peak_kib": int(status.split("VmHWM:")[1].split()[0]),
    "cpu_s": time.process_time() - started_s,
    "ticks": found.analysis.facts.duration_ticks,
    "landmarks": len(landmarks_of(found.analysis).frame),
    "stretches": len(found.analysis.sections["silence"].fields["start_samples"]),
}))
"""


def _write_hours(path: Path) -> None:
    """A WAV file of a minute of notes over and over, with ten minutes of silence every hour."""
    data_bytes = HOURS * 3600 * RATE_HZ * 2
    header = b"RIFF" + (data_bytes + 36).to_bytes(4, "little") + b"WAVEfmt "
    header += (16).to_bytes(4, "little") + (1).to_bytes(2, "little") + (1).to_bytes(2, "little")
    header += RATE_HZ.to_bytes(4, "little") + (2 * RATE_HZ).to_bytes(4, "little")
    header += (2).to_bytes(2, "little") + (16).to_bytes(2, "little")
    header += b"data" + data_bytes.to_bytes(4, "little")
    minute = (_notes(60) * 32_000).astype(np.int16).tobytes()
    with path.open("wb") as file:
        file.write(header)
        for hour in range(HOURS):
            file.seek(len(header) + hour * 3600 * RATE_HZ * 2)
            for _ in range(50):
                file.write(minute)
        file.truncate(len(header) + data_bytes)


def _notes(seconds: int) -> Mono:
    """Four voices that change their notes twice a second."""
    rng = np.random.default_rng(1)
    time_s = np.arange(RATE_HZ // 2) / RATE_HZ
    frequencies_hz = 110 * 2 ** (rng.integers(0, 48, (2 * seconds, 4)) / 12)
    voices = np.sin(2 * np.pi * frequencies_hz[:, :, np.newaxis] * time_s)
    notes = (voices * np.exp(-3 * time_s)).mean(axis=1).reshape(-1)
    return np.asarray(notes, np.float32)


def test_four_hours_take_less_than_300_mb(tmp_path: Path) -> None:
    """Every listener, landmarks among them, hears four hours in under 300 MB and 30 CPU seconds."""
    path = tmp_path / "hours.wav"
    _write_hours(path)
    program = [sys.executable, "-c", PROGRAM, str(path)]
    done = subprocess.run(program, capture_output=True, text=True, check=True)
    path.unlink()
    found = json.loads(done.stdout)
    assert found["ticks"] == HOURS * 3600 * 28_224_000
    assert found["stretches"] == HOURS
    assert found["landmarks"] > HOURS * 10_000
    assert found["peak_kib"] < 300_000_000 / 1024
    assert found["cpu_s"] < 30
