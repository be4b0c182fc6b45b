"""The parameters of an import: declared once, checked by name."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audio_ident.errors import BadInput
from audio_ident.model.parameters import (
    PARAMETERS,
    ImportParameters,
    make_parameters,
    values_of,
)


def test_every_parameter_is_declared_with_a_meaning_and_a_fitting_default() -> None:
    """Each has an effect and words for people, and its default is allowed."""
    for parameter in PARAMETERS:
        assert parameter.meaning.endswith(".")
        assert make_parameters({parameter.name: parameter.default}) == ImportParameters()


def test_what_is_not_named_keeps_its_value() -> None:
    """Values merge over a base, and values by name come back."""
    base = make_parameters({"workers": 3})
    merged = make_parameters({"retry_failed": True}, base)

    assert (merged.workers, merged.retry_failed) == (3, True)
    assert make_parameters(values_of(merged)) == merged


def test_every_bad_value_is_refused_by_name_with_its_range() -> None:
    """An unknown name is told with the one that was meant, the others with what is allowed."""
    with pytest.raises(BadInput) as refusal:
        make_parameters({"wokers": 2, "workers": 0, "thorough": 1, "max_attempts": True})

    assert refusal.value.fact == (
        "unknown parameter wokers, did you mean workers?; "
        "workers: 1 to 256 processes is allowed, not 0; "
        "thorough: true or false is allowed, not 1; "
        "max_attempts: 1 to 10 attempts is allowed, not True"
    )


@given(st.dictionaries(st.sampled_from([p.name for p in PARAMETERS]), st.integers(-5, 300)))
def test_numbers_are_accepted_exactly_within_their_range(values: dict[str, object]) -> None:
    """A value passes if and only if its parameter is a number and the range holds it."""
    declared = {parameter.name: parameter for parameter in PARAMETERS}
    fits = all(
        (limits := declared[name].range) is not None and limits[0] <= value <= limits[1]  # type: ignore[operator]
        for name, value in values.items()
    )

    if fits:
        assert values.items() <= dataclasses.asdict(make_parameters(values)).items()
    else:
        with pytest.raises(BadInput):
            make_parameters(values)
