"""Whatever is being done when an import is killed, the next one brings everything into order."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

KILLS = int(os.environ.get("KILLS", "200"))
"""`make crash KILLS=5000` kills more often."""

PROCESSES = 2
"""Each kills its share, with a seed of its own."""


ENOUGH_KILLS = 60
"""So many hit every kind of place; fewer may, by chance, all hit the catalogue."""


@pytest.mark.parametrize("seed", range(PROCESSES))
def test_imports_killed_anywhere_lose_nothing(seed: int, tmp_path: Path) -> None:
    """After each dozen kills: `check` is clean, no file is lost, none is there twice."""
    share = str(-(-KILLS // PROCESSES))
    done = subprocess.run(
        [sys.executable, "-m", "builders.random_kills", str(tmp_path), share, str(seed)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    report = json.loads(done.stdout)
    assert report["kills"] >= int(share)
    places = " ".join(report["at"])
    assert "sql" in places  # in the catalogue
    if report["kills"] >= ENOUGH_KILLS:
        assert "open" in places or "os." in places  # in analyses and index
