"""Tracks leave the library whole, in every form."""

import csv
import io
import json
import os
from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audio_ident.library.export import COLUMNS, LEFT_OUT, PLAYLISTS, TABLES, as_csv, as_json_lines
from audio_ident.library.export_paths import mapped_path
from audio_ident.model.export import ExportForm, PathMapping
from audio_ident.model.library import TimingPoints
from audio_ident.model.playlists import PlaylistForm
from audio_ident.model.tags import Tags
from builders.reports import a_track

names = st.binary(min_size=1, max_size=40).filter(lambda name: not {0, 10, 13} & set(name))


def text_of(lines: Any) -> str:
    """All lines as text."""
    return b"".join(lines).decode("utf-8", "surrogateescape")


@given(names)
def test_json_lines_keep_every_byte_of_a_path(name: bytes) -> None:
    """A path of any bytes reads back from JSON as the same bytes."""
    path = "/music/" + os.fsdecode(name)
    (line,) = as_json_lines([a_track(path=path)])

    assert os.fsencode(json.loads(line)["path"]) == b"/music/" + name


@given(st.text(max_size=30))
def test_no_cell_is_a_formula(title: str) -> None:
    """Text of any kind comes back from CSV, marked where a spreadsheet would run it."""
    title = title.encode("utf-8", "replace").decode().replace("\0", "")
    table = text_of(as_csv([a_track(tags=Tags(title=title))]))
    (row,) = csv.DictReader(io.StringIO(table, newline=""))

    assert not row["title"].startswith(("=", "+", "-", "@", "\t", "\r"))
    assert row["title"].removeprefix("'") == title.removeprefix("'")


def test_every_field_comes_along() -> None:
    """Tags and timing points are those of the dataclasses, whatever they will be."""
    (line,) = as_json_lines([a_track()])
    record = json.loads(line)

    assert {field.name for field in fields(Tags)} - LEFT_OUT <= record.keys()
    assert {field.name.replace("_ticks", "_ms") for field in fields(TimingPoints)} <= record.keys()
    assert set(COLUMNS) == record.keys() - {"type", "schema"}
    assert record["duration_ms"] == 180_500


def test_every_form_has_a_writer() -> None:
    """Tables and play lists together are all that can be asked for."""
    assert TABLES.keys() | PLAYLISTS.keys() == set(ExportForm)
    assert set(PLAYLISTS.values()) == set(PlaylistForm)


@pytest.mark.parametrize(
    ("path", "mappings", "expected"),
    [
        ("/music/a.mp3", [("/music", "/mnt")], "/mnt/a.mp3"),
        ("/music/a.mp3", [("/music/", "/mnt/")], "/mnt/a.mp3"),
        ("/music-2/a.mp3", [("/music", "/mnt")], "/music-2/a.mp3"),
        ("/music/x/a.mp3", [("/music", "/mnt"), ("/music/x", "/y")], "/y/a.mp3"),
        ("/music/x/a.mp3", [("/music", "")], "x/a.mp3"),
        ("/music/x/a.mp3", [("/", "/nas")], "/nas/music/x/a.mp3"),
        ("/music/x/a.mp3", [("/music", "M:\\Music\\")], "M:\\Music\\x\\a.mp3"),
        ("/music/x/a.mp3", [], "/music/x/a.mp3"),
    ],
)
def test_paths_are_mapped_by_whole_folders(
    path: str, mappings: list[tuple[str, str]], expected: str
) -> None:
    """The longest folder that fits is replaced."""
    chosen = [PathMapping(source=source, target=target) for source, target in mappings]
    assert mapped_path(path, chosen) == expected
