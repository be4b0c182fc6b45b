"""Listings follow whatever changes in the same transaction, and a check sees when they do not."""

import datetime
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command

from audio_ident.ingest.repair import repair
from audio_ident.library.browse import Browser, PageWish
from audio_ident.model.browse import ListState, TrackSort, Wanted
from audio_ident.stores.sql import migrate
from audio_ident.stores.sql.migrate import find_differences
from audio_ident.stores.sql.unit_of_work import Catalogue
from builders.browsing import START, a_catalogue, add_track, track_name
from builders.databases import catalogue_url_of, rows_of
from builders.wav import write_wav
from builders.workshop import MovingHouse, moving_house


@pytest.fixture
def house(tmp_path: Path) -> Iterator[MovingHouse]:
    """A house with two files in it, imported."""
    with moving_house(tmp_path) as house:
        for number in (1, 2):
            write_wav(house.music / "Artist" / "Album" / f"0{number} Song {number}.wav", number)
        house.run()
        yield house


def listed(house: MovingHouse, state: ListState = ListState.SHOWN) -> dict[str, str]:
    """Albums of listed tracks, by file name."""
    browser = Browser(house.stores.catalogue)
    page = browser.tracks(Wanted(state=state), TrackSort.TITLE, PageWish())
    return {
        item.track.path.rpartition("/")[2]: item.track.evidence.album or "" for item in page.items
    }


def test_an_import_lists_what_it_finds(house: MovingHouse) -> None:
    """With the names that the path suggests, as nothing else is known."""
    assert listed(house) == {"01 Song 1.wav": "Album", "02 Song 2.wav": "Album"}
    assert house.findings() == []


def test_a_moved_file_is_listed_as_its_new_path_says(house: MovingHouse) -> None:
    """Without being listened to again."""
    (house.music / "Artist" / "Album").rename(house.music / "Artist" / "Other")
    house.run()
    assert set(listed(house).values()) == {"Other"}
    assert house.findings() == []


def test_a_missing_file_is_listed_apart_until_it_is_back(house: MovingHouse) -> None:
    """Lists are without it; asked for, it is there."""
    path = house.music / "Artist" / "Album" / "01 Song 1.wav"
    elsewhere = path.rename(house.folder / "away.wav")
    house.run(accept_missing=True)
    assert "01 Song 1.wav" not in listed(house)
    assert "01 Song 1.wav" in listed(house, ListState.MISSING)
    assert house.findings() == []

    elsewhere.rename(path)
    house.run()
    assert "01 Song 1.wav" in listed(house)
    assert house.findings() == []


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE track_listings SET title_key = 'x'",
        "UPDATE track_listings SET state = 'hidden'",
        "DELETE FROM track_listings",
    ],
)
def test_a_listing_that_differs_is_found_and_mended(house: MovingHouse, damage: str) -> None:
    """By a check, and by its repair."""
    with rows_of(house.folder / "data") as connection:
        connection.execute(sa.text(damage))
    assert house.findings() == ["LISTING_WRONG", "LISTING_WRONG"]

    repair(house.stores, reads_artefacts=False)
    assert house.findings() == []
    assert len(listed(house)) == 2


def test_an_older_library_is_listed_when_it_is_upgraded(tmp_path: Path) -> None:
    """The upgrade makes the same listings as an import does."""
    catalogue = a_catalogue(tmp_path)
    with catalogue.writing() as rows:
        for number in range(3):
            add_track(rows, number, path=f"Artist/Album (1999)/0{number} Song.flac")
        rows.files.mark_missing([1], START)
    catalogue.close()
    with rows_of(tmp_path) as connection:
        for table in ("track_genres", "track_listings", "hidden_tracks", "track_edits"):
            connection.execute(sa.text(f"DROP TABLE {table}"))
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '0007'"))
        config = migrate._config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0008")
        assert list(find_differences(connection)) == []

    upgraded = Catalogue(catalogue_url_of(tmp_path))
    with upgraded.reading() as rows:
        assert list(rows.listings.mismatches()) == []
    page = Browser(upgraded).tracks(Wanted(), TrackSort.YEAR, PageWish())
    assert [item.year for item in page.items] == [1999, 1999]
    assert page.items[0].added_at == START + datetime.timedelta(minutes=1)
    assert page.items[0].track.id == track_name(1)
    upgraded.close()
