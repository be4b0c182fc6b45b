"""Files that are moved, renamed, swapped and retagged keep their tracks."""

# mypy: disable-error-code="no-untyped-call"

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mutagen
import mutagen.id3
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audio_ident.model.library import FileState
from audio_ident.model.reports import Reason
from builders.wav import write_wav
from builders.workshop import MovingHouse, moving_house


@pytest.fixture
def house(tmp_path: Path) -> Iterator[MovingHouse]:
    """An empty house."""
    with moving_house(tmp_path) as made:
        yield made


def retag(path: Path, title: str) -> None:
    """Give a file another title, in place."""
    song: Any = mutagen.File(path)
    if song.tags is None:
        song.add_tags()
    song.tags.add(mutagen.id3.TIT2(encoding=3, text=title))
    song.save()


def rewrite(path: Path, target: Path) -> None:
    """Copy the bytes elsewhere and delete the file, as moving to another disk does."""
    content = path.read_bytes()
    path.unlink()
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)


def listened(house: MovingHouse) -> int:
    """How many files were decoded so far."""
    return len(house.analyser.heard())


def fill(house: MovingHouse, names: str = "abcde") -> dict[str, str]:
    """Import a file for each letter; gives the track ids."""
    for seed, name in enumerate(names):
        write_wav(house.music / f"{name}.wav", seed, 800 + seed)
    house.run()
    return house.ids()


def test_two_names_can_be_swapped(house: MovingHouse) -> None:
    """Identity goes with the file, not with its name, also where size and time are alike."""
    write_wav(house.music / "a.wav", 1)
    write_wav(house.music / "b.wav", 2)
    for name in "ab":
        os.utime(house.music / f"{name}.wav", ns=(10**18, 10**18))
    house.run()
    before = house.ids()
    (house.music / "a.wav").rename(house.music / "x")
    (house.music / "b.wav").rename(house.music / "a.wav")
    (house.music / "x").rename(house.music / "b.wav")
    summary = house.run()
    assert (summary.moved, summary.listened, summary.missing) == (2, 0, 0)
    assert house.ids() == {"a.wav": before["b.wav"], "b.wav": before["a.wav"]}
    assert house.findings() == []


def test_a_chain_of_names_is_followed(house: MovingHouse) -> None:
    """A becomes b while b becomes c; the overwritten c is missing and kept."""
    before = fill(house)
    (house.music / "c.wav").unlink()
    (house.music / "b.wav").rename(house.music / "c.wav")
    (house.music / "a.wav").rename(house.music / "b.wav")
    summary = house.run()
    assert (summary.moved, summary.missing, summary.listened) == (2, 1, 0)
    assert house.ids() == {
        "b.wav": before["a.wav"],
        "c.wav": before["b.wav"],
        "d.wav": before["d.wav"],
        "e.wav": before["e.wav"],
    }
    assert before["c.wav"] in house.all_ids()
    assert house.run().unchanged == 4


def test_a_displaced_file_comes_back_under_another_name(house: MovingHouse) -> None:
    """A file whose place was taken is found again by its bytes, with its track."""
    before = fill(house)
    kept = (house.music / "c.wav").read_bytes()
    (house.music / "b.wav").replace(house.music / "c.wav")
    assert house.run().missing == 1
    (house.music / "again.wav").write_bytes(kept)
    summary = house.run()
    assert (summary.moved, summary.listened) == (1, 0)
    assert house.ids()["again.wav"] == before["c.wav"]
    assert house.ids()["c.wav"] == before["b.wav"]


def test_a_folder_of_many_files_can_be_renamed(house: MovingHouse) -> None:
    """A thousand files go along, nothing is read."""
    source = write_wav(house.music / "old" / "0.wav", 1)
    for number in range(1, 1000):
        shutil.copyfile(source, house.music / "old" / f"{number}.wav")
    house.run()
    before = house.ids()
    (house.music / "old").rename(house.music / "New")
    summary = house.run()
    assert (summary.moved, summary.missing, summary.by_reason) == (1000, 0, {})
    assert house.ids() == {path.replace("old/", "New/"): id_ for path, id_ in before.items()}


def test_another_case_or_another_spelling_is_another_name(house: MovingHouse) -> None:
    """A to A, and an accent as one character or as two, keep the track."""
    write_wav(house.music / "caf\u00e9.wav", 1)
    write_wav(house.music / "song.wav", 2)
    house.run()
    before = house.ids()
    (house.music / "caf\u00e9.wav").rename(house.music / "cafe\u0301.wav")
    (house.music / "song.wav").rename(house.music / "Song.WAV")
    assert house.run().moved == 2
    assert house.ids() == {
        "cafe\u0301.wav": before["caf\u00e9.wav"],
        "Song.WAV": before["song.wav"],
    }


def test_two_spellings_of_one_name_are_two_files(house: MovingHouse) -> None:
    """What looks the same to a person is not the same to the disk."""
    write_wav(house.music / "caf\u00e9.wav", 1)
    write_wav(house.music / "cafe\u0301.wav", 2)
    assert house.run().imported == 2
    assert len(house.ids()) == 2


def test_a_file_that_was_copied_and_deleted_is_told_by_its_bytes(house: MovingHouse) -> None:
    """Another inode and another time: the bytes decide, and nothing is decoded."""
    before = fill(house)
    rewrite(house.music / "a.wav", house.music / "deep" / "z.wav")
    count = listened(house)
    summary = house.run()
    assert (summary.moved, summary.duplicates, summary.missing) == (1, 0, 0)
    assert listened(house) == count
    assert house.ids()["deep/z.wav"] == before["a.wav"]
    assert house.findings() == []


