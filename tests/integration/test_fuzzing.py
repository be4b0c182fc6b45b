"""No damaged file gets more than its own error out of sniffing, tags, decoding and pictures."""

import json
import os
import subprocess
import sys

import pytest

ROUNDS = {"sniffing": 3000, "tags": 600, "decoding": 400, "pictures": 400}
"""In CI; `make fuzz ROUNDS=50000` damages more."""


@pytest.mark.parametrize("kind", ROUNDS)
def test_damaged_files_are_read_or_refused(kind: str) -> None:
    """Whatever happens to the bytes of a real file, no other exception and no crash comes of it."""
    rounds = os.environ.get("ROUNDS") or str(ROUNDS[kind])
    seed = os.environ.get("SEED", "1")
    done = subprocess.run(
        [sys.executable, "-m", "builders.fuzzing", kind, rounds, seed],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"exit {done.returncode}: {done.stderr[-3000:]}"
    report = json.loads(done.stdout)
    assert report["answered"] + report["refused"] == int(rounds)
    assert report["answered"]
    assert report["refused"]
