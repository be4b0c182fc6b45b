"""How much of a request the service takes, and how long it waits for it."""

import dataclasses
from collections.abc import Callable
from typing import Any, Literal, TypeVar

JSON = "application/json"
MULTIPART = "multipart/form-data"
URL_ENCODED = "application/x-www-form-urlencoded"

FORM_OVERHEAD_BYTES = 64 * 1024
"""What a form may have besides the file in it: names, borders, small fields."""

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])

_RULE = "body_rule"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds that hold for every request; no person needs to change them."""

    body_bytes: int = 2**20
    """Of a body whose route names no limit of its own."""
    head_bytes: int = 32 * 1024
    """Of the address and of all headers together."""
    headers: int = 100
    address_bytes: int = 8 * 1024
    connections: int = 4096
    """Open at the same time; each needs a file descriptor."""
    head_s: float = 20
    """From the first byte of a request, or the opening of its connection, to its last header."""
    pause_s: float = 30
    """Without a byte of a body."""
    least_bytes_per_s: float = 1024
    """Of a body on the whole, once `pause_s` are over."""
    idle_s: int = 5
    """Between two requests on one connection."""
    linger_s: float = 10
    """For the rest of a body that nobody reads, once the request was answered."""
    last_words_s: float = 1.5
    """For an event stream to end in order, once the service is told to stop."""


COMMON_LIMITS = Limits()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class BodyRule:
    """What the body of a route may be."""

    media_types: tuple[str, ...]
    setting: str | None = None
    """Name of the setting that bounds the file in it; None: the bound of all bodies."""


def takes_upload(
    setting: Literal["max_clip_bytes", "max_upload_bytes"], *media_types: str
) -> Callable[[Endpoint], Endpoint]:
    """Decorator that bounds the body of an endpoint by a setting, not by the common limit.

    It stands below that of the route. Bodies are forms unless media types are named.
    """
    rule = BodyRule(media_types=media_types or (MULTIPART,), setting=setting)

    def mark(endpoint: Endpoint) -> Endpoint:
        vars(endpoint)[_RULE] = rule
        return endpoint

    return mark


def stated_rule(endpoint: object) -> BodyRule | None:
    """What an endpoint was marked with."""
    rule: BodyRule | None = getattr(endpoint, _RULE, None)
    return rule
