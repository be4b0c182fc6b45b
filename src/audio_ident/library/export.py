"""Writes all tracks of a library as JSON lines, as a table or as a play list.

Each form is a function from tracks to lines of bytes, so that nothing is held but one track.
Fields are those of the dataclasses: a new tag comes along by itself.

Names of files that are no UTF-8 hold surrogate escapes. JSON lines and CSV write them as
`\\udcff`, which in JSON reads back as the same name; a play list gets the very bytes.
"""

import csv
import dataclasses
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from audio_ident.library.export_paths import mapped_path
from audio_ident.library.playlists import playlist_of_files
from audio_ident.library.tracks import all_tracks
from audio_ident.model.export import ExportForm, PathMapping
from audio_ident.model.library import TimingPoints, Track
from audio_ident.model.playlists import PlaylistForm
from audio_ident.model.tags import Tags
from audio_ident.stores.disk import open_atomically
from audio_ident.stores.sql.unit_of_work import Catalogue
from audio_ident.units import seconds_to_milliseconds, ticks_to_seconds

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet runs a cell that begins so (OWASP, CSV injection)."""

LEFT_OUT = frozenset({"acoustid_fingerprint"})
"""Tags that are kilobytes long, and that lists of tracks do not load."""

_POINTS = [field.name for field in dataclasses.fields(TimingPoints)]
_TAGS = [field.name for field in dataclasses.fields(Tags) if field.name not in LEFT_OUT]
_FIRST = ("id", "kind", "path", "is_missing", "container", "codec", "audio_digest")
COLUMNS = (*_FIRST, *(name.replace("_ticks", "_ms") for name in _POINTS), "duration_ms", *_TAGS)


class TrackExporter:
    """Exports the tracks of one library."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def lines(self, form: ExportForm, mappings: Sequence[PathMapping]) -> Iterator[bytes]:
        """The export, line by line."""
        tracks = all_tracks(self._catalogue)
        if form in PLAYLISTS:
            return playlist_of_files(tracks, PLAYLISTS[form], mappings)
        return TABLES[form](
            dataclasses.replace(track, path=mapped_path(track.path, mappings)) for track in tracks
        )

    def write(self, path: Path, form: ExportForm, mappings: Sequence[PathMapping]) -> None:
        """Write the export to a file, which is there whole or not at all."""
        with open_atomically(path) as file:
            file.writelines(self.lines(form, mappings))


def as_json_lines(tracks: Iterable[Track]) -> Iterator[bytes]:
    """An object a line, with its type and schema as `tracks --jsonl` has them."""
    for track in tracks:
        record = {"type": "track", "schema": 1, **track_record(track)}
        text = json.dumps(record, ensure_ascii=False, allow_nan=False)
        yield text.encode("utf-8", "backslashreplace") + b"\n"


def as_csv(tracks: Iterable[Track]) -> Iterator[bytes]:
    """A table (RFC 4180) whose text a spreadsheet never takes for a formula."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    for cells in _csv_rows(tracks):
        writer.writerow(cells)
        yield buffer.getvalue().encode("utf-8", "backslashreplace")
        buffer.seek(0)
        buffer.truncate()


TABLES: Mapping[ExportForm, Callable[[Iterable[Track]], Iterator[bytes]]] = {
    ExportForm.JSONL: as_json_lines,
    ExportForm.CSV: as_csv,
}

PLAYLISTS: Mapping[ExportForm, PlaylistForm] = {
    ExportForm.M3U8: PlaylistForm.M3U8,
    ExportForm.JSPF: PlaylistForm.JSPF,
}


def track_record(track: Track) -> dict[str, Any]:
    """Everything about a track, by the names in `COLUMNS`."""
    points = {
        name.replace("_ticks", "_ms"): _milliseconds(getattr(track.points, name))
        for name in _POINTS
    }
    return {
        "id": track.id,
        "kind": track.kind.value,
        "path": track.path,
        "is_missing": track.is_missing,
        "container": track.container,
        "codec": track.codec,
        "audio_digest": track.digest,
        **points,
        "duration_ms": points["end_ms"] - points["start_ms"],
        **{name: _plain(getattr(track.claims, name)) for name in _TAGS},
    }


def _csv_rows(tracks: Iterable[Track]) -> Iterator[list[str]]:
    yield list(COLUMNS)
    for track in tracks:
        record = track_record(track)
        yield [_cell(record[name]) for name in COLUMNS]


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        text = "; ".join(value)
    else:
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return "'" + text if text.startswith(FORMULA_STARTS) else text


def _milliseconds(ticks: Any) -> int:  # noqa: ANN401 -- a field whose name was looked up
    return seconds_to_milliseconds(ticks_to_seconds(ticks))


def _plain(value: Any) -> Any:  # noqa: ANN401 -- a field of any type
    """A tag as JSON has it, whatever shape the tag is of."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(name): _plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(part) for part in value]
    return value
