"""Memory stays bounded: of an import of a file of hours, and of a rescan of a large library."""

import json
import subprocess
import sys
from pathlib import Path

from benchmarks.scan import fill_library, make_files, rescans

from builders.command import ROOT, command, environment
from builders.databases import sqlite_only
from builders.hours import HOURS, write_hours

MANY_FILES = 100_000

PROGRAM = """
import json, resource, subprocess, sys
done = subprocess.run(sys.argv[1:], capture_output=True, text=True)
peak_kib = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print(json.dumps({"summary": json.loads(done.stdout), "peak_kib": peak_kib}))
"""
"""Tells the largest of all processes that it started, workers included."""


def test_no_process_of_an_import_of_four_hours_takes_300_mb(tmp_path: Path) -> None:
    """Neither the worker that listens nor the process that writes grows with the length."""
    (tmp_path / "music").mkdir()
    write_hours(tmp_path / "music" / "hours.wav")
    program = [sys.executable, "-c", PROGRAM]
    done = subprocess.run(
        [*program, *command(tmp_path / "data", "import", "--json", tmp_path / "music")],
        cwd=ROOT,
        env=environment(tmp_path / "data"),
        capture_output=True,
        text=True,
        check=True,
    )
    told = json.loads(done.stdout)
    assert (told["summary"]["listened"], told["summary"]["failures"]) == (1, [])
    assert told["summary"]["audio_ms"] == HOURS * 3_600_000
    assert told["peak_kib"] < 300_000_000 / 1024


@sqlite_only
def test_a_rescan_of_a_hundred_thousand_files_stays_small(tmp_path: Path) -> None:
    """All rows are compared in less than 250 MB."""
    folder, data = tmp_path / "music", tmp_path / "data"
    make_files(folder, MANY_FILES)
    fill_library(data, folder)
    _, memory = rescans(data, folder, MANY_FILES)
    assert memory.value < 250
