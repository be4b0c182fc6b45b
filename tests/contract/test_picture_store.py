"""The rules of `stores/pictures/protocol.py`, for every implementation."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from audio_ident.errors import BadInput, StoreInaccessible
from audio_ident.model.pictures import THUMBNAIL_SIZES
from audio_ident.stores.pictures.pictures_files import FilePictureStore
from audio_ident.stores.pictures.pictures_memory import MemoryPictureStore
from audio_ident.stores.pictures.protocol import PictureStore

NAMES = tuple(f"{number:064x}" for number in range(3))
JPEGS = {size: str(size).encode() for size in THUMBNAIL_SIZES}


@pytest.fixture(params=["files", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> PictureStore:
    """An empty store of each kind."""
    return MemoryPictureStore() if request.param == "memory" else FilePictureStore(tmp_path / "p")


def test_what_was_put_is_found(store: PictureStore) -> None:
    """Every size comes back, and nothing else is there."""
    assert not store.has(NAMES[0])
    assert store.find(NAMES[0], 160) is None
    store.put(NAMES[1], JPEGS)
    store.put(NAMES[0], JPEGS)
    assert store.has(NAMES[0])
    assert {size: store.find(NAMES[0], size) for size in THUMBNAIL_SIZES} == JPEGS
    assert list(store.hashes()) == [NAMES[0], NAMES[1]]


def test_what_was_deleted_is_gone(store: PictureStore) -> None:
    """Deleting twice is no error."""
    store.put(NAMES[0], JPEGS)
    store.delete(NAMES[0])
    store.delete(NAMES[0])
    assert not store.has(NAMES[0])
    assert list(store.hashes()) == []


def test_putting_at_once_does_no_harm(store: PictureStore) -> None:
    """Workers may store the same cover at the same time."""
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: store.put(NAMES[0], JPEGS), range(20)))
    assert store.has(NAMES[0])


def test_what_a_killed_worker_left_is_removed(tmp_path: Path) -> None:
    """Half a file never counts, and does not stay."""
    store = FilePictureStore(tmp_path)
    store.put(NAMES[0], JPEGS)
    store.put(NAMES[1], dict(list(JPEGS.items())[:1]))
    left = tmp_path / "00" / f"{NAMES[2]}-160.jpg.17.tmp"
    left.write_bytes(b"half")
    store.delete_unfinished()
    assert not left.exists()
    assert store.has(NAMES[0])
    assert not store.has(NAMES[1])
    assert list(store.hashes()) == [NAMES[0], NAMES[1]]


def test_only_hashes_are_names(tmp_path: Path) -> None:
    """Nothing that comes from outside becomes a path."""
    with pytest.raises(BadInput):
        FilePictureStore(tmp_path).find("../" * 21 + "a", 160)


def test_a_refusal_of_the_disk_is_named(tmp_path: Path) -> None:
    """A file where the folder should be."""
    (tmp_path / "p").write_text("")
    with pytest.raises(StoreInaccessible):
        FilePictureStore(tmp_path / "p").put(NAMES[0], JPEGS)
