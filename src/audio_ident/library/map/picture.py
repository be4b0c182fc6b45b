"""Draws the map of the library: a picture for people, or the same as data.

The picture is one SVG file without scripts; the name of a track is shown by what looks at it when
the pointer rests on its point.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

from audio_ident.errors import NotFound
from audio_ident.library.map.view import LibraryMap, groups_of
from audio_ident.library.xml_text import xml_text
from audio_ident.model.display import shown_artist, shown_title
from audio_ident.model.library import Track, TrackId
from audio_ident.model.library_map import MapColour, MapView, MapWindow, ShownPoint
from audio_ident.stores.disk import open_atomically
from audio_ident.stores.sql.names import display_name
from audio_ident.stores.sql.unit_of_work import Catalogue

COLOURS = (
    *("#4e79a7", "#f28e2b", "#e15759", "#76b7b2", "#59a14f", "#edc948"),
    *("#b07aa1", "#ff9da7", "#9c755f", "#2f4b7c", "#a05195", "#d45087"),
)
"""Of the largest groups."""

_OTHERS = "#b8b8b8"
_SIDE, _EDGE, _LEGEND = 1000, 30, 270
_TITLE_CHARACTERS = 32
_TRACKS_AT_ONCE = 500


class MapDrawer:
    """Draws the map of one library."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def write(self, path: Path, colour: MapColour) -> MapView:
        """Write the map to a file, as JSON if its name says so, else as SVG; what is on it.

        Raises
        ------
        NotFound
            There is no map yet.
        """
        view = LibraryMap(self._catalogue).view(MapWindow(), colour)
        if view.layout is None:
            raise NotFound("there is no map yet: it is made at the end of an import")
        names = dict(self._names(view.points))
        lines = _json_lines if path.suffix.lower() == ".json" else svg_lines
        with open_atomically(path) as file:
            file.writelines(f"{line}\n".encode() for line in lines(view, names))
        return view

    def _names(self, points: Sequence[ShownPoint]) -> Iterator[tuple[TrackId, str]]:
        ids = [point.track_id for point in points]
        for start in range(0, len(ids), _TRACKS_AT_ONCE):
            with self._catalogue.reading() as rows:
                tracks = rows.tracks.with_ids(ids[start : start + _TRACKS_AT_ONCE])
            for track in tracks:
                yield track.id, _name(track)


def svg_lines(view: MapView, names: Mapping[TrackId, str]) -> Iterator[str]:
    """The picture, line by line."""
    groups = groups_of(view)
    colours = dict(zip(groups, COLOURS, strict=False))
    counts = Counter(point.group for point in view.points)
    radius = max(1.5, min(6.0, 120 / max(len(view.points), 1) ** 0.5))
    width = _SIDE + (_LEGEND if colours else 0)
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {_SIDE}" '
        f'width="{width}" height="{_SIDE}" font-family="sans-serif" font-size="16">'
    )
    yield f"<title>{len(view.points)} tracks by how they sound</title>"
    yield f'<rect width="{width}" height="{_SIDE}" fill="#ffffff"/>'
    yield '<g fill-opacity="0.75">'
    # small groups last, so that large ones do not hide them
    for point in sorted(view.points, key=lambda point: (-counts[point.group], point.track_id)):
        colour = _OTHERS if point.group is None else colours.get(point.group, _OTHERS)
        yield (
            f'<circle cx="{_pixel(point.x):.1f}" cy="{_pixel(-point.y):.1f}" r="{radius:.1f}" '
            f'fill="{colour}"><title>{_safe(names.get(point.track_id, ""))}</title></circle>'
        )
    yield "</g>"
    for number, (group, colour) in enumerate(colours.items()):
        y = _EDGE + 26 * number
        yield f'<circle cx="{_SIDE + 8}" cy="{y}" r="6" fill="{colour}"/>'
        label = f"{_shortened(group)} ({counts[group]})"
        yield f'<text x="{_SIDE + 22}" y="{y + 5}">{_safe(label)}</text>'
    yield "</svg>"


def _json_lines(view: MapView, names: Mapping[TrackId, str]) -> Iterator[str]:
    assert view.layout is not None  # noqa: S101 -- looked at before
    points = [
        {
            "track_id": point.track_id,
            "name": names.get(point.track_id, ""),
            "x": point.x,
            "y": point.y,
            "group": point.group,
        }
        for point in view.points
    ]
    document = {
        "layout": {"version": view.layout.id, "space": view.layout.space_id},
        "tracks": view.tracks,
        "placed_tracks": view.placed_tracks,
        "is_complete": view.is_complete,
        "points": points,
    }
    yield json.dumps(document, indent=1, allow_nan=False)


def _pixel(place: float) -> float:
    return _EDGE + (place + 1) / 2 * (_SIDE - 2 * _EDGE)


def _name(track: Track) -> str:
    return display_name(f"{shown_artist(track).text} - {shown_title(track).text}")


def _shortened(text: str) -> str:
    is_short = len(text) <= _TITLE_CHARACTERS
    return text if is_short else text[: _TITLE_CHARACTERS - 1].rstrip() + "…"


def _safe(text: str) -> str:
    return escape(xml_text(text))
