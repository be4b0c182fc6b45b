"""Addresses of the methods of the Subsonic protocol: with and without `.view`, GET and POST."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from fastapi import APIRouter, Response, params

Endpoint = TypeVar("Endpoint", bound=Callable[..., Response])


def player_method(
    router: APIRouter,
    name: str,
    *,
    dependencies: Sequence[params.Depends] = (),
    more_methods: Sequence[str] = (),
) -> Callable[[Endpoint], Endpoint]:
    """Decorator that offers an endpoint under both addresses of a method."""

    def add(endpoint: Endpoint) -> Endpoint:
        options: dict[str, Any] = {
            "methods": ["GET", "POST", *more_methods],
            "dependencies": list(dependencies),
            "response_class": Response,
        }
        router.add_api_route(f"/{name}", endpoint, **options)
        router.add_api_route(f"/{name}.view", endpoint, **options)
        return endpoint

    return add
