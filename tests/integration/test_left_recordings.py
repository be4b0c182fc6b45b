"""Recordings that a killed writer left in the log of the index."""

from functools import partial
from pathlib import Path

from structlog.testing import capture_logs

from audio_ident.library.left_recordings import show_left_recordings
from audio_ident.library.places import LibraryPlaces
from audio_ident.stores.fingerprints.index_directory import create_index, log_path
from audio_ident.stores.fingerprints.index_reader import SegmentIndexReader
from audio_ident.stores.fingerprints.log import reopen_log
from audio_ident.stores.lock import WriterLock
from builders.recordings import digest_of, random_landmarks


def _left_index(data: Path) -> LibraryPlaces:
    """A library in whose index one recording lies only in the log."""
    places = LibraryPlaces(data_directory=data)
    places.index.mkdir(parents=True)
    create_index(places.index)
    log, _ = reopen_log(log_path(places.index, 1))
    log.append((digest_of(1), random_landmarks(1)))
    log.close()
    return places


def _seen(places: LibraryPlaces) -> list[str]:
    """Recordings that another process sees."""
    reader = SegmentIndexReader(places.index)
    found = [digest for segment in reader.snapshot().segments for digest in segment.digests]
    reader.close()
    return found


def test_readers_see_them_once_nobody_writes(tmp_path: Path) -> None:
    """While a writer holds the lock nothing happens; afterwards the recording is published."""
    places = _left_index(tmp_path)
    with WriterLock(tmp_path):
        show_left_recordings(places, partial(WriterLock, places.data_directory))
        assert _seen(places) == []

    show_left_recordings(places, partial(WriterLock, places.data_directory))
    assert _seen(places) == [digest_of(1)]


def test_nothing_is_written_when_nothing_was_left(tmp_path: Path) -> None:
    """Neither a missing nor an empty index is touched, nor one that is wholly published."""
    missing = LibraryPlaces(data_directory=tmp_path / "missing")
    show_left_recordings(missing, partial(WriterLock, missing.data_directory))
    assert not (tmp_path / "missing").exists()

    places = _left_index(tmp_path / "data")
    show_left_recordings(places, partial(WriterLock, places.data_directory))
    before = {path: path.stat().st_mtime_ns for path in places.data_directory.rglob("*")}
    show_left_recordings(places, partial(WriterLock, places.data_directory))
    assert {path: path.stat().st_mtime_ns for path in places.data_directory.rglob("*")} == before


def test_a_directory_that_cannot_be_written_is_only_warned_about(tmp_path: Path) -> None:
    """Readers go on with what was published, and the log tells why it is not more."""
    places = _left_index(tmp_path)
    (tmp_path / "writer.lock").mkdir()  # refused even to an administrator, unlike permissions
    with capture_logs() as events:
        show_left_recordings(places, partial(WriterLock, places.data_directory))

    assert [(e["log_level"], e["event"], e["code"]) for e in events] == [
        ("warning", "left_recordings_not_shown", "STORE_INACCESSIBLE")
    ]
    assert _seen(places) == []
