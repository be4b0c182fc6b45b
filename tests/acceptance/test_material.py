"""Everything that real folders hold is imported, or refused by name, with the real command line."""

import os
from pathlib import Path
from typing import Any

import pytest

from builders.command import run
from builders.material import Album, Material, write_album, write_material, write_names


@pytest.fixture(scope="module")
def material(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Material]]:
    """A folder of everything."""
    folder = tmp_path_factory.mktemp("material") / "music"
    return folder, write_material(folder)


@pytest.fixture(scope="module")
def imported(material: tuple[Path, list[Material]]) -> tuple[Path, dict[str, Any]]:
    """A library of that folder, and the summary of its import."""
    folder, _ = material
    data = folder.parent / "data"
    return data, run(data, "import", folder, "--json").document


def test_every_file_is_imported_or_refused_by_name(
    material: tuple[Path, list[Material]], imported: tuple[Path, dict[str, Any]]
) -> None:
    """Each format, rate, depth and fault has the outcome that its file deserves."""
    folder, files = material
    data, summary = imported
    tracks = {track["path"]: track for track in run(data, "tracks", "--json").document["tracks"]}
    failures = {failure["path"]: failure["code"] for failure in summary["failures"]}
    for file in files:
        path = str(folder / file.relative_path)
        assert failures.get(path) == file.code, file.name
        if file.code is None and file.seconds is not None:
            assert tracks[path]["duration_ms"] == pytest.approx(1000 * file.seconds, abs=60)


def test_unusual_names_come_back_to_the_byte(tmp_path: Path) -> None:
    """NFC and NFD, emoji, Latin-1 bytes, newlines and quotes are names like others."""
    music = tmp_path / "music"
    names = write_names(music)
    summary = run(tmp_path / "data", "import", music, "--json").document
    assert (summary["imported"], summary["failures"]) == (len(names), [])
    assert run(tmp_path / "data", "import", music, "--json").document["unchanged"] == len(names)


def test_links_that_loop_or_escape_are_not_followed(tmp_path: Path) -> None:
    """A loop is walked once, a link out of the folder not at all, one inode is one file."""
    music, outside = tmp_path / "music", tmp_path / "outside"
    write_names(music)
    write_names(outside)
    (music / "loop").symlink_to(music)
    (music / "escape").symlink_to(outside)
    os.link(music / "🎵 emoji 🎧.flac", music / "second name.flac")
    summary = run(tmp_path / "data", "import", music, "--json").document
    assert (summary["found"], summary["failures"]) == (5, [])


ALBUMS = {
    "with cue": {"with_cue": True},
    "without cue": {},
    "gapless": {"gap_s": 0.0},
    "noisy": {"noise_dbfs": -50.0},
    "inner pauses": {"pause_s": 1.0},
}


@pytest.mark.parametrize("kind", ALBUMS)
def test_albums_in_one_file_are_imported_whole(kind: str, tmp_path: Path) -> None:
    """A rip is one file, with or without a cue sheet, gaps, noise and pauses."""
    options: Any = ALBUMS[kind]
    album: Album = write_album(tmp_path / "music" / "album.flac", **options)
    summary = run(tmp_path / "data", "import", tmp_path / "music", "--json").document
    assert (summary["imported"], summary["failures"]) == (1, [])
    seconds = 24.0 + 3 * options.get("gap_s", 2.0)
    assert summary["audio_ms"] == pytest.approx(1000 * seconds, abs=5)
    assert album.starts_s[0] == 0
