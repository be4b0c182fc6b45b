"""A worker learns everything of a file from reading it once and decoding it once."""

import hashlib
import pickle
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from audio_ident.core.listeners.registry import LISTENERS
from audio_ident.engines.decoder_pyav import PyavDecoder
from audio_ident.engines.protocols import DecodeLimits, DecodeOutcome, Sink, Source
from audio_ident.errors import FileChanged, FileUnreadable
from audio_ident.ingest.analyse import analyse
from audio_ident.model.audio import Feed
from builders.encode import encode_to
from builders.hearing import GENEROUS
from builders.signals import chirps


class _MeddlingDecoder:
    """Somebody appends to the file while it is decoded."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def listen(
        self, source: Source, feeds: Mapping[Feed, Sink], limits: DecodeLimits
    ) -> DecodeOutcome:
        """Decode, then change the file."""
        outcome = PyavDecoder(clock=time.monotonic).listen(source, feeds, limits)
        with self._path.open("ab") as file:
            file.write(b"more")
        return outcome


def test_all_listeners_answer(tmp_path: Path) -> None:
    """The artefact has a section per listener of the audio; the row has the file's digest."""
    path = encode_to(tmp_path, chirps(3), "flac")
    found = analyse(path, PyavDecoder(clock=time.monotonic), LISTENERS, GENEROUS)
    of_audio = {x.name: x.version for x in LISTENERS if x.hears is not Feed.FILE_BYTES}
    sections = found.analysis.sections
    assert {name: section.version for name, section in sections.items()} == of_audio
    assert found.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert found.size_bytes == path.stat().st_size
    assert sections["silence"].fields["total_samples"] == 48_000
    assert len(found.analysis.digest) == 32


def test_an_analysis_travels_between_processes(tmp_path: Path) -> None:
    """What a worker returns can be pickled."""
    path = encode_to(tmp_path, chirps(1), "mp3")
    found = analyse(path, PyavDecoder(clock=time.monotonic), LISTENERS, GENEROUS)
    copied = pickle.loads(pickle.dumps(found))  # noqa: S301 -- our own bytes
    assert copied.analysis.digest == found.analysis.digest


def test_a_file_that_changes_meanwhile_is_not_believed(tmp_path: Path) -> None:
    """Size and time are looked at before and after."""
    path = encode_to(tmp_path, chirps(1), "flac")
    with pytest.raises(FileChanged):
        analyse(path, _MeddlingDecoder(path), LISTENERS, GENEROUS)


def test_a_file_that_is_gone_is_unreadable(tmp_path: Path) -> None:
    """A file may vanish between the scan and the worker."""
    with pytest.raises(FileUnreadable):
        analyse(tmp_path / "gone.mp3", PyavDecoder(time.monotonic), LISTENERS, GENEROUS)
