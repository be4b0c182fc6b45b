"""Which space of `timbre` a library has: with the shipped scaling, or with one fitted to it."""

import datetime
from collections.abc import Iterator, Sequence

import numpy as np

from audio_ident.core.listeners.descriptors import Descriptors
from audio_ident.core.vibe.scaling_fit import MOST_RECORDINGS, Raw, fit_scaling
from audio_ident.core.vibe.timbre import SHIPPED, Scaling, timbre_windows
from audio_ident.core.vibe.timbre_space import (
    EMBEDDER,
    rhythm_weight_of,
    scaling_from_parameters,
    timbre_space,
)
from audio_ident.errors import ArtefactCorrupt, ArtefactMissing
from audio_ident.ingest.vector_sources import AnalysisVectors
from audio_ident.library.bandwidth import SectionReader
from audio_ident.model.analysis import AudioDigest, Section
from audio_ident.model.vectors import Space, WindowVectors
from audio_ident.stores.sql.unit_of_work import Catalogue, Rows

_OWN = "own-"
"""How the revisions of fitted scalings begin; all others are those of versions of the program."""

_READ = 2 * MOST_RECORDINGS
"""Analyses that are read at most to fit a scaling: half of them may tell nothing."""

_SEED = 1


def wanted_timbre(rows: Rows, rhythm_weight: float) -> Space:
    """The space that a library is to have: its own scaling if it has one, and the given weight."""
    known = rows.spaces.wanted(EMBEDDER)
    scaling = SHIPPED
    if known is not None and known.space.revision.startswith(_OWN):
        scaling = scaling_from_parameters(known.space.parameters)
    return timbre_space(scaling, rhythm_weight)


def timbre_source(space: Space, artefacts: SectionReader) -> AnalysisVectors:
    """Makes the vectors of a space of `timbre` from stored analyses."""
    scaling, weight = scaling_from_parameters(space.parameters), rhythm_weight_of(space)

    def windows_of(section: Section) -> WindowVectors:
        return timbre_windows(section.fields, scaling, weight)

    return AnalysisVectors(
        space=space,
        artefacts=artefacts,
        section=Descriptors.name,
        version=Descriptors.version,
        windows_of=windows_of,
    )


def use_own_scaling(
    catalogue: Catalogue, artefacts: SectionReader, rhythm_weight: float, at: datetime.datetime
) -> Space:
    """Fit a scaling to the library, and ask for the space that it makes.

    Raises
    ------
    BadInput
        There are too few recordings.
    """
    with catalogue.reading() as rows:
        digests = sorted(rows.audios.derived().keys() - rows.hidden.digests())
    scaling = fit_scaling(_heard(artefacts, _drawn(digests)), seed=_SEED)
    return _use(catalogue, scaling, rhythm_weight, at)


def use_shipped_scaling(catalogue: Catalogue, rhythm_weight: float, at: datetime.datetime) -> Space:
    """Ask for the space of the scaling that comes with the program."""
    return _use(catalogue, SHIPPED, rhythm_weight, at)


def _use(
    catalogue: Catalogue, scaling: Scaling, rhythm_weight: float, at: datetime.datetime
) -> Space:
    space = timbre_space(scaling, rhythm_weight)
    with catalogue.writing() as rows:
        others = {
            known.space.id
            for known in rows.spaces.all()
            if known.is_wanted and known.space.embedder != EMBEDDER
        }
        rows.spaces.save(space, at)
        rows.spaces.want(others | {space.id}, at)
    return space


def _drawn(digests: Sequence[AudioDigest]) -> list[AudioDigest]:
    order = np.random.default_rng(_SEED).permutation(len(digests))[:_READ]
    return [digests[number] for number in order]


def _heard(artefacts: SectionReader, digests: Sequence[AudioDigest]) -> Iterator[Raw]:
    for digest in digests:
        try:
            section = artefacts.get_section(digest, Descriptors.name)
        except (ArtefactMissing, ArtefactCorrupt):
            continue
        if section.version == Descriptors.version:
            is_heard = ~np.asarray(section.fields["is_quiet"], np.bool_)
            yield np.asarray(section.fields["descriptors"], np.float32)[is_heard]
