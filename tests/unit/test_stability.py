"""When changed folders are ready to be imported."""

from pathlib import Path

import pytest

from audio_ident.ingest.changes import is_on_network
from audio_ident.ingest.stability import Stability


class Watch:
    """A folder, a clock that the test moves, and what is ready."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.now_s = 0.0
        self.stability = Stability([folder], 10, lambda: self.now_s)

    def write(self, name: str, content: str) -> None:
        """Write a file, and be told of it."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
        self.stability.note([path])

    def due(self, now_s: float) -> list[str]:
        """What is ready at a time."""
        self.now_s = now_s
        return [str(path.relative_to(self.folder)) for path in self.stability.take_due()]


@pytest.fixture
def watch(tmp_path: Path) -> Watch:
    """An empty folder."""
    return Watch(tmp_path)


def test_a_folder_is_ready_once_its_files_have_settled(watch: Watch) -> None:
    """Not before, and only once."""
    watch.write("album/1.mp3", "x")
    assert watch.due(9.9) == []
    assert watch.due(10) == ["album"]
    assert watch.due(20) == []


def test_a_file_that_grows_is_waited_for(watch: Watch) -> None:
    """Growing counts even when the system does not tell about it."""
    watch.write("album/1.mp3", "x")
    watch.now_s = 5
    (watch.folder / "album/1.mp3").write_text("xx")
    assert watch.due(10) == []
    assert watch.due(15) == []
    assert watch.due(20) == ["album"]


def test_one_busy_file_holds_its_folder_back_and_no_other(watch: Watch) -> None:
    """An album is imported as a whole; its neighbour does not wait."""
    watch.write("one/1.mp3", "x")
    watch.write("two/1.mp3", "x")
    watch.now_s = 8
    watch.write("one/2.mp3", "x")
    assert watch.due(12) == ["two"]
    assert watch.due(18) == ["one"]


def test_folders_inside_each_other_are_told_once(watch: Watch) -> None:
    """The outer one covers the inner one, and waits for it."""
    watch.write("a/1.mp3", "x")
    watch.now_s = 5
    watch.write("a/b/2.mp3", "x")
    assert watch.due(12) == []
    assert watch.due(15) == ["a"]


def test_what_was_deleted_is_looked_for_above(watch: Watch) -> None:
    """A folder that is gone is noticed by importing the one that held it."""
    watch.write("a/b/1.mp3", "x")
    assert watch.due(10) == ["a/b"]
    (watch.folder / "a/b/1.mp3").unlink()
    (watch.folder / "a/b").rmdir()
    watch.stability.note([watch.folder / "a/b/1.mp3", watch.folder / "a/b"])
    assert watch.due(30) == ["a"]


MOUNTS = r"""/dev/sda1 / ext4 rw 0 0
nas:/music /mnt/music nfs4 rw 0 0
//box/all\040of\040it /mnt/the\040box cifs rw 0 0
/dev/sdb1 /mnt/music/local ext4 rw 0 0
"""


@pytest.mark.parametrize(
    ("folder", "expected"),
    [
        ("/home/music", False),
        ("/mnt/music", True),
        ("/mnt/music/a/b", True),
        ("/mnt/music2", False),
        ("/mnt/the box/a", True),
        ("/mnt/music/local/a", False),
    ],
)
def test_folders_on_a_network_are_known(folder: str, expected: bool) -> None:
    """The nearest mount decides, by whole names."""
    assert is_on_network(Path(folder), MOUNTS) == expected
