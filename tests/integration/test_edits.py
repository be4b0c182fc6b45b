"""What people say of tracks survives whatever becomes of files and catalogue."""

import datetime
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from audio_ident.library.backup import LibraryBackups
from audio_ident.library.edits import TrackEditor
from audio_ident.library.hiding import TrackHider
from audio_ident.library.places import LibraryPlaces
from audio_ident.model.display import shown_title
from audio_ident.model.library import Track
from audio_ident.refusals import PreconditionFailed
from builders.wav import write_wav
from builders.workshop import MovingHouse, moving_house

NOON = datetime.datetime(2026, 5, 1, 12, tzinfo=datetime.UTC)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[MovingHouse]:
    """One file, imported."""
    with moving_house(tmp_path) as house:
        write_wav(house.music / "a.wav", 1)
        house.run()
        yield house


def editor(house: MovingHouse, minute: int = 0) -> TrackEditor:
    """Edits tracks of a house at a minute."""
    return TrackEditor(house.stores.catalogue, lambda: NOON + datetime.timedelta(minutes=minute))


def only(house: MovingHouse) -> Track:
    """The one track that is there."""
    (track,) = house.tracks().values()
    return track


def test_an_edit_survives_moving_and_other_audio(house: MovingHouse) -> None:
    """The track is the same one, so what was said of it holds."""
    editor(house).edit(only(house).id, {"title": "mine"}, "me")
    (house.music / "a.wav").rename(house.music / "b.wav")
    house.run()
    write_wav(house.music / "b.wav", 7)
    house.run()
    assert shown_title(only(house)).text == "mine"
    assert house.findings() == []


def test_the_newest_edit_that_was_not_undone_holds(house: MovingHouse) -> None:
    """Undoing brings the one before back, and taking back is an edit as well."""
    track_id = only(house).id
    editor(house, 1).edit(track_id, {"title": "one", "album": "x"}, "me")
    editor(house, 2).edit(track_id, {"title": "two"}, "you")
    editor(house, 3).edit(track_id, {"title": None}, "me")
    assert editor(house).book(track_id).held == {"album": "x"}

    assert editor(house, 4).undo(track_id).held == {"title": "two", "album": "x"}
    assert editor(house, 5).undo(track_id).held == {"title": "one", "album": "x"}
    assert editor(house, 6).undo(track_id).held == {}
    assert [event.decided_by for event in editor(house).book(track_id).events] == [
        "me", "me", "you", "me",
    ]  # fmt: skip


def test_of_two_who_edit_what_they_saw_one_is_refused(house: MovingHouse) -> None:
    """Nothing of the first is lost."""
    track_id = only(house).id
    seen = editor(house).book(track_id).revision
    editor(house).edit(track_id, {"title": "first"}, "one", [seen])
    with pytest.raises(PreconditionFailed):
        editor(house).edit(track_id, {"title": "second"}, "two", [seen])
    assert editor(house).book(track_id).held == {"title": "first"}


def test_many_edits_at_once_are_all_kept(house: MovingHouse) -> None:
    """Whoever is last wins a field, and the history has everybody."""
    track_id = only(house).id
    fields = ("title", "artist", "album", "comment")
    with ThreadPoolExecutor(4) as pool:
        list(
            pool.map(
                lambda n: editor(house, n).edit(track_id, {fields[n % 4]: f"v{n}"}, f"{n}"),
                range(24),
            )
        )
    book = editor(house).book(track_id)
    assert len(book.events) == 24
    assert book.held == {"title": "v20", "artist": "v21", "album": "v22", "comment": "v23"}
    assert house.findings() == []


@pytest.mark.parametrize("is_restored_first", [True, False])
def test_a_backup_brings_edits_and_hidden_tracks_into_a_new_library(
    house: MovingHouse, is_restored_first: bool
) -> None:
    """There the tracks have other ids; audio and place find them, in either order."""
    write_wav(house.music / "b.wav", 2)
    house.run()
    tracks = house.tracks()
    editor(house).edit(tracks["music/a.wav"].id, {"title": "mine"}, "me")
    TrackHider(house.stores.catalogue, lambda: NOON).hide(tracks["music/b.wav"].id, "me")
    backup = house.folder / "backup.json"
    backups_of(house).write(backup, house.folder / "no-settings")

    new_place = house.folder / "new"
    new_place.mkdir()
    with moving_house(new_place) as other:
        shutil.copytree(house.music, other.music, dirs_exist_ok=True)
        steps = [lambda: restore(other, backup), lambda: other.run()]
        for step in steps if is_restored_first else reversed(steps):
            step()
        assert {path: shown_title(t).text for path, t in other.tracks().items()} == {
            "music/a.wav": "mine"
        }
        assert other.tracks()["music/a.wav"].id != tracks["music/a.wav"].id
        restore(other, backup)
        assert len(editor(other).book(other.tracks()["music/a.wav"].id).events) == 1
        assert other.findings() == []


def test_of_two_decisions_the_newer_one_wins(house: MovingHouse) -> None:
    """An older backup neither changes a newer edit nor hides what was restored since."""
    track_id = only(house).id
    editor(house, 1).edit(track_id, {"title": "old"}, "me")
    TrackHider(house.stores.catalogue, lambda: NOON).hide(track_id, "me")
    backup = house.folder / "backup.json"
    backups_of(house).write(backup, house.folder / "no-settings")
    TrackHider(house.stores.catalogue, lambda: NOON + datetime.timedelta(hours=1)).restore(track_id)
    editor(house, 70).edit(track_id, {"title": "new"}, "me")

    restore(house, backup)
    assert shown_title(only(house)).text == "new"


def backups_of(house: MovingHouse) -> LibraryBackups:
    """Backups of a house."""
    places = LibraryPlaces(data_directory=house.folder / "data")
    return LibraryBackups(house.stores.catalogue, places, lambda: NOON)


def restore(house: MovingHouse, backup: Path) -> None:
    """Merge a backup into a house."""
    backups_of(house).restore(backup, house.folder / "no-settings", is_dry_run=False)
