"""A library's own scaling of `timbre` is another space; the shipped one is a command away."""

import dataclasses
import datetime
from collections.abc import Iterator
from pathlib import Path

import pytest

from audio_ident.core.listeners.descriptors import Descriptors
from audio_ident.core.vibe.timbre import SHIPPED
from audio_ident.core.vibe.timbre_space import timbre_space
from audio_ident.errors import BadInput
from audio_ident.ingest.timbre_spaces import use_own_scaling, use_shipped_scaling, wanted_timbre
from audio_ident.ingest.tools import Stores
from audio_ident.model.analysis import Section
from audio_ident.model.vectors import Space
from builders.analyses import new_analysis
from builders.filling import descriptor_fields, sounding_stores, sounds_of

NOW = datetime.datetime(2026, 5, 1, tzinfo=datetime.UTC)
WEIGHT = 0.35


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[Stores]:
    """A library without music."""
    made = sounding_stores(tmp_path / "data")
    yield made
    made.catalogue.close()


def hear(stores: Stores, recordings: int) -> None:
    """Keep analyses of made-up recordings, as if they had been imported."""
    with stores.catalogue.writing() as rows:
        for number in range(recordings):
            section = Section(version=Descriptors.version, fields=descriptor_fields(number))
            analysis = dataclasses.replace(
                new_analysis(number), sections={Descriptors.name: section}
            )
            stores.artefacts.put(analysis)
            audio_id = rows.audios.save(analysis.digest, analysis.facts)
            rows.audios.set_derived(audio_id, ("1", "1"), NOW)


def wanted(stores: Stores, weight: float = WEIGHT) -> Space:
    """The space that the library is to have."""
    with stores.catalogue.reading() as rows:
        return wanted_timbre(rows, weight)


def test_a_fitted_scaling_stays_until_the_shipped_one_is_asked_for(stores: Stores) -> None:
    """It is kept in its space, so that another weight keeps it; the same library fits the same."""
    hear(stores, 210)
    shipped = timbre_space(SHIPPED, WEIGHT)
    assert wanted(stores) == shipped

    own = use_own_scaling(stores.catalogue, sounds_of(stores), WEIGHT, NOW)
    assert own.id != shipped.id
    assert wanted(stores) == own
    heavier = wanted(stores, 0.7)
    assert heavier.revision == own.revision
    assert heavier.id != own.id
    assert use_own_scaling(stores.catalogue, sounds_of(stores), WEIGHT, NOW) == own

    assert use_shipped_scaling(stores.catalogue, WEIGHT, NOW) == shipped
    assert wanted(stores) == shipped


def test_a_small_library_has_no_scaling_of_its_own(stores: Stores) -> None:
    """What it would be fitted to says little about music; nothing is changed."""
    hear(stores, 20)
    with pytest.raises(BadInput):
        use_own_scaling(stores.catalogue, sounds_of(stores), WEIGHT, NOW)
    with stores.catalogue.reading() as rows:
        assert rows.spaces.all() == []
