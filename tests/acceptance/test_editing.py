"""People correct and hide tracks from the command line."""

from pathlib import Path

import pytest

from builders.collection import Collection
from builders.command import run
from builders.databases import copy_library


@pytest.fixture
def own(library: Path, tmp_path: Path) -> Path:
    """Copy of the library that a test may change."""
    return copy_library(library, tmp_path / "data")


def test_an_edit_is_shown_everywhere_until_it_is_undone(own: Path, collection: Collection) -> None:
    """In lists, on the page of the track and in exports."""
    piece = collection.pieces[2]
    edited = run(own, "tracks", "edit", piece, "title=Mine", "genres=A; B", "--json").document
    assert edited["edits"] == {"title": "Mine", "genres": ["A", "B"]}
    shown = run(own, "tracks", "show", piece, "--json").document
    assert shown["shown"]["title"] == {"text": "Mine", "origin": "edit"}
    assert "Mine" in run(own, "tracks", "list").stdout
    assert '"title": "Mine"' in run(own, "export", "--format", "jsonl").stdout
    assert "Mine (edited)" in run(own, "tracks", "show", piece).stdout

    assert run(own, "tracks", "edit", piece, "--forget", "genres", "--json").document["edits"] == {
        "title": "Mine"
    }
    run(own, "tracks", "edit", piece, "--undo")
    undone = run(own, "tracks", "edit", piece, "--undo", "--json").document
    assert undone["edits"] == {}


@pytest.mark.parametrize(
    "words", [["path=/x"], ["title"], ["title="], ["--undo"], ["--forget", "x"]]
)
def test_what_cannot_be_said_is_refused(
    own: Path, collection: Collection, words: list[str]
) -> None:
    """With the code that says so."""
    ending = run(own, "tracks", "edit", collection.pieces[2], *words, "--json")
    assert ending.code == 2
    assert ending.document["error"]["code"] == "BAD_INPUT"


def test_a_hidden_track_is_back_once_it_is_restored(own: Path, collection: Collection) -> None:
    """And its file never changed."""
    piece = collection.pieces[2]
    before = piece.read_bytes()
    (hidden,) = run(own, "tracks", "hide", piece, "--json").document["tracks"]
    assert hidden["is_changed"] is True
    assert hidden["track"] not in run(own, "tracks", "list", "--json").stdout
    assert run(own, "identify", piece, "--json").document["clips"][0]["status"] == "no_match"
    assert run(own, "check").code == 0

    assert "restored" in run(own, "tracks", "restore", hidden["track"]).stdout
    assert hidden["track"] in run(own, "tracks", "list", "--json").stdout
    assert run(own, "check").code == 0
    assert piece.read_bytes() == before
