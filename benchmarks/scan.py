"""What finding files costs: a scan of many, a rescan without changes, and its memory.

The catalogue of the rescan is generated: rows as an import leaves them, without sound.
"""

import datetime
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import sqlalchemy as sa
from benchmarks.command_line import audio_ident
from benchmarks.measure import Figure
from benchmarks.music import Music

from audio_ident.ingest.scanner import FoundFile, ScanPlan, scan
from audio_ident.model.library import FileState, Stage, StageStatus
from audio_ident.stores.sql.dialect import make_engine, sqlite_url
from audio_ident.stores.sql.tables import FileRow, RootRow, StageRow
from audio_ident.wiring.parts import VERSIONS

FILES = 10_000
MANY_FILES = 100_000
FILES_IN_A_FOLDER = 20
BYTES_OF_A_FILE = 64
"""The scan opens none of them; thorough ones read the beginning."""


def measure(music: Music) -> list[Figure]:
    """Seconds and megabytes for 10,000 files, and for 100,000."""
    del music
    figures: list[Figure] = []
    for count in (FILES, MANY_FILES):
        with TemporaryDirectory() as made:
            folder, data = Path(made) / "music", Path(made) / "data"
            make_files(folder, count)
            figures += _scans(folder, count)
            fill_library(data, folder)
            figures += rescans(data, folder, count)
    return figures


def _scans(folder: Path, count: int) -> list[Figure]:
    started_s = time.perf_counter()
    found = sum(isinstance(entry, FoundFile) for entry in scan(ScanPlan(root=folder)))
    spent_s = time.perf_counter() - started_s
    if found != count:
        raise SystemExit(f"{found} of {count} files were found")
    return [Figure(name=f"scan of {count} files", value=spent_s, unit="s", most=3e-3 * count)]


def rescans(data: Path, folder: Path, count: int) -> list[Figure]:
    """Seconds and memory of an import that finds nothing to do."""
    code = (
        "import runpy, sys\n"
        "try: runpy.run_module('audio_ident', run_name='__main__')\n"
        "finally:\n"
        "    from benchmarks.measure import peak_memory_mb\n"
        "    print(peak_memory_mb(), file=sys.stderr)"
    )
    command = [sys.executable, "-c", code, "--quiet", "--data-dir", str(data)]
    started_s = time.perf_counter()
    done = subprocess.run(
        [*command, "import", "--json", str(folder)], capture_output=True, check=True, text=True
    )
    spent_s = time.perf_counter() - started_s
    if json.loads(done.stdout)["unchanged"] != count:
        raise SystemExit(f"not all of {count} files are unchanged: {done.stdout}")
    peak_mb = float(done.stderr.split()[-1])
    return [
        Figure(name=f"rescan of {count} files", value=spent_s, unit="s", most=1e-3 * count),
        Figure(name=f"memory of a rescan of {count} files", value=peak_mb, unit="MB", most=400),
    ]


def make_files(folder: Path, count: int) -> None:
    """Tiny files with the names of music, twenty in a folder."""
    for number in range(count):
        number_of_album = number // FILES_IN_A_FOLDER
        album = folder / f"{number_of_album // 50:03d}" / f"{number_of_album:05d}"
        if number % FILES_IN_A_FOLDER == 0:
            album.mkdir(parents=True)
        (album / f"{number:06d}.mp3").write_bytes(b"%064d" % number)


def fill_library(data: Path, folder: Path) -> None:
    """A library with rows of files that are finished, as far as a scan looks at them."""
    audio_ident(data, "tracks", "--json")
    now = datetime.datetime.now(datetime.UTC)
    entries = [entry for entry in scan(ScanPlan(root=folder)) if isinstance(entry, FoundFile)]
    versions = {
        Stage.TAGS: VERSIONS.tags,
        Stage.ANALYSIS: VERSIONS.analysis,
        Stage.INDEX: VERSIONS.index,
    }
    root = {"id": 1, "path": os.fsencode(os.path.realpath(folder)), "display": "", "added_at": now}
    engine = make_engine(sqlite_url(data / "catalogue.sqlite"))
    with engine.begin() as connection:
        connection.execute(sa.insert(RootRow), [root])
        files = [_file_row(number, entry, now) for number, entry in enumerate(entries)]
        connection.execute(sa.insert(FileRow), files)
        for stage, version in versions.items():
            marks = [_stage_row(number, stage, version) for number in range(len(entries))]
            connection.execute(sa.insert(StageRow), marks)
    engine.dispose()


def _file_row(number: int, entry: FoundFile, now: datetime.datetime) -> dict[str, Any]:
    return {
        "id": number,
        "root_id": 1,
        "relative_path": os.fsencode(entry.relative_path),
        "display": entry.relative_path,
        "size": entry.size,
        "mtime_ns": entry.mtime_ns,
        "inode": str(entry.inode),
        "sha256": f"{number:064x}",
        "state": FileState.PRESENT,
        "first_seen_at": now,
    }


def _stage_row(number: int, stage: Stage, version: str) -> dict[str, Any]:
    return {
        "file_id": number,
        "stage": stage,
        "algorithm_version": version,
        "status": StageStatus.READY,
        "attempts": 1,
        "is_retryable": False,
    }
