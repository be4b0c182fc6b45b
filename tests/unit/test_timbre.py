"""Raw descriptors become vectors; scalings are fitted, named and kept."""

import hashlib
import json
from collections.abc import Iterator

import numpy as np
import pytest

from audio_ident.core.descriptors import DIMENSIONS
from audio_ident.core.vibe import scaling_fit, timbre_scaling
from audio_ident.core.vibe.scaling_fit import LEAST_RECORDINGS, MOST_WINDOWS, Raw, fit_scaling
from audio_ident.core.vibe.timbre import (
    BLOCK_NAMES,
    SHIPPED,
    joined_blocks,
    places_of,
    timbre_vectors,
    timbre_windows,
    triangles_of,
)
from audio_ident.core.vibe.timbre_space import (
    rhythm_weight_of,
    scaling_from_parameters,
    scaling_to_parameters,
    timbre_space,
)
from audio_ident.errors import BadInput

GOLDEN_REVISION = "fixed-1"
GOLDEN_DIGEST = "6cbc5dcc19939aff"
"""Of the numbers that are shipped: other numbers need another revision, or old vectors and new ones
would be compared. `benchmarks/fit_timbre.py` made them."""

GOLDEN_VECTOR = (0.07735, -0.10539, 0.11315, -0.08815, 0.10559, 0.08017, -0.02004)
"""First, middle and last numbers of the vector of the means moved by a deviation each, up and down
in turn: made by `timbre_vectors` at this revision, told to the fifth decimal because a matrix
product rounds differently on other processors."""


def library(count: int, windows: int = 6, seed: int = 0) -> Iterator[Raw]:
    """Recordings whose windows vary by a tenth of what recordings do, twice as much in one."""
    rng = np.random.default_rng(seed)
    for _ in range(count):
        middle = rng.standard_normal(118)
        apart = 0.1 * rng.standard_normal((windows, 118))
        apart[:, 0] *= 8
        yield (SHIPPED.means + 3 + SHIPPED.deviations * (middle + apart)).astype(np.float32)


def test_the_shipped_numbers_belong_to_their_revision() -> None:
    """Whoever changes a number changes the revision."""
    digest = hashlib.sha256()
    for numbers in (SHIPPED.means, SHIPPED.deviations, triangles_of(SHIPPED.variation)):
        digest.update(numbers.astype("<f4").tobytes())
    digest.update(timbre_scaling.CODECS.astype("<f4").tobytes())
    assert (SHIPPED.revision, digest.hexdigest()[:16]) == (GOLDEN_REVISION, GOLDEN_DIGEST)


def test_vectors_are_those_of_the_revision() -> None:
    """The same descriptors have the same vector in every version of the program."""
    raw = SHIPPED.means + SHIPPED.deviations * np.resize([1.0, -1.0], 118)
    (vector,) = timbre_vectors(raw[np.newaxis], SHIPPED, 0.35)
    assert vector[[0, 1, 40, 75, 80, 100, 117]] == pytest.approx(GOLDEN_VECTOR, abs=2e-5)


def test_vectors_have_length_one_whatever_they_are_made_of() -> None:
    """Also the means themselves, and numbers that nobody expects."""
    odd = np.stack([SHIPPED.means, SHIPPED.means + 1e6, np.zeros(118), SHIPPED.means * 3])
    vectors = timbre_vectors(odd, SHIPPED, 0.35)
    assert vectors.dtype == np.float32
    assert np.isfinite(vectors).all()
    assert np.linalg.norm(vectors[1:], axis=1) == pytest.approx(1, abs=1e-5)


def test_one_odd_number_does_not_decide() -> None:
    """What is far out counts as no more than four deviations."""
    raw = SHIPPED.means + SHIPPED.deviations * np.tile(np.resize([1.0, -0.5, 0.3], 118), (3, 1))
    raw[1, 5] = SHIPPED.means[5] + 4 * SHIPPED.deviations[5]
    raw[2, 5] = 1e9
    vectors = timbre_vectors(raw, SHIPPED, 0.35)
    assert np.array_equal(vectors[1], vectors[2])


@pytest.mark.parametrize("weight", [0.0, 0.35, 2.0])
def test_rhythm_counts_as_much_as_it_weighs(weight: float) -> None:
    """Its share of a vector grows with its weight; the other blocks keep their places."""
    raw = next(library(1, windows=50))
    vectors = timbre_vectors(raw, SHIPPED, weight).astype(np.float64)
    share = np.linalg.norm(vectors[:, places_of("rhythm")], axis=1)
    unweighted = timbre_vectors(raw, SHIPPED, 1.0).astype(np.float64)
    ratio = np.linalg.norm(unweighted[:, places_of("rhythm")], axis=1) / np.linalg.norm(
        unweighted[:, ~places_of("rhythm")], axis=1
    )
    expected = weight * ratio / np.sqrt(1 + (weight * ratio) ** 2)
    assert share == pytest.approx(expected, abs=1e-5)


def test_blocks_do_not_leak_into_each_other() -> None:
    """A change in the numbers of one block moves the vector in that block alone."""
    for name in BLOCK_NAMES:
        raw = np.stack([SHIPPED.means, SHIPPED.means])
        raw[1, places_of(name)] += SHIPPED.deviations[places_of(name)]
        moved = timbre_vectors(raw, SHIPPED, 1.0)[1]
        assert np.abs(moved[places_of(name)]).max() > 0.01
        assert np.abs(moved[~places_of(name)]).max() == 0


