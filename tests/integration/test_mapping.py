"""The map of a library follows what comes and goes, and can be stopped at any point."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from audio_ident.core.vibe.map_layout import STEPS
from audio_ident.ingest import mapping
from audio_ident.library.map.view import LibraryMap
from audio_ident.model.library_map import MapColour, MapWindow
from audio_ident.model.tags import Tags
from builders.browsing import START, add_track, track_name
from builders.mapping import (
    GROUPS,
    SoundingLibrary,
    a_space,
    entries,
    grouped_vectors,
    sounding_library,
)
from builders.recordings import digest_of

TRACKS = 60


def never() -> bool:
    """Go on to the end."""
    return False


@pytest.fixture
def library(tmp_path: Path) -> Iterator[SoundingLibrary]:
    """Tracks that were listened to, without a map."""
    library = sounding_library(tmp_path, TRACKS)
    yield library
    library.catalogue.close()


def test_every_track_gets_a_place_near_its_like(library: SoundingLibrary) -> None:
    """The nearest one on the map is mostly of its group."""
    assert library.map().layout is None

    assert library.mapper.step(never)

    view, places = library.map(), library.places()
    assert view.layout is not None
    assert (view.layout.is_finished, view.placed_tracks, view.tracks) == (True, TRACKS, TRACKS)
    positions = np.array([places[track_name(number)] for number in range(TRACKS)])
    distances = ((positions[:, None] - positions[None]) ** 2).sum(axis=2)
    np.fill_diagonal(distances, np.inf)
    assert np.mean(distances.argmin(axis=1) % GROUPS == np.arange(TRACKS) % GROUPS) > 0.8


def test_a_new_track_moves_no_other(library: SoundingLibrary) -> None:
    """It comes to lie among them, in the same layout."""
    library.mapper.step(never)
    before, layout = library.places(), library.map().layout
    library.add_tracks(range(TRACKS, TRACKS + 20))
    library.listen(a_space(), grouped_vectors(TRACKS + 20))

    library.mapper.step(never)

    after = library.places()
    assert len(after) == TRACKS + 20
    assert {track: after[track] for track in before} == before
    assert library.map().layout == layout


def test_a_track_that_was_not_listened_to_waits(library: SoundingLibrary) -> None:
    """It counts among the tracks, and has no place yet."""
    library.add_tracks([TRACKS])

    library.mapper.step(never)

    assert (library.map().placed_tracks, library.map().tracks) == (TRACKS, TRACKS + 1)
    assert track_name(TRACKS) not in library.places()


def test_what_was_hidden_is_not_shown_until_it_is_back(library: SoundingLibrary) -> None:
    """At the place that it had."""
    library.mapper.step(never)
    before = library.places()
    with library.catalogue.writing() as rows:
        rows.hidden.hide(track_name(3), (START, "test"))
    assert track_name(3) not in library.places()

    with library.catalogue.writing() as rows:
        rows.hidden.restore(track_name(3), START)
    library.mapper.step(never)

    assert library.places() == before


def test_a_track_that_sounds_otherwise_now_is_placed_anew(library: SoundingLibrary) -> None:
    """Its file was replaced by another recording."""
    library.mapper.step(never)
    before = library.places()
    with library.catalogue.writing() as rows:
        add_track(rows, 5, audio=TRACKS + 1, path="000005.flac")
    vectors = grouped_vectors(TRACKS + 2)
    library.index.put(a_space(), entries(vectors[-1:], [digest_of(TRACKS + 1)]))

    library.mapper.step(never)

    after = library.places()
    assert after[track_name(5)] != before[track_name(5)]
    assert len(after) == TRACKS


def test_a_library_that_doubled_is_laid_out_anew(library: SoundingLibrary) -> None:
    """The old layout goes, and most tracks lie about where they were."""
    count = 3 * TRACKS
    library.add_tracks(range(TRACKS, count))
    library.listen(a_space(), grouped_vectors(count))
    library.mapper.step(never)
    before, first = library.places(), library.map().layout
    library.add_tracks(range(count, 2 * count))
    library.listen(a_space(), grouped_vectors(2 * count))

    assert library.mapper.step(never)

    after, second = library.places(), library.map().layout
    assert first is not None
    assert second is not None
    assert (second.id > first.id, second.tracks, len(after)) == (True, 2 * count, 2 * count)
    moved = [np.hypot(*np.subtract(after[track], before[track])) for track in before]
    assert np.median(moved) < 0.3
    with library.catalogue.reading() as rows:
        assert rows.map.is_only(second.id)


def test_another_space_makes_another_map(library: SoundingLibrary) -> None:
    """While it is made, the old one is shown."""
    library.mapper.step(never)
    old = library.map()
    other = a_space("timbre-other-r35")
    library.listen(other, grouped_vectors(TRACKS, seed=9))

    library.mapper.step(stops_after(1))
    between = library.map()
    while not library.mapper.step(never):
        pass

    assert (between.layout, between.points) == (old.layout, old.points)
    new = library.map().layout
    assert new is not None
    assert new.space_id == other.id


def test_a_stopped_step_goes_on_where_it_was(
    library: SoundingLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After every few tracks, with the same map in the end."""
    monkeypatch.setattr(mapping, "_TRACKS_AT_ONCE", 7)
    calls = STEPS
    while library.map().layout is None:
        calls += 10
        assert not library.mapper.step(stops_after(calls))
    calls = 0
    seen = set()
    while not library.mapper.step(stops_after(2)):
        calls += 1
        seen.add(library.map().placed_tracks)
        assert calls < 50

    stopped = library.places()

    assert len(seen) > 3
    assert len(stopped) == TRACKS
    assert library.mapper.step(never)
    assert library.places() == stopped


