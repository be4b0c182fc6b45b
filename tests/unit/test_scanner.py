"""The scanner on real folders."""

import os
from pathlib import Path

import pytest

from audio_ident.ingest.scanner import (
    FoundFile,
    ScanPlan,
    Unscannable,
    is_skipped,
    scan,
    sort_of,
)
from audio_ident.model.files import FileSort


def _touch(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x")
    return path


def _names(plan: ScanPlan) -> list[str]:
    return [
        entry.relative_path
        for entry in scan(plan)
        if isinstance(entry, FoundFile) and entry.sort is FileSort.AUDIO
    ]


def test_files_are_found_by_name_in_a_fixed_order(tmp_path: Path) -> None:
    """Audio endings in any case count; files of a folder come before its folders."""
    for name in ("b/z.MP3", "b/a.flac", "a.Opus", "cover.jpg", "b/c/d.wv", "noextension", "mp3"):
        _touch(tmp_path / name)
    assert _names(ScanPlan(root=tmp_path)) == ["a.Opus", "b/a.flac", "b/z.MP3", "b/c/d.wv"]


@pytest.mark.parametrize(
    "name",
    ["._song.mp3", ".hidden.mp3", ".git", ".Trash-1000", "@eaDir", "$RECYCLE.BIN", "lost+found"],
)
def test_hidden_and_system_names_are_skipped(name: str) -> None:
    """What systems leave behind is no music."""
    assert is_skipped(name)


@pytest.mark.parametrize("name", ["Thumbs.db song.mp3", "my lost+found.mp3", "a.git.mp3", "..mp3x"])
def test_names_are_skipped_only_as_a_whole(name: str) -> None:
    """A name that merely contains a system name is music."""
    assert is_skipped(name) == name.startswith(".")


def test_links_are_followed_only_inside_the_root(tmp_path: Path) -> None:
    """A link that leaves the root is left alone, also into a folder with a longer name."""
    music, secret = tmp_path / "music", tmp_path / "music secret"
    _touch(music / "a.mp3")
    _touch(music / ".hidden" / "b.mp3")
    _touch(secret / "c.mp3")
    (music / "shown").symlink_to(music / ".hidden")
    (music / "to secret").symlink_to(secret)
    (music / "c.mp3").symlink_to(secret / "c.mp3")
    assert _names(ScanPlan(root=music)) == ["a.mp3", "shown/b.mp3"]


def test_loops_end_and_no_file_is_found_twice(tmp_path: Path) -> None:
    """Links to folders above, links to files and hard links add nothing."""
    _touch(tmp_path / "z" / "a.mp3")
    (tmp_path / "a-loop").symlink_to(tmp_path)
    (tmp_path / "a-link.mp3").symlink_to(tmp_path / "z" / "a.mp3")
    (tmp_path / "z" / "b.mp3").hardlink_to(tmp_path / "z" / "a.mp3")
    (tmp_path / "dangling.mp3").symlink_to(tmp_path / "nothing.mp3")
    entries = list(scan(ScanPlan(root=tmp_path)))
    assert [entry.relative_path for entry in entries] == ["z/a.mp3", "dangling.mp3"]
    assert isinstance(entries[1], Unscannable)


def test_a_folder_that_cannot_be_read_is_reported(tmp_path: Path) -> None:
    """What is unreadable is named, and the scan goes on."""
    _touch(tmp_path / "a.mp3")
    entries = list(scan(ScanPlan(root=tmp_path, below="gone")))
    assert [type(entry) for entry in entries] == [Unscannable]


def test_what_is_no_plain_file_is_not_found(tmp_path: Path) -> None:
    """A pipe with the name of a song would block whoever opens it."""
    os.mkfifo(tmp_path / "pipe.mp3")
    (tmp_path / "folder.mp3").mkdir()
    assert _names(ScanPlan(root=tmp_path)) == []


def test_deep_trees_are_walked(tmp_path: Path) -> None:
    """Depth is limited by the system, not by us."""
    deep = tmp_path.joinpath(*["d"] * 900)
    _touch(deep / "a.mp3")
    assert len(_names(ScanPlan(root=tmp_path))) == 1


def test_excluded_folders_and_parts_are_respected(tmp_path: Path) -> None:
    """A folder that is a root of its own is left out; a part of a root can be walked alone."""
    for name in ("in/a.mp3", "in/deep/b.mp3", "out/c.mp3"):
        _touch(tmp_path / name)
    excluded = frozenset({"in/deep"})
    assert _names(ScanPlan(root=tmp_path, excluded=excluded)) == ["in/a.mp3", "out/c.mp3"]
    assert _names(ScanPlan(root=tmp_path, below="in")) == ["in/a.mp3", "in/deep/b.mp3"]


def test_odd_names_are_kept_exactly(tmp_path: Path) -> None:
    """Bytes that are no UTF-8, and both spellings of an accent, stay as they are."""
    names = [b"\xff\xfe.mp3", "e\u0301.mp3".encode(), "\u00e9.mp3".encode(), "🎵.mp3".encode()]
    for name in names:
        _touch(tmp_path / os.fsdecode(name))
    assert [os.fsencode(name) for name in _names(ScanPlan(root=tmp_path))] == sorted(names)


@pytest.mark.parametrize(
    ("name", "sort"),
    [
        ("a.b.m4a", FileSort.AUDIO),
        ("A.APE", FileSort.AUDIO),
        ("m4a", FileSort.OTHER),
        ("a.mp3.txt", FileSort.OTHER),
        ("cover.JPG", FileSort.IMAGE),
        ("noextension", FileSort.OTHER),
    ],
)
def test_an_ending_tells_the_sort(name: str, sort: FileSort) -> None:
    """A dot is needed, and the last one counts."""
    assert sort_of(name) is sort


def test_everything_is_found_with_its_sort(tmp_path: Path) -> None:
    """Pictures and whatever else lies around are met too, with their sizes."""
    for name in ("a.mp3", "cover.jpg", "rip.log", ".hidden", "b/back.png"):
        _touch(tmp_path / name)
    found = [entry for entry in scan(ScanPlan(root=tmp_path)) if isinstance(entry, FoundFile)]
    assert {entry.relative_path: (entry.sort, entry.size) for entry in found} == {
        "a.mp3": (FileSort.AUDIO, 1),
        "cover.jpg": (FileSort.IMAGE, 1),
        "rip.log": (FileSort.OTHER, 1),
        "b/back.png": (FileSort.IMAGE, 1),
    }


def test_the_depth_can_be_limited(tmp_path: Path) -> None:
    """The root is the first folder; below the limit nothing is looked for."""
    for name in ("a.mp3", "one/b.mp3", "one/two/c.mp3"):
        _touch(tmp_path / name)
    assert _names(ScanPlan(root=tmp_path, depth=1)) == ["a.mp3"]
    assert _names(ScanPlan(root=tmp_path, depth=2)) == ["a.mp3", "one/b.mp3"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_without_permission_is_reported(tmp_path: Path) -> None:
    """What may not be read is named, and its neighbours are found."""
    _touch(tmp_path / "closed" / "a.mp3")
    _touch(tmp_path / "open" / "b.mp3")
    (tmp_path / "closed").chmod(0)
    try:
        entries = list(scan(ScanPlan(root=tmp_path)))
    finally:
        (tmp_path / "closed").chmod(0o700)
    assert [entry.relative_path for entry in entries] == ["closed", "open/b.mp3"]
    assert isinstance(entries[0], Unscannable)