def test_quiet_windows_are_left_out() -> None:
    """What is below the floor of the listener describes noise; times go with what is kept."""
    fields = {
        "descriptors": np.tile(SHIPPED.means.astype(np.float32) + 1, (3, 1)),
        "start_samples": np.array([0, 80_000, 160_000], np.uint32),
        "is_quiet": np.array([False, True, False]),
        "window_samples": 159_744,
    }
    windows = timbre_windows(fields, SHIPPED, 0.35)
    assert windows.start_ms.tolist() == [0, 10_000]
    assert windows.end_ms.tolist() == [9_984, 19_984]
    assert len(windows.vectors) == 2


def test_what_varies_within_a_track_counts_less() -> None:
    """After fitting, the restless number moves a vector less than a steady one does."""
    scaling = fit_scaling(library(LEAST_RECORDINGS), seed=1)
    moved = np.tile(scaling.means, (2, 1))
    moved[0, 0] += scaling.deviations[0]
    moved[1, 1] += scaling.deviations[1]
    scaled = (moved - scaling.means) / scaling.deviations @ scaling.whitening
    assert 1.5 * np.linalg.norm(scaled[0]) < np.linalg.norm(scaled[1])


def test_a_fitted_scaling_knows_what_is_usual_in_the_library() -> None:
    """Means and deviations are those of its music; both parts have a length of 1 on average."""
    recordings = list(library(400))
    scaling = fit_scaling(iter(recordings), seed=1)
    assert (scaling.means - SHIPPED.means - 3) / SHIPPED.deviations == pytest.approx(0, abs=0.2)
    assert scaling.deviations / SHIPPED.deviations == pytest.approx(1, abs=0.35)
    everything = (np.concatenate(recordings) - scaling.means) / scaling.deviations
    squares = np.square(everything @ scaling.whitening).mean(axis=0)
    assert squares[places_of("rhythm")].sum() == pytest.approx(1, abs=0.1)
    assert squares[~places_of("rhythm")].sum() == pytest.approx(1, abs=0.1)


def test_a_fit_reads_recordings_once_and_keeps_few(monkeypatch: pytest.MonkeyPatch) -> None:
    """A library of any size fits in memory: recordings are drawn, and windows of long ones."""
    monkeypatch.setattr(scaling_fit, "MOST_RECORDINGS", 250)
    numbered = (np.full((MOST_WINDOWS + 30, 118), n, np.float32) for n in range(1000))
    drawn = scaling_fit.drawn_recordings(numbered, np.random.default_rng(0))
    numbers = [int(raw[0, 0]) for raw in drawn]
    assert {len(raw) for raw in drawn} == {MOST_WINDOWS}
    assert len(set(numbers)) == len(numbers) == 250
    assert np.mean(numbers) == pytest.approx(500, abs=80)


def test_a_fit_is_the_same_each_time_and_has_its_own_name() -> None:
    """The revision says which numbers a scaling has."""
    first, again = (fit_scaling(library(250), seed=1) for _ in range(2))
    other = fit_scaling(library(250, seed=5), seed=1)
    assert first.revision == again.revision
    assert np.array_equal(first.whitening, again.whitening)
    assert len({first.revision, other.revision, SHIPPED.revision}) == 3


def test_a_small_library_is_not_fitted_to() -> None:
    """The shipped scaling knows more than a few albums; recordings of one window say nothing."""
    with pytest.raises(BadInput, match="too few"):
        fit_scaling(library(LEAST_RECORDINGS - 1), seed=1)
    with pytest.raises(BadInput, match="too few"):
        fit_scaling(library(LEAST_RECORDINGS, windows=1), seed=1)


def test_music_that_is_all_alike_can_be_fitted_to() -> None:
    """Numbers that never vary are no reason to divide by nothing."""
    same = np.tile(SHIPPED.means.astype(np.float32), (6, 1))
    scaling = fit_scaling((same for _ in range(LEAST_RECORDINGS)), seed=1)
    assert np.isfinite(scaling.whitening).all()
    assert np.isfinite(timbre_vectors(same, scaling, 0.35)).all()


@pytest.mark.parametrize("kind", ["shipped", "fitted"])
def test_a_scaling_survives_as_json_to_the_last_bit(kind: str) -> None:
    """Vectors that are made years later fit those in the index."""
    scaling = SHIPPED if kind == "shipped" else fit_scaling(library(250), seed=1)
    parameters = json.loads(json.dumps(scaling_to_parameters(scaling)))
    read = scaling_from_parameters(parameters)
    raw = next(library(1))
    assert read.revision == scaling.revision
    assert np.array_equal(timbre_vectors(raw, read, 0.35), timbre_vectors(raw, scaling, 0.35))


@pytest.mark.parametrize(
    "change", [{"means": "AAAA"}, {"variation": 3}, {"deviations": "not base64!"}, {"means": None}]
)
def test_parameters_without_a_scaling_are_refused(change: dict[str, object]) -> None:
    """What cannot make the same vectors makes none."""
    with pytest.raises(BadInput):
        scaling_from_parameters({**scaling_to_parameters(SHIPPED), **change})


def test_a_space_is_named_by_scaling_and_weight() -> None:
    """Another scaling or another weight is another space; what makes its vectors is in it."""
    space = timbre_space(SHIPPED, 0.35)
    assert space.id == f"timbre-{SHIPPED.revision}-r35"
    assert space.dimension == len(DIMENSIONS)
    assert rhythm_weight_of(space) == 0.35
    assert timbre_space(SHIPPED, 0.351) == space
    assert timbre_space(SHIPPED, 0.5).id != space.id
    longest = timbre_space(fit_scaling(library(250), seed=1), 4.0)
    assert len(longest.id) <= 64


def test_triangles_hold_all_of_a_matrix_of_blocks() -> None:
    """Only what lies between blocks is lost, and that is 0."""
    assert np.array_equal(joined_blocks(triangles_of(SHIPPED.variation)), SHIPPED.variation)
    assert (np.linalg.eigvalsh(SHIPPED.variation) > 0).all()
