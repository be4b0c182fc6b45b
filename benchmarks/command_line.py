"""Runs the real command line in a process of its own."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from audio_ident.cli.exits import ExitCode

SUCCESSES = {ExitCode.OK, ExitCode.NO_MATCH, ExitCode.SOME_FILES_FAILED}


def audio_ident(data: Path, *arguments: str) -> Any:  # noqa: ANN401 -- JSON
    """The JSON document that a command prints about the library in a data directory."""
    start = "from audio_ident.cli.main import run; run()"
    command = [sys.executable, "-c", start, "--quiet", "--data-dir", str(data), *arguments]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=False)
    if done.returncode not in SUCCESSES:
        raise SystemExit(f"audio-ident {arguments[0]} ended with {done.returncode}")
    return json.loads(done.stdout)
