"""What sounds alike, with the real command line over a library that an import has filled."""

import json
from pathlib import Path

from builders.collection import PIECES, Collection
from builders.command import run


def test_tracks_are_asked_about_in_every_way(library: Path, collection: Collection) -> None:
    """By path, with times, blended; neither the track itself nor a copy of it is an answer."""
    first = collection.pieces[0]
    whole = run(library, "similar", first, "--json")
    stretch = run(
        library, "similar", f"{first}@0:05-0:15", "--minus", collection.pieces[2], "--json"
    )
    found = whole.document["tracks"]
    names = [track["track"]["title"] for track in found]

    assert (whole.code, stretch.code) == (0, 0), whole.stderr + stretch.stderr
    assert sorted(names) == sorted(piece.title for piece in PIECES[1:])
    assert found[0]["spans"][0]["query"]["end_ms"] <= 30_000
    assert set(found[0]["blocks"]) == {"timbre", "harmony", "rhythm"}
    assert PIECES[2].title not in {t["track"]["title"] for t in stretch.document["tracks"]}


def test_a_clip_from_outside_is_listened_to(library: Path, collection: Collection) -> None:
    """A file that no import has seen; a recording of the library in it would be left out."""
    ending = run(library, "similar", collection.foreign)

    assert ending.code == 0, ending.stderr
    assert "LIKENESS" in ending.stdout
    assert " like " in ending.stdout


def test_paths_and_mixes_become_play_lists(
    library: Path, collection: Collection, tmp_path: Path
) -> None:
    """Files that another machine plays, in both shapes."""
    m3u8, jspf = tmp_path / "way.m3u8", tmp_path / "mix.jspf"
    mapping = ("--map", f"{collection.music}=/nas")
    path = run(
        library,
        *("path", collection.pieces[1], collection.pieces[3], "--steps", "3", "--json"),
        *("--playlist", m3u8, *mapping),
    )
    mix = run(library, "mix", collection.pieces[1], "--playlist", jspf, *mapping)
    steps = path.document["steps"]
    places = [line for line in m3u8.read_text("utf-8").splitlines() if line[0] != "#"]

    assert (path.code, mix.code) == (0, 0), path.stderr + mix.stderr
    assert [step["track"]["path"] for step in steps][::2] in (
        [str(collection.pieces[1]), str(collection.pieces[3])],
        [str(collection.pieces[1])],
    )
    assert places == [
        step["track"]["path"].replace(str(collection.music), "/nas") for step in steps
    ]
    tracks = json.loads(jspf.read_text("utf-8"))["playlist"]["track"]
    assert len(tracks) == len(PIECES) - 1
    assert "nothing is left to play" in mix.stderr
    assert all(track["location"][0].startswith("file:///nas/") for track in tracks)


def test_a_sentence_without_a_model_says_what_to_do(library: Path) -> None:
    """Nothing is guessed, and the remedy is told."""
    ending = run(library, "search", "calm piano", "--json")

    assert ending.code == 1
    assert ending.document["error"]["code"] == "MODEL_MISSING"
    assert ending.document["error"]["remedy"]
