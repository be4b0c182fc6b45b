"""Four hours of audio fit into little memory."""

import json
import subprocess
import sys
from pathlib import Path

from builders.hours import HOURS, write_hours

PROGRAM = """
import json, sys, time
from pathlib import Path
from audio_ident.core.listeners.registry import LISTENERS
from audio_ident.engines.decoder_pyav import PyavDecoder
from audio_ident.engines.protocols import DecodeLimits
from audio_ident.ingest.analyse import analyse
from audio_ident.model.landmarks import landmarks_of

limits = DecodeLimits(max_bytes=1 << 32, max_seconds=1e5, timeout_s=600)
found = analyse(Path(sys.argv[1]), PyavDecoder(time.monotonic), LISTENERS, limits)
status = Path("/proc/self/status").read_text()
print(json.dumps({
    "peak_kib": int(status.split("VmHWM:")[1].split()[0]),
    "ticks": found.analysis.facts.duration_ticks,
    "landmarks": len(landmarks_of(found.analysis).frame),
    "stretches": len(found.analysis.sections["silence"].fields["start_samples"]),
}))
"""


def test_four_hours_take_less_than_300_mb(tmp_path: Path) -> None:
    """Every listener, landmarks among them, hears four hours in under 300 MB."""
    path = tmp_path / "hours.wav"
    write_hours(path)
    program = [sys.executable, "-c", PROGRAM, str(path)]
    done = subprocess.run(program, capture_output=True, text=True, check=True)
    path.unlink()
    found = json.loads(done.stdout)
    assert found["ticks"] == HOURS * 3600 * 28_224_000
    assert found["stretches"] == HOURS
    assert found["landmarks"] > HOURS * 10_000
    assert found["peak_kib"] < 300_000_000 / 1024
