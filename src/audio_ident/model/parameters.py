"""What a person can tell an import, with default, unit, range and effect of each parameter.

`ImportParameters` is the only place that declares them: the command line, the profiles and the
pages of the reference are made from its fields. Every value is a bool or a whole number, so that
parameters can be kept as JSON.
"""

import dataclasses
import difflib
import enum
from collections.abc import Iterator, Mapping
from typing import Any

from audio_ident.errors import BadInput


class Effect(enum.StrEnum):
    """When a changed parameter makes a difference."""

    NOW = "now"
    """In the import that is given it, for every file on its list."""
    NEXT_ANALYSIS = "next_analysis"
    """For files that are listened to from then on; the others stay as they are."""
    REANALYSIS = "re-analysis"
    """Files that were listened to with another value are listened to again."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """How one parameter is declared."""

    name: str
    default: bool | int | None
    kind: type[bool] | type[int]
    unit: str
    """Empty for a claim that is true or false."""
    range: tuple[int, int] | None
    """Least and greatest value; None for a claim."""
    effect: Effect
    meaning: str

    @property
    def allowed(self) -> str:
        """The range in words."""
        if self.range is None:
            return "true or false"
        return f"{self.range[0]} to {self.range[1]}"


def _claim(meaning: str, effect: Effect = Effect.NOW) -> Any:  # noqa: ANN401 -- as `field` itself
    return _declared(default=False, kind=bool, unit="", range=None, effect=effect, meaning=meaning)


def _number(
    default: int | None, limits: tuple[int, int], unit: str, effect: Effect, meaning: str
) -> Any:  # noqa: ANN401 -- as `dataclasses.field` itself
    return _declared(
        default=default, kind=int, unit=unit, range=limits, effect=effect, meaning=meaning
    )


def _declared(**facts: Any) -> Any:  # noqa: ANN401 -- as `dataclasses.field` itself
    return dataclasses.field(default=facts["default"], metadata=facts)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ImportParameters:
    """How one import is to work; `make_parameters` checks the ranges."""

    thorough: bool = _claim("Open every file to see whether it is audio, whatever its name.")
    accept_missing: bool = _claim(
        "Mark files as missing even when a large part of a folder vanished at once."
    )
    retry_failed: bool = _claim("Try every file again that failed before, however often.")
    workers: int | None = _number(
        None, (1, 256), "processes", Effect.NOW, "Worker processes; none: the setting `workers`."
    )
    max_attempts: int = _number(
        3, (1, 10), "attempts", Effect.NOW,
        "How often a file is tried that failed in a way that may pass.",
    )  # fmt: skip


PARAMETERS: tuple[Parameter, ...] = tuple(
    Parameter(name=field.name, **field.metadata) for field in dataclasses.fields(ImportParameters)
)
"""Every parameter, in the order of `ImportParameters`."""

_BY_NAME = {parameter.name: parameter for parameter in PARAMETERS}


def make_parameters(
    values: Mapping[str, object], base: ImportParameters | None = None
) -> ImportParameters:
    """Parameters with some values that came from a person or another program.

    Parameters
    ----------
    values
        By name; what is not named keeps the value of `base`.
    base
        None for the defaults.

    Raises
    ------
    BadInput
        Names every unknown parameter and every value that is not allowed, with its range.
    """
    problems = list(_problems(values))
    if problems:
        raise BadInput("; ".join(problems))
    checked: dict[str, Any] = dict(values)
    return dataclasses.replace(base or ImportParameters(), **checked)


def values_of(parameters: ImportParameters) -> dict[str, bool | int | None]:
    """Values by name, ready for JSON."""
    return dataclasses.asdict(parameters)


def _problems(values: Mapping[str, object]) -> Iterator[str]:
    for name, value in values.items():
        declared = _BY_NAME.get(name)
        if declared is None:
            close = difflib.get_close_matches(name, _BY_NAME, n=1)
            hint = f", did you mean {close[0]}?" if close else ""
            yield f"unknown parameter {name}{hint}"
        elif not _is_allowed(declared, value):
            unit = f" {declared.unit}" if declared.unit else ""
            yield f"{name}: {declared.allowed}{unit} is allowed, not {value!r}"


def _is_allowed(declared: Parameter, value: object) -> bool:
    if value is None:
        return declared.default is None
    if declared.range is None:
        return isinstance(value, bool)
    if isinstance(value, bool) or not isinstance(value, int):
        return False
    least, greatest = declared.range
    return least <= value <= greatest
