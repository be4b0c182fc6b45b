"""What an import does about files that are gone, unreadable, hidden, huge or half there."""

import dataclasses
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from audio_ident.errors import RootVanished
from audio_ident.ingest.places import root_is_gone
from audio_ident.model.files import FileSort
from audio_ident.model.library import FileState
from builders.wav import write_wav
from builders.workshop import MovingHouse, moving_house


@pytest.fixture
def house(tmp_path: Path) -> Iterator[MovingHouse]:
    """An empty house."""
    with moving_house(tmp_path) as made:
        yield made


def fill(house: MovingHouse, count: int = 20) -> None:
    """Import some files."""
    for number in range(count):
        write_wav(house.music / f"{number % 4}" / f"{number:02d}.wav", number, 800 + number)
    house.run()


def missing(house: MovingHouse) -> int:
    """How many files are marked missing."""
    with house.stores.catalogue.reading() as rows:
        return rows.files.count().get(FileState.MISSING, 0)


def test_a_fifth_may_vanish_without_a_question(house: MovingHouse) -> None:
    """A handful of deleted files is nothing to ask about."""
    fill(house, 30)
    for path in sorted(house.music.rglob("*.wav"))[:6]:
        path.unlink()
    assert house.run().missing == 6


def test_more_than_a_fifth_is_asked_about(house: MovingHouse) -> None:
    """Nothing is marked before somebody agrees; then it is."""
    fill(house)
    for number in (0, 1):
        shutil.rmtree(house.music / str(number))
    with pytest.raises(RootVanished, match="10 of 20 files"):
        house.run()
    assert (missing(house), len(house.tracks())) == (0, 20)
    assert house.run(most_vanished_share=0.5).missing == 10
    assert len(house.tracks()) == 10


def test_accepted_losses_are_marked(house: MovingHouse) -> None:
    """Saying that the files are really gone is enough."""
    fill(house)
    shutil.rmtree(house.music / "0")
    shutil.rmtree(house.music / "1")
    assert house.run(accept_missing=True).missing == 10


def test_an_empty_or_missing_root_is_asked_about(house: MovingHouse) -> None:
    """An unmounted disk is an empty folder or none, however few files were on it."""
    fill(house, 2)
    away = house.folder / "away"
    house.music.rename(away)
    with pytest.raises(RootVanished):
        house.run()
    house.music.mkdir()
    with pytest.raises(RootVanished):
        house.run()
    assert missing(house) == 0
    house.music.rmdir()
    assert house.run(accept_missing=True).missing == 2
    away.rename(house.music)
    summary = house.run()
    assert (summary.reappeared, summary.listened) == (2, 0)


def test_a_sub_folder_counts_against_the_whole_root(house: MovingHouse) -> None:
    """Importing one folder whose files were deleted asks nothing: it is a small part."""
    fill(house, 24)
    for path in list((house.music / "0").iterdir())[:5]:
        path.unlink()
    assert house.run(house.music / "0").missing == 5


def test_moved_files_have_not_vanished(house: MovingHouse) -> None:
    """A library that is put in order, even by copying and deleting, raises no question."""
    fill(house)
    for path in sorted(house.music.rglob("*.wav")):
        target = house.music / "sorted" / path.name
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(path.read_bytes())
        path.unlink()
    summary = house.run()
    assert (summary.moved, summary.missing, summary.listened) == (20, 0, 0)


def test_a_root_that_goes_during_an_import_stops_it(house: MovingHouse) -> None:
    """Its files are not marked failed one by one, and the next import goes on."""
    fill(house, 2)
    for number in range(10, 16):
        write_wav(house.music / f"{number}.wav", number, 3000 + number)
    away = house.folder / "away"

    def unmount(_: object) -> None:
        if house.analyser.heard() and house.music.exists() and len(house.analyser.heard()) > 2:
            house.music.rename(away)

    with pytest.raises(RootVanished):
        house.run(on_progress=unmount, files_at_once=1, progress_interval_s=0)
    assert root_is_gone(house.music)
    away.rename(house.music)
    summary = house.run()
    assert (summary.failed, summary.known_failures, summary.missing) == (0, 0, 0)
    assert len(house.tracks()) == 8
    assert house.findings() == []


