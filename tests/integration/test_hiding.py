"""A hidden track is out of lists, answers and index, and stays so until it is restored."""

import datetime
from collections.abc import Iterator
from pathlib import Path

import pytest

from audio_ident.errors import NotFound
from audio_ident.ingest.rebuild import rebuild
from audio_ident.ingest.sweep import sweep
from audio_ident.library.edits import TrackEditor
from audio_ident.library.hiding import TrackHider
from audio_ident.library.tracks import find_tracks_at
from audio_ident.model.library import TrackId
from audio_ident.units import Ticks
from builders.importing import FolderIndex, landmarks_of
from builders.wav import write_wav
from builders.workshop import MovingHouse, moving_house

NOW = datetime.datetime(2026, 5, 1, tzinfo=datetime.UTC)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[MovingHouse]:
    """Two recordings, one of them in two files."""
    with moving_house(tmp_path) as house:
        write_wav(house.music / "a.wav", 1)
        write_wav(house.music / "again.wav", 1)
        write_wav(house.music / "b.wav", 2)
        house.run()
        yield house


def hider(house: MovingHouse) -> TrackHider:
    """Hides tracks of a house."""
    return TrackHider(house.stores.catalogue, lambda: NOW)


def test_a_recording_is_indexed_as_long_as_one_of_its_tracks_is_shown(house: MovingHouse) -> None:
    """The index forgets it with the last one, when the next writer works."""
    tracks = house.tracks()
    digest = tracks["music/a.wav"].digest
    hider(house).hide(tracks["music/a.wav"].id, "me")
    sweep(house.stores)
    assert digest in house.stores.index.digests()

    hider(house).hide(tracks["music/again.wav"].id, "me")
    assert find_tracks_at(house.stores.catalogue, digest, Ticks(0)) == ()
    assert house.findings() == []
    sweep(house.stores)
    assert digest not in house.stores.index.digests()
    assert house.findings() == []


def test_neither_imports_nor_rebuilds_bring_a_hidden_track_back(house: MovingHouse) -> None:
    """Its file is as it was, and is not listened to again."""
    track = house.tracks()["music/b.wav"]
    hider(house).hide(track.id, "me")
    house.run(retry_failed=True)
    write_wav(house.music / "c.wav", 2)  # the same audio again is another track
    house.run()
    (house.music / "c.wav").unlink()
    house.run(accept_missing=True)

    index = house.stores.index
    assert isinstance(index, FolderIndex)
    stores = house.stores
    rebuild(
        stores.catalogue,
        stores.artefacts,
        landmarks_of,
        stores.versions.analysis,
        index.rebuild,
        ignore_count,
    )
    assert "music/b.wav" not in house.tracks()
    assert (house.music / "b.wav").exists()
    assert house.findings() == []


def ignore_count(done: int, total: int) -> None:
    """Nobody watches."""
    del done, total


def test_a_restored_track_is_indexed_from_its_analysis(house: MovingHouse) -> None:
    """By the next writer, without listening; a check knows that it waits."""
    track = house.tracks()["music/b.wav"]
    hider(house).hide(track.id, "me")
    sweep(house.stores)
    assert hider(house).restore(track.id)
    assert house.findings() == []
    assert house.tracks()["music/b.wav"] == track

    summary = house.run()
    assert track.digest in house.stores.index.digests()
    assert (summary.listened, summary.unchanged) == (0, 3)
    assert house.findings() == []


def test_hiding_twice_is_hiding_once(house: MovingHouse) -> None:
    """And each change makes the track another revision."""
    track_id = house.tracks()["music/b.wav"].id
    assert [hider(house).hide(track_id, "me") for _ in range(2)] == [True, False]
    assert [hider(house).restore(track_id) for _ in range(2)] == [True, False]
    assert TrackEditor(house.stores.catalogue, lambda: NOW).book(track_id).revision == 2


def test_an_unknown_track_cannot_be_hidden(house: MovingHouse) -> None:
    """Nor restored."""
    with pytest.raises(NotFound):
        hider(house).hide(TrackId("nobody"), "me")
    with pytest.raises(NotFound):
        hider(house).restore(TrackId("nobody"))
