"""Everything that is known of one track, with the real command line."""

import shutil
from pathlib import Path

import mutagen.id3
import pytest

from builders.collection import Collection
from builders.command import run
from builders.encode import encode_to
from builders.signals import chirps
from builders.tagging import FULL, picture, tag_fully

CUE = """PERFORMER "Clara"
FILE "mp3.mp3" MP3
  TRACK 01 AUDIO
    TITLE "First"
    INDEX 01 00:00:00
  TRACK 02 AUDIO
    TITLE "Second"
    INDEX 01 00:04:00
"""


@pytest.fixture
def music(tmp_path: Path) -> Path:
    """Folder with one file that has all tags, a cover, chapters and a cue sheet."""
    folder = tmp_path / "music"
    folder.mkdir()
    path = encode_to(folder, chirps(8), "mp3")
    tag_fully(path, picture())
    tags = mutagen.id3.ID3(path)  # type: ignore[no-untyped-call]
    title = mutagen.id3.TIT2(encoding=3, text="Chapter")  # type: ignore[no-untyped-call]
    tags.add(
        mutagen.id3.CHAP(  # type: ignore[no-untyped-call]
            element_id="c1", start_time=0, end_time=5000, sub_frames=[title]
        )
    )
    tags.save(path)
    path.with_suffix(".cue").write_text(CUE)
    return folder


def test_a_track_is_shown_with_all_that_is_known(music: Path, tmp_path: Path) -> None:
    """Tags, chapters, cue sheet, cover and what was heard are told of a file by path or id."""
    data = tmp_path / "data"
    assert run(data, "import", music).code == 0
    path = music / "mp3.mp3"

    sheet = run(data, "tracks", "show", path, "--json").document
    page = run(data, "tracks", "show", sheet["id"][:8])

    assert (sheet["path"], sheet["format"]["codec"]) == (str(path), "mp3")
    assert sheet["tags"]["musicbrainz_recording_id"] == FULL.musicbrainz_recording_id
    told = {(c["source"], c["start_ms"], c["title"]) for c in sheet["chapters"]}
    assert told == {
        ("chapters", 0, "Chapter"),
        ("cue_file", 0, "First"),
        ("cue_file", 4000, "Second"),
    }
    (cover,) = sheet["pictures"]
    assert (cover["role"], cover["source"], cover["width"]) == ("front", "embedded", 64)
    assert sheet["analysis"] == {"state": "current", "unheard": []}
    assert -40 < sheet["sound"]["integrated_lufs"] < 0
    assert sheet["sound"]["bandwidth_hz"] > 500
    assert page.code == 0, page.stderr
    assert all(words in page.stdout for words in ("Título ♪", "Second", "64 x 48"))


def test_a_lost_analysis_is_said(own_library: Path, collection: Collection) -> None:
    """Without its analysis a track is shown all the same, with its duplicate."""
    shutil.rmtree(own_library / "analyses")

    sheet = run(own_library, "tracks", "show", collection.copy, "--json").document

    assert sheet["analysis"]["state"] == "missing"
    assert sheet["sound"]["integrated_lufs"] is None
    (tie,) = sheet["duplicates"]
    assert (tie["kinship"], tie["paths"]) == ("same_bytes", [str(collection.pieces[0])])
