"""Numbers that describe a running service, for whoever watches over it."""

import dataclasses
from collections.abc import Callable, Mapping


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A number, or one for each of several kinds, that is read when somebody asks."""

    name: str
    """With its unit, in small letters, such as `index_recordings`."""
    meaning: str
    labels: tuple[str, ...] = ()
    """What the kinds are told apart by; the values of a label are few and known."""
    only_grows: bool = False
    """Whether it counts what has happened, rather than what is."""
    read: Callable[[], Mapping[tuple[str, ...], float]]
    """By the values of the labels; the key of a figure without labels is `()`."""


def single(value: float) -> Mapping[tuple[str, ...], float]:
    """What a figure without labels reads."""
    return {(): value}
