"""The real command line, in processes of its own."""

import dataclasses
import json
import multiprocessing
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from audio_ident.cli.main import run as run_command_line
from builders.databases import settings_of

ROOT = Path(__file__).resolve().parents[2]

LONGEST_S = 120

PREFIXES = ("AUDIO_IDENT_", "DATABASE_URL", "QDRANT_URL")

CONTEXT = multiprocessing.get_context("forkserver")
"""Processes that begin with everything imported, which otherwise takes most of their time."""
CONTEXT.set_forkserver_preload(
    ["audio_ident.cli.app", "audio_ident.wiring.local", "builders.command"]
)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How a command ended and what it printed."""

    code: int | None
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


def environment(data: Path | None = None, **changes: str) -> dict[str, str]:
    """Environment of tests, with no settings but the database of a library, and changes."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(PREFIXES)}
    nowhere = str(ROOT / "tests" / "no-settings-here")
    ours = {
        "XDG_CONFIG_HOME": nowhere,
        "XDG_DATA_HOME": nowhere,
        "AUDIO_IDENT_SETTLE_S": "0",  # tests import files that they have just written
    }
    return inherited | ours | (settings_of(data) if data else {}) | changes


def run(data: Path, *arguments: str | Path, stdin: bytes = b"", **changes: str) -> Ending:
    """Run audio-ident to its end."""
    with tempfile.TemporaryDirectory() as folder:
        streams = [Path(folder, name) for name in ("stdin", "stdout", "stderr")]
        streams[0].write_bytes(stdin)
        words = ["audio-ident", *command(data, *arguments)[3:]]
        process = CONTEXT.Process(
            target=_run_here, args=(streams, words, environment(data, **changes))
        )
        process.start()
        process.join(LONGEST_S)
        if process.exitcode is None:
            process.kill()
        return Ending(
            code=process.exitcode, stdout=streams[1].read_text(), stderr=streams[2].read_text()
        )


def _run_here(streams: list[Path], words: list[str], variables: dict[str, str]) -> None:
    """Become audio-ident, as if a shell had started it."""
    for number, path in enumerate(streams):
        os.dup2(os.open(path, os.O_RDWR | os.O_CREAT), number)
    sys.stdin = open(0)  # noqa: SIM115 -- closed with the process
    os.environ.clear()
    os.environ.update(variables)
    os.chdir(ROOT)
    sys.argv = words
    run_command_line()


def run_afresh(data: Path, *arguments: str | Path, **changes: str) -> Ending:
    """Run audio-ident to its end in a process that imports everything by itself."""
    done = subprocess.run(
        command(data, *arguments),
        cwd=ROOT,
        env=environment(data, **changes),
        capture_output=True,
        check=False,
        text=True,
        timeout=LONGEST_S,
    )
    return Ending(code=done.returncode, stdout=done.stdout, stderr=done.stderr)


def start(data: Path, *arguments: str | Path, log: Path | None = None) -> "subprocess.Popen[bytes]":
    """Start audio-ident and let it run; what it prints goes to the log."""
    with (log or Path(os.devnull)).open("wb") as output:
        return subprocess.Popen(
            command(data, *arguments),
            cwd=ROOT,
            env=environment(data),
            stdout=output,
            stderr=subprocess.DEVNULL,
        )
