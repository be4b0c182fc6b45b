"""An export of a large library is a stream."""

import datetime
import tracemalloc
from pathlib import Path

import sqlalchemy as sa

from audio_ident.library.export import TrackExporter
from audio_ident.model.export import ExportForm
from audio_ident.model.library import whole_file_points
from audio_ident.stores.sql.tables import AudioRow, FileRow, RootRow, TrackRow
from audio_ident.stores.sql.unit_of_work import Catalogue
from audio_ident.units import Ticks
from builders.databases import catalogue_url_of

TRACKS = 20_000
"""As objects they would take 40 MB."""

LIMIT_BYTES = 8 << 20

AT = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)


def fill(data: Path) -> None:
    """Write rows for many tracks, past the repositories, which would take a minute."""
    engine = sa.create_engine(catalogue_url_of(data))
    points = whole_file_points(Ticks(5_000_000))
    values = {name: getattr(points, name) for name in points.__slots__}
    with engine.begin() as connection:
        connection.execute(
            sa.insert(RootRow).values(id=1, path=b"/music", display="/music", added_at=AT)
        )
        audio = {"container": "mp3", "codec": "mp3", "rate_hz": 44_100, "channels": 2}
        connection.execute(
            sa.insert(AudioRow).values(id=1, digest="a" * 32, duration_ticks=5_000_000, **audio)
        )
        files = [
            {"id": n, "relative_path": b"%07d.mp3" % n, "display": "x"}
            for n in range(1, TRACKS + 1)
        ]
        shared = {"root_id": 1, "size": 1, "mtime_ns": 1, "audio_id": 1, "state": "present"}
        connection.execute(
            sa.insert(FileRow), [file | shared | {"first_seen_at": AT} for file in files]
        )
        tracks = [{"id": f"{n:036d}", "file_id": n} for n in range(1, TRACKS + 1)]
        more = {"kind": "whole_file", "created_at": AT, **values}
        connection.execute(sa.insert(TrackRow), [track | more for track in tracks])
    engine.dispose()


def test_memory_does_not_grow_with_the_tracks(tmp_path: Path) -> None:
    """Memory stays small while every track is written, in the order of paths."""
    catalogue = Catalogue(catalogue_url_of(tmp_path))
    catalogue.migrate()
    fill(tmp_path)
    target = tmp_path / "list.m3u8"

    tracemalloc.start()
    TrackExporter(catalogue).write(target, ExportForm.M3U8, [])
    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    catalogue.close()

    paths = [line for line in target.read_text().splitlines() if not line.startswith("#")]
    assert (len(paths), paths) == (TRACKS, sorted(paths))
    assert peak_bytes < LIMIT_BYTES