def test_copied_chains_are_followed_by_bytes(house: MovingHouse) -> None:
    """A to b and b to c, with new inodes all along."""
    before = fill(house, "ab")
    first, second = ((house.music / f"{name}.wav").read_bytes() for name in "ab")
    for name in "ab":
        (house.music / f"{name}.wav").unlink()
    (house.music / "b.wav").write_bytes(first)
    (house.music / "c.wav").write_bytes(second)
    count = listened(house)
    summary = house.run()
    assert (summary.moved, summary.missing) == (2, 0)
    assert house.ids() == {"b.wav": before["a.wav"], "c.wav": before["b.wav"]}
    assert listened(house) == count
    assert house.findings() == []


def test_a_copy_is_a_file_of_its_own(house: MovingHouse) -> None:
    """As long as the original is there, the copy is new."""
    before = fill(house)
    shutil.copy(house.music / "a.wav", house.music / "copy.wav")
    summary = house.run()
    assert (summary.moved, summary.duplicates) == (0, 1)
    after = house.ids()
    assert after.pop("copy.wav") not in before.values()
    assert after == before


def test_a_renamed_and_retagged_file_is_told_by_its_audio(house: MovingHouse) -> None:
    """Neither name nor bytes are left, the sound is."""
    before = fill(house)
    retag(house.music / "a.wav", "Été")
    rewrite(house.music / "a.wav", house.music / "renamed.wav")
    summary = house.run()
    assert (summary.moved, summary.listened) == (1, 1)
    track = house.tracks()["music/renamed.wav"]
    assert (track.id, track.tags.title) == (before["a.wav"], "Été")
    assert house.findings() == []
    assert house.run().unchanged == 5


def test_files_move_from_one_root_to_another(house: MovingHouse) -> None:
    """Renamed, copied or retagged: only the folder that is imported has to be looked at."""
    other = house.folder / "other"
    other.mkdir()
    write_wav(other / "resident.wav", 99, 3000)
    before = fill(house)
    house.run(other)
    (house.music / "a.wav").rename(other / "a.wav")
    rewrite(house.music / "b.wav", other / "b.wav")
    retag(house.music / "c.wav", "Neu")
    rewrite(house.music / "c.wav", other / "sea.wav")
    summary = house.run(other)
    assert (summary.moved, summary.missing) == (3, 0)
    assert house.run().missing == 0
    paths = {track.id: path for path, track in house.tracks().items()}
    assert [paths[before[f"{name}.wav"]] for name in "abc"] == [
        "other/a.wav",
        "other/b.wav",
        "other/sea.wav",
    ]


def test_a_missing_file_is_found_again_elsewhere(house: MovingHouse) -> None:
    """A file that was away for a while and comes back under another name keeps its track."""
    before = fill(house)
    away = house.folder / "away.wav"
    (house.music / "a.wav").rename(away)
    assert house.run().missing == 1
    away.rename(house.music / "back.wav")
    assert house.run().moved == 1
    assert house.ids()["back.wav"] == before["a.wav"]


def test_other_music_under_an_old_name_is_other_music(house: MovingHouse) -> None:
    """B is overwritten by a: the track of a lies there now, that of b is missing."""
    before = fill(house)
    (house.music / "a.wav").replace(house.music / "b.wav")
    assert house.run().moved == 1
    assert house.ids()["b.wav"] == before["a.wav"]
    with house.stores.catalogue.reading() as rows:
        assert rows.files.count()[FileState.MISSING] == 1


def test_a_file_renamed_to_no_audio_name_is_still_known(house: MovingHouse) -> None:
    """What was music under one name is music under another, thorough or not."""
    before = fill(house)
    (house.music / "a.wav").rename(house.music / "download")
    assert house.run().moved == 1
    assert house.ids()["download"] == before["a.wav"]
    assert house.run().unchanged == 5


def test_an_unfinished_file_that_moved_is_finished(house: MovingHouse) -> None:
    """A move takes its state along: what failed stays failed, what was left is done."""
    fill(house)
    write_wav(house.music / "broken.wav", 50, 2000)
    assert house.run().failed == 1
    (house.music / "broken.wav").rename(house.music / "still broken.wav")
    summary = house.run()
    assert (summary.moved, summary.failed, summary.known_failures) == (1, 0, 1)
    assert house.run(retry_failed=True).by_reason == {Reason.RETRY: 1}


NAMES = ("a", "b", "c", "sub/a", "sub/d")
MOVES = st.lists(
    st.tuples(st.sampled_from(["rename", "copy and delete"]), *[st.sampled_from(NAMES)] * 2),
    min_size=1,
    max_size=8,
)


@settings(max_examples=25, deadline=None)
@given(st.lists(MOVES, min_size=1, max_size=2))
def test_tracks_follow_files_through_any_moves(rounds: list[list[tuple[str, str, str]]]) -> None:
    """However files are renamed, overwritten or copied away: a track names the same sound."""
    with tempfile.TemporaryDirectory() as folder, moving_house(Path(folder)) as house:
        for seed, name in enumerate(("a", "b", "c")):
            write_wav(house.music / f"{name}.wav", seed, 800 + seed)
        house.run()
        sounds = {track.id: track.digest for track in house.tracks().values()}
        for moves in rounds:
            for way, source, target in moves:
                move(house.music / f"{source}.wav", house.music / f"{target}.wav", way)
            house.run(accept_missing=True)
            after = {track.id: track.digest for track in house.tracks().values()}
            assert after.items() <= sounds.items()
            assert house.findings() == []
        assert listened(house) == 3


def move(source: Path, target: Path, way: str) -> None:
    """Move a file, if it is there and has somewhere to go."""
    if source == target or not source.exists():
        return
    target.parent.mkdir(exist_ok=True)
    if way == "rename":
        source.replace(target)
    else:
        rewrite(source, target)
