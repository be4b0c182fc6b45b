"""Files that are received go with their process."""

import contextlib
import errno
import multiprocessing
import os
import signal
import stat
import time
from pathlib import Path

import pytest

from audio_ident.errors import DiskFull, StoreInaccessible, StoreProblem
from audio_ident.library.leftovers import ABANDONED_S, find_leftovers, remove_leftovers
from audio_ident.library.places import LibraryPlaces
from audio_ident.stores.spool import Spool, find_abandoned
from builders.browsing import a_catalogue


def _receive_and_die(directory: Path) -> None:
    with Spool(directory).new_path() as path:
        path.write_bytes(b"half a song")
        os.kill(os.getpid(), signal.SIGKILL)


def _killed_process(directory: Path) -> None:
    process = multiprocessing.get_context("spawn").Process(
        target=_receive_and_die, args=(directory,)
    )
    process.start()
    process.join()


def test_a_file_goes_when_it_was_used(tmp_path: Path) -> None:
    """Also when its use fails; what was taken elsewhere is not missed."""
    spool = Spool(tmp_path)
    with spool.new_path() as taken:
        taken.write_bytes(b"song")
        taken.rename(tmp_path / "kept")
    with pytest.raises(ValueError, match="bad"), spool.new_path() as path:
        path.write_bytes(b"song")
        raise ValueError("bad")
    assert not path.exists()
    assert (tmp_path / "kept").exists()
    spool.close()


@pytest.mark.parametrize(
    ("number", "kind"), [(errno.ENOSPC, DiskFull), (errno.EIO, StoreInaccessible)]
)
def test_what_the_disk_refuses_is_named_without_our_folders(
    number: int, kind: type[StoreProblem], tmp_path: Path
) -> None:
    """The answer goes to a stranger."""
    spool = Spool(tmp_path)
    with pytest.raises(kind) as caught, spool.new_path() as path:
        raise OSError(number, "refused", str(path))
    assert str(tmp_path) not in caught.value.fact
    spool.close()


def test_everything_goes_when_the_process_closes(tmp_path: Path) -> None:
    """The folder is for its owner only, and gone at the end."""
    spool = Spool(tmp_path)
    assert stat.S_IMODE(next(tmp_path.iterdir()).stat().st_mode) == 0o700
    assert spool.is_held(spool.owner)
    spool.close()
    assert not list(tmp_path.iterdir())
    assert not spool.is_held(spool.owner)


def test_what_a_killed_process_left_goes_at_the_next_start(tmp_path: Path) -> None:
    """The folder of a living process stays, that of a dead one goes."""
    living = Spool(tmp_path)
    with living.new_path() as path:
        path.write_bytes(b"song")
        _killed_process(tmp_path)
        assert len(find_abandoned(tmp_path)) == 1
        Spool(tmp_path).close()
        assert [folder.name for folder in tmp_path.iterdir()] == [living.owner]
        assert path.read_bytes() == b"song"
    living.close()


def test_a_check_finds_what_was_left(tmp_path: Path) -> None:
    """Uploads of dead processes are leftovers like any other, and can be removed as such."""
    places = LibraryPlaces(data_directory=tmp_path)
    _killed_process(places.spool)
    for folder in (places.incoming, places.jobs, places.cache):
        folder.mkdir()
        (folder / "lost.tmp").write_bytes(b"half a song")
    with contextlib.closing(a_catalogue(tmp_path)) as catalogue:
        now_s = time.time()
        assert len(find_leftovers(places, catalogue, now_s)) == 1  # the others may be under way

        later_s = now_s + 2 * ABANDONED_S
        found = find_leftovers(places, catalogue, later_s)
        assert [path.read_bytes() for path in found] == [b"half a song"] * 4
        remove_leftovers(places, catalogue, later_s)
        assert not find_leftovers(places, catalogue, later_s)
    assert not list(places.spool.iterdir())
