"""What is done with one file inside a worker."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from audio_ident.engines.tags_mutagen import MutagenTagReader
from audio_ident.errors import FileChanged, FileUnreadable
from audio_ident.ingest.job import Job
from audio_ident.ingest.stages import hash_file, listen
from audio_ident.model.library import FileStamp
from audio_ident.model.reports import Reason
from builders.wav import WavAnalyser, write_wav


def job_for(path: Path) -> Job:
    """A job on a file as it is now."""
    status = path.stat()
    stamp = FileStamp(
        root_id=1, relative_path=path.name, size=status.st_size, mtime_ns=status.st_mtime_ns
    )
    return Job(path=path, stamp=stamp, reason=Reason.NEW)


def test_hash_and_listening_agree(tmp_path: Path) -> None:
    """Both give the SHA-256 of the bytes of the file."""
    job = job_for(write_wav(tmp_path / "a.wav", 1))
    heard = listen(job, WavAnalyser(log=tmp_path / "log"), MutagenTagReader())
    assert hash_file(job) == heard.sha256 == hashlib.sha256(job.path.read_bytes()).hexdigest()


def test_a_file_that_changes_or_goes_is_noticed(tmp_path: Path) -> None:
    """Results of a file that is not what the scan saw are never used."""
    job = job_for(write_wav(tmp_path / "a.wav", 1))
    analyser = WavAnalyser(log=tmp_path / "log")
    os.utime(job.path, ns=(0, 0))
    with pytest.raises(FileChanged):
        hash_file(job)
    with pytest.raises(FileChanged):
        listen(job, analyser, MutagenTagReader())
    job.path.unlink()
    with pytest.raises(FileUnreadable):
        hash_file(job)
    with pytest.raises(FileUnreadable):
        listen(job, analyser, MutagenTagReader())
    assert analyser.heard() == []


def test_workers_do_not_load_the_database() -> None:
    """What a worker imports is light, because many of them start."""
    code = (
        "import sys, audio_ident.ingest.stages, audio_ident.engines.worker;"
        "sys.exit(any(name.startswith(('sqlalchemy', 'alembic')) for name in sys.modules))"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    assert (
        subprocess.run([sys.executable, "-c", code], env=environment, check=False).returncode == 0
    )
