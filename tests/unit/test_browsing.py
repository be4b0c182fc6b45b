"""Pages of tracks: search, filters, order, and cursors that see every track once."""

import random
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audio_ident.library.browse import Browser, PageWish
from audio_ident.model.browse import NameKind, TrackSort, Wanted
from audio_ident.model.kinship import DuplicateVerdict
from audio_ident.model.tags import Tags
from audio_ident.stores.sql.unit_of_work import Catalogue
from builders.browsing import START, add_track, passing_catalogue, track_name
from builders.recordings import digest_of

MOST_INSERTED = 8

NAMES = st.sampled_from(["", "Anna", "anna", "Ängström", "Bjork", "Zoë", "100 %", "a_b"])


def titles(catalogue: Catalogue, **wanted: object) -> list[str | None]:
    """Titles that a query finds, by title."""
    found = Browser(catalogue).tracks(
        Wanted(**wanted),  # type: ignore[arg-type]
        TrackSort.TITLE,
        PageWish(page_size=100),
    )
    assert found.total == len(found.items)
    return [listed.track.tags.title for listed in found.items]


@pytest.fixture(scope="module")
def catalogue() -> Iterator[Catalogue]:
    """A few tracks that differ in everything."""
    with passing_catalogue(
        [
            Tags(title="Svefn-g-englar", artist="Sigur Rós", album="Ágætis byrjun", date="1999"),
            Tags(title="Straße", artist="Łona", genres=("Hip-Hop", "rap"), date="2004-05"),
            Tags(title="100 % yes", artist="under_score", album_artist="Various"),
            Tags(title="back\\slash", artist="SIGUR ROS", genre="Rap; Jazz"),
        ],
    ) as catalogue:
        yield catalogue


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        ("ros sigur", ["back\\slash", "Svefn-g-englar"]),
        ("ROS AGAETIS", ["Svefn-g-englar"]),
        ("strasse", ["Straße"]),
        ("lona", ["Straße"]),
        ("%", ["100 % yes"]),
        ("_", ["100 % yes"]),
        ("\\", ["back\\slash"]),
        ("nothing of the kind", []),
    ],
)
def test_all_words_of_a_search_must_occur(
    catalogue: Catalogue, search: str, expected: list[str]
) -> None:
    """In title, artist or album; wildcards of the database are letters like others."""
    assert titles(catalogue, search=search) == sorted(expected, key=str.casefold)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"artist": "sigur ros"}, ["back\\slash", "Svefn-g-englar"]),
        ({"album": "agaetis BYRJUN"}, ["Svefn-g-englar"]),
        ({"album_artist": "various"}, ["100 % yes"]),
        ({"genre": "RAP"}, ["back\\slash", "Straße"]),
        ({"year_from": 2000}, ["Straße"]),
        ({"year_to": 2000}, ["Svefn-g-englar"]),
        ({"duration_from_s": 102.5}, ["back\\slash"]),
        ({"is_lossless": False}, []),
        ({"codec": "flac", "artist": "lona"}, ["Straße"]),
        ({"has_duplicates": True}, []),
        ({"root_id": 2}, []),
        ({"added_since": START.replace(minute=3)}, ["back\\slash"]),
    ],
)
def test_every_filter_must_hold(
    catalogue: Catalogue, wanted: dict[str, object], expected: list[str]
) -> None:
    """Names are compared whole, without case and accents."""
    assert titles(catalogue, **wanted) == expected


def test_names_are_counted_once_however_they_are_written(catalogue: Catalogue) -> None:
    """Artists and genres, with the number of their tracks."""
    browser = Browser(catalogue)
    artists = browser.names(NameKind.ARTIST, "", PageWish())
    genres = browser.names(NameKind.GENRE, "ra", PageWish())

    assert [(found.name, found.tracks) for found in artists.items] == [
        ("Łona", 1),
        ("SIGUR ROS", 2),
        ("under_score", 1),
    ]
    assert artists.total == 3
    assert [(found.name, found.tracks) for found in genres.items] == [("Rap", 2)]


@settings(max_examples=25, deadline=None)
@given(st.lists(NAMES, max_size=12), st.sampled_from(TrackSort), st.integers(1, 4), st.randoms())
def test_cursors_see_every_track_once_while_others_come(
    names: list[str], sort: TrackSort, size: int, rng: random.Random
) -> None:
    """Whatever the order, and however many tracks are equal in it."""
    tags = [Tags(title=name, artist=name, album=name) for name in names]
    with passing_catalogue(tags) as catalogue:
        browser = Browser(catalogue)
        seen: list[str] = []
        cursor = None
        while True:
            page = browser.tracks(Wanted(), sort, PageWish(page_size=size, cursor=cursor))
            seen += [listed.track.id for listed in page.items]
            cursor = page.next_cursor
            if cursor is None:
                break
            if len(seen) < MOST_INSERTED:  # one that always comes later would never end
                with catalogue.writing() as rows:
                    title, minute = rng.choice("aAzZ"), rng.randrange(20)
                    add_track(rows, 1000 + len(seen), Tags(title=title), minute=minute)
    assert len(seen) == len(set(seen))
    assert {track_name(number) for number in range(len(names))} <= set(seen)


@settings(max_examples=20, deadline=None)
@given(st.lists(NAMES, max_size=12), st.sampled_from(TrackSort), st.integers(1, 5))
def test_pages_and_cursors_agree(names: list[str], sort: TrackSort, size: int) -> None:
    """The pages by number are the pages by cursor, and together they are all."""
    with passing_catalogue([Tags(title=name, artist=name) for name in names]) as catalogue:
        browser = Browser(catalogue)
        cursor = None
        pages = -(-len(names) // size)
        for number in range(1, pages + 2):
            numbered = browser.tracks(Wanted(), sort, PageWish(page=number, page_size=size))
            assert numbered.total_pages == pages
            if number <= pages:
                followed = browser.tracks(Wanted(), sort, PageWish(page_size=size, cursor=cursor))
                assert followed == numbered
                cursor = followed.next_cursor
            else:
                assert (list(numbered.items), cursor) == ([], None)


@pytest.fixture
def empty() -> Iterator[Catalogue]:
    """A catalogue that a test may fill."""
    with passing_catalogue([]) as catalogue:
        yield catalogue


def test_duplicates_count_unless_they_are_hidden_or_kept_apart(empty: Catalogue) -> None:
    """Files with one audio have duplicates, until one is hidden or somebody says otherwise."""
    catalogue = empty
    with catalogue.writing() as rows:
        for number in (1, 2):
            add_track(rows, number, audio=7)
        add_track(rows, 3)
    assert titles(catalogue, has_duplicates=True) == ["title 1", "title 2"]

    with catalogue.writing() as rows:
        rows.hidden.hide(track_name(1), (START, "somebody"))
    assert titles(catalogue, has_duplicates=True) == []

    with catalogue.writing() as rows:
        rows.hidden.restore(track_name(1), START)
        rows.decisions.add(
            (digest_of(7), digest_of(7)), DuplicateVerdict.NOT_DUPLICATE, (START, "somebody")
        )
    assert titles(catalogue, has_duplicates=True) == []
