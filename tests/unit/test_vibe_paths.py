"""Paths from one track to another."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audio_ident.core.vibe.paths import great_circle, progress, smoothest_way
from audio_ident.errors import NotFound
from audio_ident.identify.vibe.paths import SoundPaths
from audio_ident.model.kinship import DuplicateVerdict
from audio_ident.model.vectors import Vectors
from audio_ident.refusals import ValidationFailed
from builders.browsing import START, track_name
from builders.neighbourhood import neighbourhood, of_length_1, some_vectors
from builders.recordings import digest_of
from builders.sounding import Soundscape

NOBODY = -1


def paths_of(library: Soundscape) -> SoundPaths:
    """Paths through a library."""
    return SoundPaths(neighbours=library.similar(), catalogue=library.catalogue)


def largest_angle(vectors: Vectors) -> float:
    """The largest step from one vector to the next."""
    cosines = (vectors[1:].astype(np.float64) * vectors[:-1]).sum(axis=1)
    return float(np.arccos(np.clip(cosines, -1, 1)).max())


def test_a_great_circle_is_divided_evenly() -> None:
    """Neighbouring points are as far from each other as all others, and none is an end."""
    start, end = of_length_1([[1, 0, 0]]), of_length_1([[0.2, 1, 0]])
    points = np.concatenate([start, great_circle(start, end, 5), end])
    angles = np.arccos((points[1:] * points[:-1]).sum(axis=1))

    assert np.allclose(np.linalg.norm(points, axis=1), 1, atol=1e-6)
    assert np.allclose(angles, angles.mean(), atol=1e-4)


def test_the_way_between_opposites_or_to_oneself_still_has_points_of_length_1() -> None:
    """There is no one shortest way then; any will do."""
    start = of_length_1([[1, 0, 0]])
    for end in (start, -start):
        assert np.allclose(np.linalg.norm(great_circle(start, end, 3), axis=1), 1)
    assert great_circle(start, start, 0).shape == (0, 3)


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 9), st.integers(0, 4), st.integers(0, 10_000))
def test_no_choice_has_a_smaller_largest_step(count: int, through: int, seed: int) -> None:
    """Compared with every choice in which each track lies further along than the one before."""
    vectors = some_vectors(count, seed)
    along = progress(vectors, vectors[:1], vectors[-1:])
    between = [int(at) for at in np.argsort(along, kind="stable") if 0 < along[at] < 1]
    between = [at for at in between if at not in (0, count - 1)]
    wanted = min(through, len(between))
    ways = [(0, *way, count - 1) for way in itertools.combinations(between, wanted)]

    chosen = smoothest_way(vectors, np.full(count, NOBODY), through)

    assert chosen in ways
    best = min(largest_angle(vectors[list(way)]) for way in ways)
    assert largest_angle(vectors[list(chosen)]) == pytest.approx(best, abs=1e-9)


def test_two_of_an_artist_follow_each_other_only_if_they_must() -> None:
    """A somewhat larger step is better than the same artist again."""
    angles = np.radians([0, 20, 40, 43, 60])
    vectors = of_length_1(np.stack([np.cos(angles), np.sin(angles)], axis=1))
    helped = smoothest_way(vectors, np.array([0, 1, 1, 2, 3]), 2)
    forced = smoothest_way(vectors, np.array([0, 1, 1, 1, 3]), 2)

    assert helped == (0, 1, 3, 4)
    assert forced == (0, 1, 2, 4)


def test_a_path_leads_from_one_track_to_the_other_without_coming_back() -> None:
    """Both ends are in it, no recording comes twice, each step leads on, and it is smooth."""
    vectors = some_vectors(150)
    end = int((vectors @ vectors[3]).argmin())
    with neighbourhood(vectors) as library:
        answer = paths_of(library).path(track_name(3), track_name(end), 8)
        again = paths_of(library).path(track_name(3), track_name(end), 8)
    ids = [step.track.id for step in answer.steps]
    along = [step.progress for step in answer.steps]
    cosines = [step.cosine for step in answer.steps[1:] if step.cosine is not None]

    assert (ids[0], ids[-1], len(set(ids))) == (track_name(3), track_name(end), 8)
    assert along == sorted(along)
    assert (along[0], along[-1]) == (0, pytest.approx(1))
    assert answer.steps[0].cosine is None
    assert min(cosines) > 0.4 > float(vectors[3] @ vectors[end])
    assert again == answer


def test_a_path_says_that_it_is_shorter_where_too_little_lies_between() -> None:
    """Three tracks make no path of ten steps; what is there is used."""
    vectors = of_length_1([[1, 0], [1, 1], [0, 1]])
    with neighbourhood(vectors) as library:
        answer = paths_of(library).path(track_name(0), track_name(2), 10)

    assert [step.track.id for step in answer.steps] == [track_name(n) for n in (0, 1, 2)]
    assert answer.wanted == 10


def test_no_recording_comes_twice_in_a_path_whatever_files_it_is_in() -> None:
    """Of tracks that a person called duplicates one is chosen at most, the ends included."""
    vectors = of_length_1([[1, 0], [1, 0.01], [1, 1], [1, 1.01], [0.01, 1], [0, 1]])
    with neighbourhood(vectors) as library:
        with library.catalogue.writing() as rows:
            for pair in ((0, 1), (2, 3), (4, 5)):
                first, second = map(digest_of, pair)
                rows.decisions.add((first, second), DuplicateVerdict.DUPLICATE, (START, "ada"))
        answer = paths_of(library).path(track_name(0), track_name(5), 6)

    assert [step.track.id for step in answer.steps][::2] == [track_name(0), track_name(5)]
    assert len(answer.steps) == 3


def test_a_path_needs_two_recordings_and_a_sane_length() -> None:
    """The same track, a copy of it, one that is gone, and no steps at all are refused."""
    with neighbourhood(some_vectors(3)) as library:
        paths = paths_of(library)
        with pytest.raises(ValidationFailed):
            paths.path(track_name(1), track_name(1), 4)
        with pytest.raises(ValidationFailed):
            paths.path(track_name(1), track_name(2), 1)
        with pytest.raises(NotFound):
            paths.path(track_name(1), track_name(99), 4)


def test_a_path_of_two_steps_is_its_ends() -> None:
    """Nothing is looked for between them."""
    with neighbourhood(some_vectors(9)) as library:
        answer = paths_of(library).path(track_name(1), track_name(2), 2)

    assert [step.track.id for step in answer.steps] == [track_name(1), track_name(2)]