def test_laying_out_is_stopped_at_any_step(library: SoundingLibrary) -> None:
    """Nothing of it is kept, and it is begun again."""
    for questions in (1, 5, STEPS // 2):
        assert not library.mapper.step(stops_after(questions))
        assert library.map().layout is None

    assert library.mapper.step(never)
    assert library.map().placed_tracks == TRACKS


def test_nothing_is_done_before_anything_was_listened_to(tmp_path: Path) -> None:
    """Without a space, and without tracks in it."""
    library = sounding_library(tmp_path, 0)
    assert library.mapper.step(never)
    library.listen(a_space(), grouped_vectors(0))

    assert library.mapper.step(never)

    assert library.map().layout is None
    library.catalogue.close()


def test_a_part_of_the_map_shows_what_lies_in_it(library: SoundingLibrary) -> None:
    """Of more tracks than are wanted, the same ones that are seen from afar."""
    library.mapper.step(never)
    places = library.places()
    window = MapWindow(x_from=0.0, x_to=1.0)
    shower = LibraryMap(library.catalogue)

    part, few, more = shower.view(window), shower.view(limit=5), shower.view(limit=20)

    assert {p.track_id for p in part.points} == {t for t, (x, _) in places.items() if x >= 0}
    assert (part.is_complete, few.is_complete, len(few.points)) == (True, False, 5)
    assert {p.track_id for p in few.points} <= {p.track_id for p in more.points}


def test_points_are_coloured_by_what_is_known(library: SoundingLibrary) -> None:
    """Nothing is made up where nobody knows."""
    with library.catalogue.writing() as rows:
        add_track(
            rows,
            0,
            Tags(title="t", artist="Kim", album="Moss", date="1999", genres=("Jazz", "Folk")),
        )
    library.mapper.step(never)
    shower = LibraryMap(library.catalogue)

    groups = {
        colour: {p.track_id: p.group for p in shower.view(colour=colour).points}
        for colour in MapColour
    }

    first = {colour: groups[colour][track_name(0)] for colour in MapColour}
    assert first == {
        MapColour.NONE: None,
        MapColour.GENRE: "Jazz",
        MapColour.ARTIST: "Kim",
        MapColour.ALBUM: "Moss",
        MapColour.YEAR: "1999",
    }
    assert groups[MapColour.GENRE][track_name(1)] is None


def stops_after(questions: int) -> Callable[[], bool]:
    """Tells to stop when it was asked so often."""
    asked = 0

    def should_stop() -> bool:
        nonlocal asked
        asked += 1
        return asked > questions

    return should_stop
