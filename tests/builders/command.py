"""The real command line, in processes of its own."""

import dataclasses
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How a command ended and what it printed."""

    code: int
    stdout: str
    stderr: str

    @property
    def document(self) -> Any:
        """The one JSON document on stdout."""
        return json.loads(self.stdout)


def command(data: Path, *arguments: str | Path) -> list[str]:
    """Command line of audio-ident over a library."""
    program = [sys.executable, "-m", "audio_ident", "--data-dir", str(data)]
    return [*program, *map(str, arguments)]


def environment(**changes: str) -> dict[str, str]:
    """Environment of tests, without settings of audio-ident, and changes."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("AUDIO_IDENT_")}
    nowhere = str(ROOT / "tests" / "no-settings-here")
    return inherited | {"XDG_CONFIG_HOME": nowhere, "XDG_DATA_HOME": nowhere} | changes


def run(data: Path, *arguments: str | Path, stdin: bytes | None = None, **changes: str) -> Ending:
    """Run audio-ident to its end."""
    done = subprocess.run(
        command(data, *arguments),
        cwd=ROOT,
        env=environment(**changes),
        input=stdin,
        capture_output=True,
        check=False,
        timeout=120,
    )
    return Ending(
        code=done.returncode,
        stdout=done.stdout.decode(),
        stderr=done.stderr.decode(),
    )


def start(data: Path, *arguments: str | Path) -> "subprocess.Popen[bytes]":
    """Start audio-ident and let it run."""
    return subprocess.Popen(
        command(data, *arguments),
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