def test_everything_met_is_told_by_sort(house: MovingHouse) -> None:
    """Pictures and other files are counted with their bytes."""
    write_wav(house.music / "a.wav", 1)
    (house.music / "cover.jpg").write_bytes(b"x" * 100)
    (house.music / "rip.log").write_bytes(b"x" * 10)
    tallies = house.run().tallies
    assert {sort: tally.files for sort, tally in tallies.items()} == dict.fromkeys(FileSort, 1)
    assert tallies[FileSort.IMAGE].size_bytes == 100


def test_a_thorough_import_finds_music_under_any_name(house: MovingHouse) -> None:
    """Without an ending or with a wrong one; once known, it stays known."""
    music = write_wav(house.music / "a.wav", 1).read_bytes()
    write_wav(house.music / "b.wav", 2, 900).rename(house.music / "no ending")
    write_wav(house.music / "c.wav", 3, 1000).rename(house.music / "wrong.jpg")
    (house.music / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(300))
    (house.music / "short").write_bytes(music[:3])
    assert house.run().imported == 1
    summary = house.run(thorough=True)
    assert summary.imported == 2
    assert summary.tallies[FileSort.AUDIO].files == 3
    assert house.run().unchanged == 3


def test_a_file_that_is_being_written_waits_for_the_next_import(house: MovingHouse) -> None:
    """A file that grows under our eyes is told, and taken once it is whole."""
    write_wav(house.music / "whole.wav", 1)
    growing = write_wav(house.music / "growing.wav", 2)

    def somebody_writes(_: float) -> None:
        with growing.open("ab") as file:
            file.write(b"more")

    clock = dataclasses.replace(house.stores.clock, sleep_s=somebody_writes)
    house.stores = dataclasses.replace(house.stores, clock=clock)
    summary = house.run(settle_s=10)
    assert (summary.imported, summary.warnings) == (1, 1)
    assert [(Path(n.path).name, n.code) for n in summary.notices] == [
        ("growing.wav", "FILE_STILL_WRITTEN")
    ]
    assert house.run(settle_s=0).imported == 1


def test_old_files_are_taken_at_once(house: MovingHouse) -> None:
    """Nobody waits when nothing changed lately."""
    os.utime(write_wav(house.music / "old.wav", 1), ns=(10**18, 10**18))
    slept: list[float] = []
    clock = dataclasses.replace(house.stores.clock, sleep_s=slept.append)
    house.stores = dataclasses.replace(house.stores, clock=clock)
    assert house.run(settle_s=10).imported == 1
    assert slept == []


def test_a_known_file_that_is_being_written_is_not_missing(house: MovingHouse) -> None:
    """What is left alone keeps everything that is known of it."""
    fill(house, 3)
    path = house.music / "0" / "00.wav"
    write_wav(path, 50, 4000)

    def somebody_writes(_: float) -> None:
        with path.open("ab") as file:
            file.write(b"more")

    clock = dataclasses.replace(house.stores.clock, sleep_s=somebody_writes)
    house.stores = dataclasses.replace(house.stores, clock=clock)
    summary = house.run(settle_s=10)
    assert (summary.missing, summary.unchanged, len(house.tracks())) == (0, 2, 3)


def test_a_very_large_file_is_mentioned(house: MovingHouse) -> None:
    """More than 2 GiB is a warning; whether it can be used is for the decoder to say."""
    with (house.music / "concert broken.wav").open("wb") as file:
        file.truncate((2 << 30) + 1)
    summary = house.run()
    assert [notice.code for notice in summary.notices] == ["LARGE_FILE"]
    assert house.run().notices == ()


def test_an_empty_file_is_no_audio(house: MovingHouse) -> None:
    """It fails with a code of its own, once, and the others go on."""
    (house.music / "empty.mp3").touch()
    write_wav(house.music / "a.wav", 1)
    summary = house.run()
    assert [failure.code for failure in summary.failures] == ["NO_AUDIO"]
    assert house.run().known_failures == 1


def test_what_cannot_be_read_is_told(house: MovingHouse) -> None:
    """A dangling link is named in the notices; everything else is imported."""
    write_wav(house.music / "a.wav", 1)
    (house.music / "gone.mp3").symlink_to(house.music / "nothing.mp3")
    summary = house.run()
    assert [notice.code for notice in summary.notices] == ["FILE_UNREADABLE"]
    assert summary.imported == 1
