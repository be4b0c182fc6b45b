"""The map as a picture and as data."""

import json
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as XmlTree

import pytest

from audio_ident.errors import NotFound
from audio_ident.library.map.picture import COLOURS, MapDrawer
from audio_ident.model.library_map import MapColour
from audio_ident.model.tags import Tags
from builders.browsing import add_track, track_name
from builders.command import run
from builders.mapping import SoundingLibrary, sounding_library

TRACKS = 40
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def library(tmp_path: Path) -> Iterator[SoundingLibrary]:
    """Tracks of more genres than there are colours, on a map."""
    library = sounding_library(tmp_path / "data", TRACKS)
    with library.catalogue.writing() as rows:
        for number in range(TRACKS):
            genre = f"genre {number % 15}" if number else "</svg>\x1b & others, of a very long name"
            add_track(rows, number, Tags(title=f"<b> {number}", artist="A & B", genres=(genre,)))
    library.mapper.step(lambda: False)
    yield library
    library.catalogue.close()


def test_each_track_is_a_point_with_its_name(library: SoundingLibrary, tmp_path: Path) -> None:
    """Coloured as far as there are colours; markup in names is text."""
    path = tmp_path / "map.svg"

    view = MapDrawer(library.catalogue).write(path, MapColour.GENRE)

    root = XmlTree.parse(path).getroot()  # noqa: S314 -- made here
    points = root.findall(f"{SVG}g/{SVG}circle")
    names = {point.findtext(f"{SVG}title") for point in points}
    labels = [text.text or "" for text in root.findall(f"{SVG}text")]
    assert len(view.points) == len(points) == TRACKS
    assert names == {f"A & B - <b> {number}" for number in range(TRACKS)}
    assert len({point.get("fill") for point in points}) == len(COLOURS) + 1
    assert len(labels) == len(COLOURS)
    assert labels[0].endswith("(3)")
    assert all(0 <= float(point.get("cx", "-1")) <= 1000 for point in points)


def test_the_map_as_data_has_the_same_points(library: SoundingLibrary, tmp_path: Path) -> None:
    """With names and groups."""
    path = tmp_path / "map.JSON"

    MapDrawer(library.catalogue).write(path, MapColour.ARTIST)

    document = json.loads(path.read_text())
    places = {point["track_id"]: (point["x"], point["y"]) for point in document["points"]}
    assert places == library.places()
    assert {point["group"] for point in document["points"]} == {"A & B"}
    assert document["points"][0]["name"].startswith("A & B - <b>")


def test_there_is_no_picture_before_there_is_a_map(tmp_path: Path) -> None:
    """And no file."""
    library = sounding_library(tmp_path / "data", 0)

    with pytest.raises(NotFound):
        MapDrawer(library.catalogue).write(tmp_path / "map.svg", MapColour.NONE)

    assert not (tmp_path / "map.svg").exists()
    library.catalogue.close()


def test_the_terminal_draws_the_map(library: SoundingLibrary, tmp_path: Path) -> None:
    """And says how much is on it; the end of the name says what is drawn."""
    path = tmp_path / "drawn.svg"

    drawn = run(library.folder, "map", "--output", path)
    refused = run(library.folder, "map", "--output", tmp_path / "map.png")

    assert (drawn.code, refused.code) == (0, 2), drawn.stderr
    assert f"{TRACKS} of {TRACKS} tracks are on the map" in drawn.stderr
    assert track_name(0) not in path.read_text()
    assert path.read_text().startswith("<svg")
