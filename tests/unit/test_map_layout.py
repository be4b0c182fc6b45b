"""The layout of the map: neighbours stay neighbours, and what lies somewhere stays there."""

import numpy as np
import pytest

from audio_ident.core.vibe.map_layout import Positions, lay_out, principal_positions, turning
from audio_ident.core.vibe.map_levels import FINEST_LEVEL, take_levels, taken_squares
from audio_ident.core.vibe.map_neighbours import affinities, nearest
from audio_ident.core.vibe.map_placing import place
from audio_ident.model.vectors import Vectors
from builders.mapping import GROUPS, grouped_vectors

NEIGHBOURS = 10


def share_kept(vectors: Vectors, positions: Positions) -> float:
    """Share of the ten nearest neighbours that are nearest on the plane too."""
    numbers, _ = nearest(vectors, vectors, NEIGHBOURS, leaves_itself_out=True)
    distances = ((positions[:, None] - positions[None]) ** 2).sum(axis=2)
    np.fill_diagonal(distances, np.inf)
    near = np.argsort(distances, axis=1)[:, :NEIGHBOURS]
    return float(
        np.mean([len({*a} & {*b}) / NEIGHBOURS for a, b in zip(numbers, near, strict=True)])
    )


def nearest_on_plane(positions: Positions, among: Positions) -> np.typing.NDArray[np.intp]:
    """Number of the position that is nearest to each."""
    found: np.typing.NDArray[np.intp] = (
        ((positions[:, None] - among[None]) ** 2).sum(axis=2).argmin(axis=1)
    )
    return found


def test_more_neighbours_are_kept_than_by_main_directions() -> None:
    """Groups that lie on top of each other along the main directions are taken apart."""
    vectors = grouped_vectors(240)

    laid = lay_out(vectors)

    assert laid.shape == (240, 2)
    assert np.abs(laid).max() <= 1
    assert share_kept(vectors, laid) > share_kept(vectors, principal_positions(vectors)) + 0.1


def test_the_same_recordings_are_laid_out_in_the_same_way() -> None:
    """Nothing is drawn by chance."""
    vectors = grouped_vectors(80)

    assert np.array_equal(lay_out(vectors), lay_out(vectors.copy()))


@pytest.mark.parametrize("count", [1, 2, 3, 9, 10, 11])
def test_a_few_recordings_have_places_too(count: int) -> None:
    """Also one alone, and equal ones."""
    for vectors in (grouped_vectors(count), np.repeat(grouped_vectors(1), count, axis=0)):
        laid = lay_out(vectors)

        assert laid.shape == (count, 2)
        assert np.isfinite(laid).all()
        assert np.abs(laid).max() <= 1


def test_a_new_layout_looks_like_the_one_before() -> None:
    """After as many again came, those that were there lie nearly where they were."""
    vectors = grouped_vectors(240)
    first = lay_out(vectors[:120])
    before = np.full((240, 2), np.nan)
    before[:120] = first

    again = lay_out(vectors, before)

    moved = np.linalg.norm(again[:120] - first, axis=1)
    assert np.median(moved) < 0.5 * np.median(np.linalg.norm(first, axis=1))
    assert share_kept(vectors, again) > share_kept(vectors, principal_positions(vectors)) + 0.1


def test_a_turned_map_is_turned_back() -> None:
    """Mirrored ones too."""
    wanted = np.random.default_rng(3).normal(size=(30, 2))
    turned = wanted @ np.array([[0.0, 1.0], [1.0, 0.0]])

    assert np.allclose(turned @ turning(turned, wanted), wanted)


def test_a_recording_is_placed_among_those_that_sound_like_it() -> None:
    """The nearest landmark is of its group."""
    vectors = grouped_vectors(360)
    landmarks, others = vectors[:240], vectors[240:]
    laid = lay_out(landmarks)

    placed = place(others, landmarks, laid)

    groups = nearest_on_plane(placed, laid) % GROUPS
    assert np.mean(groups == np.arange(240, 360) % GROUPS) > 0.9


def test_a_place_does_not_depend_on_what_is_placed_besides() -> None:
    """One at a time or all at once."""
    vectors = grouped_vectors(60)
    laid = lay_out(vectors[:40])
    together = place(vectors[40:], vectors[:40], laid)

    alone = np.concatenate([place(vector[None], vectors[:40], laid) for vector in vectors[40:]])

    assert np.allclose(together, alone, atol=1e-4)


@pytest.mark.parametrize("count", [1, 2, 5])
def test_a_recording_is_placed_among_few_landmarks(count: int) -> None:
    """Within the map, whatever there is."""
    landmarks = grouped_vectors(count)

    placed = place(grouped_vectors(7, seed=1), landmarks, lay_out(landmarks))

    assert np.isfinite(placed).all()
    assert np.abs(placed).max() <= 1


def test_neighbours_count_as_evenly_as_asked() -> None:
    """Their entropy is that of so many equal ones."""
    cosines = np.sort(np.random.default_rng(1).uniform(0, 1, (20, 30)))[:, ::-1]

    weights = affinities(cosines, 7.0)

    effective = np.exp(-(weights * np.log(weights)).sum(axis=1))
    assert np.allclose(weights.sum(axis=1), 1)
    assert np.allclose(effective, 7.0, rtol=0.01)
    assert (np.diff(weights, axis=1) <= 0).all()


def test_what_is_shown_from_afar_is_spread() -> None:
    """Each level has at most one point in each of its squares, counting those before it."""
    positions = np.random.default_rng(2).normal(0, 0.3, (3000, 2)).clip(-1, 1)
    levels = np.array(take_levels(positions, taken_squares(positions[:0], np.zeros(0, np.int64))))

    for level in range(FINEST_LEVEL + 1):
        shown = positions[levels <= level]
        squares = np.clip(((shown + 1) / 2 * 2**level).astype(int), 0, 2**level - 1)
        assert len({tuple(square) for square in squares.tolist()}) == len(shown)
    assert (levels == 0).sum() == 1


def test_levels_of_later_points_are_those_of_all_at_once() -> None:
    """Stored levels are enough to go on."""
    positions = np.random.default_rng(4).uniform(-1, 1, (500, 2))
    none = taken_squares(positions[:0], np.zeros(0, np.int64))
    all_at_once = take_levels(positions, none)
    first = np.array(all_at_once[:300])

    later = take_levels(positions[300:], taken_squares(positions[:300], first))

    assert list(later) == list(all_at_once[300:])
