"""Libraries of as many recordings as wanted, without music: their rows, and what they sound like.

Rows are written as imports would leave them, thousands at a time. The descriptors of a recording
are those of a style, of an artist and of its own, so that near ones are near as in real music.
"""

import datetime
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import sqlalchemy as sa

from audio_ident.core.descriptors import DIMENSIONS
from audio_ident.core.listeners.descriptors import Descriptors
from audio_ident.core.listeners.key import Key
from audio_ident.core.listeners.tempo import Tempo
from audio_ident.core.vibe.timbre import SHIPPED
from audio_ident.model.analysis import Analysis, AudioDigest, Fields, Section
from audio_ident.model.audio import MONO_RATE_HZ, AudioFacts
from audio_ident.stores.artefacts.artefacts_files import FileArtefactStore
from audio_ident.stores.sql.tables import (
    ArtefactRow,
    AudioRow,
    FileRow,
    RootRow,
    TagsRow,
    TrackRow,
)
from audio_ident.stores.sql.tables_edits import ListedGenreRow, ListingRow
from audio_ident.units import Ticks, seconds_to_ticks

START = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)

STYLES = 40
TRACKS_PER_ARTIST = 12
RECORDING_S = 240
WINDOWS = 6
"""Of a recording; the listener of descriptors takes as many of a long one as of a short one."""

_ROWS_AT_ONCE = 2000


def write_rows(url: sa.URL | str, numbers: range) -> None:
    """Recordings, each in a file of its own, as analysed; the catalogue is migrated."""
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        if not connection.scalar(sa.select(sa.func.count()).select_from(RootRow)):
            root = {"id": 1, "path": b"/music", "display": "/music", "kind": "folder"}
            connection.execute(sa.insert(RootRow), [root | {"added_at": START}])
    for first in range(numbers.start, numbers.stop, _ROWS_AT_ONCE):
        some = range(first, min(first + _ROWS_AT_ONCE, numbers.stop))
        with engine.begin() as connection:
            for table, make in _TABLES:
                connection.execute(sa.insert(table), [make(number) for number in some])
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("ANALYZE"))
    engine.dispose()


def write_analyses(folder: Path, numbers: range) -> None:
    """What the listeners of sound have heard; nothing else is in these analyses."""
    store = FileArtefactStore(folder)
    for number, descriptors in zip(numbers, descriptors_of(numbers), strict=True):
        store.put(_analysis(number, descriptors))


def digest_of(number: int) -> AudioDigest:
    """The recording of a number; digests are spread as real ones are."""
    return AudioDigest(f"{number * 0x9E3779B97F4A7C15 % 2**64:016x}{number:016x}")


def track_of(number: int) -> str:
    """The track of a number."""
    return f"00000000-0000-4000-8000-{number:012d}"


def descriptors_of(numbers: range) -> Iterator[np.typing.NDArray[np.float32]]:
    """Raw descriptors of recordings, shape `(WINDOWS, 118)`."""
    styles = np.random.default_rng(1).normal(size=(STYLES, len(DIMENSIONS)))
    for number in numbers:
        artist = np.random.default_rng([number // TRACKS_PER_ARTIST, 2])
        own = np.random.default_rng([number, 3])
        made = 0.7 * styles[artist.integers(STYLES)] + 0.5 * artist.normal(size=len(DIMENSIONS))
        made = made + 0.4 * own.normal(size=len(DIMENSIONS))
        windows = made + 0.3 * own.normal(size=(WINDOWS, len(DIMENSIONS)))
        yield (SHIPPED.means + SHIPPED.deviations * windows).astype(np.float32)


def _analysis(number: int, descriptors: np.typing.NDArray[np.float32]) -> Analysis:
    facts = AudioFacts(
        container="flac",
        codec="flac",
        rate_hz=44100,
        channels=2,
        bits_per_sample=16,
        duration_ticks=_ticks(),
        declared_duration_ticks=None,
    )
    sound: Fields = {
        "descriptors": descriptors,
        "is_quiet": np.zeros(WINDOWS, np.uint8),
        "start_samples": np.arange(WINDOWS, dtype=np.uint32) * 30 * MONO_RATE_HZ,
        "window_samples": 10 * MONO_RATE_HZ,
    }
    tempo: Fields = {"tempo_estimate_bpm": 60.0 + number % 120, "tempo_confidence": 0.9}
    sections = {
        Descriptors.name: Section(version=Descriptors.version, fields=sound),
        Tempo.name: Section(version=Tempo.version, fields=tempo),
        Key.name: Section(
            version=Key.version, fields={"key_estimate": "A minor", "key_confidence": 0.9}
        ),
    }
    return Analysis(digest=digest_of(number), facts=facts, warnings=(), sections=sections)


def _ticks() -> Ticks:
    return seconds_to_ticks(RECORDING_S)


def _audio(number: int) -> dict[str, Any]:
    return {
        "id": number + 1,
        "digest": digest_of(number),
        "container": "flac",
        "codec": "flac",
        "rate_hz": 44100,
        "channels": 2,
        "bits_per_sample": 16,
        "duration_ticks": _ticks(),
    }


def _artefact(number: int) -> dict[str, Any]:
    versions = {"analysis_version": "1", "index_version": "1"}
    return versions | {"audio_id": number + 1, "stored_at": START}


def _file(number: int) -> dict[str, Any]:
    return {
        "id": number + 1,
        "root_id": 1,
        "relative_path": f"{number:07d}.flac".encode(),
        "display": f"{number:07d}.flac",
        "size": 20_000_000 + number,
        "mtime_ns": number,
        "audio_id": number + 1,
        "state": "present",
        "first_seen_at": START,
    }


def _track(number: int) -> dict[str, Any]:
    places = ("start", "fade_in_end", "lead_in_end")
    ends = ("lead_out_start", "fade_out_start", "end")
    return {
        "id": track_of(number),
        "file_id": number + 1,
        "kind": "whole_file",
        "created_at": START + datetime.timedelta(seconds=number),
        **{f"{name}_ticks": 0 for name in places},
        **{f"{name}_ticks": _ticks() for name in ends},
    }


def _names(number: int) -> tuple[str, str, str]:
    return (
        f"title {number}",
        f"artist {number // TRACKS_PER_ARTIST}",
        f"album {number // TRACKS_PER_ARTIST}",
    )


def _tags(number: int) -> dict[str, Any]:
    title, artist, album = _names(number)
    return {"file_id": number + 1, "title": title, "artist": artist, "album": album}


def _listing(number: int) -> dict[str, Any]:
    title, artist, album = _names(number)
    return {
        "track_id": track_of(number),
        "state": "shown",
        "audio_id": number + 1,
        "root_id": 1,
        "title_key": title,
        "artist_key": artist,
        "album_key": album,
        "album_credit_key": artist,
        "year": 1950 + number % 75,
        "duration_ticks": _ticks(),
        "added_at": START + datetime.timedelta(seconds=number),
        "container": "flac",
        "codec": "flac",
        "is_lossless": True,
        "artist": artist,
        "album": album,
        "album_credit": artist,
    }


def _genre(number: int) -> dict[str, Any]:
    name = f"style {number // TRACKS_PER_ARTIST % STYLES}"
    return {
        "track_id": track_of(number),
        "position": 1,
        "name": name,
        "name_key": name,
        "state": "shown",
        "duration_ticks": _ticks(),
    }


_TABLES = (
    (AudioRow, _audio),
    (ArtefactRow, _artefact),
    (FileRow, _file),
    (TrackRow, _track),
    (TagsRow, _tags),
    (ListingRow, _listing),
    (ListedGenreRow, _genre),
)
