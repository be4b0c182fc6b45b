"""Catalogues of many tracks, made without music."""

import contextlib
import datetime
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from audio_ident.model.audio import AudioFacts
from audio_ident.model.library import FileStamp, TrackId, whole_file_points
from audio_ident.model.tags import Tags
from audio_ident.stores.sql.files import Content
from audio_ident.stores.sql.unit_of_work import Catalogue, Rows
from audio_ident.units import seconds_to_ticks
from builders.databases import catalogue_url_of, forget_catalogue
from builders.recordings import digest_of

START = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)


def a_catalogue(folder: Path) -> Catalogue:
    """An empty catalogue in a folder, with one root."""
    catalogue = Catalogue(catalogue_url_of(folder))
    catalogue.migrate()
    with catalogue.writing() as rows:
        rows.roots.add("/music", START)
    return catalogue


def track_name(number: int) -> TrackId:
    """The id of a made-up track."""
    return TrackId(f"00000000-0000-4000-8000-{number:012d}")


def add_track(
    rows: Rows,
    number: int,
    tags: Tags | None = None,
    *,
    audio: int | None = None,
    path: str | None = None,
    minute: int | None = None,
) -> TrackId:
    """A track in a file of its own; its audio is its own too unless another one is named."""
    facts = AudioFacts(
        container="flac",
        codec="flac",
        rate_hz=44100,
        channels=2,
        bits_per_sample=16,
        duration_ticks=seconds_to_ticks(100 + number),
        declared_duration_ticks=None,
    )
    at = START + datetime.timedelta(minutes=number if minute is None else minute)
    audio_id = rows.audios.save(digest_of(number if audio is None else audio), facts)
    place = path or f"{number:06d}.flac"
    stamp = FileStamp(root_id=1, relative_path=place, size=1000 + number, mtime_ns=number)
    file_id = rows.files.save(stamp, Content(sha256=None, audio_id=audio_id), at)
    points = whole_file_points(facts.duration_ticks)
    rows.tracks.save_whole_file(file_id, track_name(number), points, at)
    rows.files.save_tags(file_id, tags or Tags(title=f"title {number}"))
    return track_name(number)


@contextlib.contextmanager
def passing_catalogue(tags: Sequence[Tags]) -> Iterator[Catalogue]:
    """A catalogue with a track for each of some tags, numbered from 0; gone at the end."""
    with tempfile.TemporaryDirectory() as folder:
        catalogue = a_catalogue(Path(folder))
        with catalogue.writing() as rows:
            for number, claims in enumerate(tags):
                add_track(rows, number, claims)
        try:
            yield catalogue
        finally:
            catalogue.close()
            forget_catalogue(Path(folder))
