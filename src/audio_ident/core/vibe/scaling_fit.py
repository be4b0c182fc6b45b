"""Fits a scaling to music: from the raw descriptors of its tracks, no audio is needed."""

import hashlib
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from audio_ident.core.descriptors import DIMENSIONS
from audio_ident.core.vibe.timbre import (
    MOST_DEVIATIONS,
    SHIPPED,
    Numbers,
    Scaling,
    joined_blocks,
    places_of,
    scaling_of,
    triangles_of,
)
from audio_ident.core.vibe.timbre_scaling import CODECS
from audio_ident.errors import BadInput

Raw = npt.NDArray[np.float32]
"""Raw descriptors of the windows of one recording, shape `(n, 118)`; quiet ones left out."""

MOST_RECORDINGS = 2000
"""How many are looked at, drawn from all: 15 MB, and means that are known to 0.02 deviations."""

MOST_WINDOWS = 16
"""Of each recording, spread over it: a mix of hours counts as much as a song."""

LEAST_RECORDINGS = 200
"""With fewer, the shipped scaling knows more about music than the library does."""

LEAST_WINDOWS = 3
"""A recording with fewer says nothing about how it varies."""

ODD_SHARE = 0.005
"""Of the windows at either end that count as if they were just as far out as the next. Medians and
quartiles, which ignore far more, find fewer tracks of the same album."""

LEAST_DEVIATION_SHARE = 0.05
"""Of the shipped deviation: music that is all alike in a number would make it count beyond all."""

OWN_SHARE = 0.2
"""Share of its own variance alone in what a number is whitened by: what varies together in one
collection of music does so a little less in another."""

CODEC_WEIGHT = 4.0
"""How much what codecs and levels do counts beside how tracks vary within. At 1, a tenth more of
the neighbours change when a file is encoded badly; at 20 a track is found less often by a part
of it."""


def fit_scaling(recordings: Iterable[Raw], *, seed: int) -> Scaling:
    """The scaling that fits a library.

    Parameters
    ----------
    recordings
        Raw descriptors of each recording, read once, one at a time.
    seed
        Of the draw among the recordings.

    Raises
    ------
    BadInput
        There are fewer than `LEAST_RECORDINGS` that tell something.
    """
    drawn = drawn_recordings(recordings, np.random.default_rng(seed))
    if len(drawn) < LEAST_RECORDINGS:
        raise BadInput(f"{len(drawn)} recordings are too few to fit a scaling to")
    unit = SHIPPED.deviations
    return fitted(drawn, joined_blocks(CODECS) * np.outer(unit, unit))


def drawn_recordings(recordings: Iterable[Raw], rng: np.random.Generator) -> list[Raw]:
    """Some windows of each of some recordings, every recording being as likely."""
    drawn: list[Raw] = []
    telling = (raw for raw in recordings if len(raw) >= LEAST_WINDOWS)
    for number, raw in enumerate(telling):
        places = np.linspace(0, len(raw) - 1, min(len(raw), MOST_WINDOWS)).round().astype(np.intp)
        if number < MOST_RECORDINGS:
            drawn.append(raw[places])
        elif (place := int(rng.integers(number + 1))) < MOST_RECORDINGS:
            drawn[place] = raw[places]
    return drawn


def fitted(recordings: Sequence[Raw], codecs: Numbers) -> Scaling:
    """The scaling that fits some recordings, however few.

    Parameters
    ----------
    codecs
        Covariance of what codecs and levels do to raw descriptors, shape `(118, 118)`.
    """
    means, deviations = _usual(recordings)
    scaled = [
        np.clip((raw - means) / deviations, -MOST_DEVIATIONS, MOST_DEVIATIONS) for raw in recordings
    ]
    variation = _within(scaled) + CODEC_WEIGHT * codecs / np.outer(deviations, deviations)
    blocks = joined_blocks(triangles_of(variation))
    kept = (1 - OWN_SHARE) * blocks + OWN_SHARE * np.diag(np.diag(blocks))
    draft = scaling_of("draft", means, deviations, kept)
    lengths = _lengths(np.concatenate(scaled) @ draft.whitening)
    final = kept * np.outer(lengths, lengths)
    return scaling_of(_digest(means, deviations, final), means, deviations, final)


def _usual(recordings: Sequence[Raw]) -> tuple[Numbers, Numbers]:
    """Means and deviations, every recording counting once, whatever the oddest windows say."""
    windows = np.concatenate(recordings).astype(np.float64)
    counted = np.concatenate([np.full(len(raw), 1 / len(raw)) for raw in recordings])
    usual = np.clip(windows, *np.quantile(windows, (ODD_SHARE, 1 - ODD_SHARE), axis=0))
    means = np.average(usual, axis=0, weights=counted)
    deviations = np.sqrt(np.average(np.square(usual - means), axis=0, weights=counted))
    return means, np.maximum(deviations, LEAST_DEVIATION_SHARE * SHIPPED.deviations)


def _within(scaled: Sequence[Numbers]) -> Numbers:
    """Covariance of windows around the mean of their recording; every recording counts once."""
    total = np.zeros((len(DIMENSIONS), len(DIMENSIONS)))
    for windows in scaled:
        apart = windows - windows.mean(axis=0)
        total += apart.T @ apart / max(1, len(windows) - 1)
    return total / len(scaled)


def _lengths(whitened: Numbers) -> Numbers:
    """Usual length of the part that each number is in: rhythm, or all else."""
    is_rhythm = places_of("rhythm")
    squares = np.square(whitened).mean(axis=0)
    sums = np.where(is_rhythm, squares[is_rhythm].sum(), squares[~is_rhythm].sum())
    lengths: Numbers = np.sqrt(sums)
    return lengths


def _digest(*parts: Numbers) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.astype("<f4").tobytes())
    return f"own-{digest.hexdigest()[:12]}"
