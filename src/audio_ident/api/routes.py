"""Which route a request has met, told by templates such as `/api/v1/tracks/{track_id}`."""

import functools
from collections.abc import Mapping, Sequence

from fastapi.routing import RouteContext, iter_route_contexts
from starlette.routing import BaseRoute
from starlette.types import Scope

API = "/api/v1"
"""Before every route but those for whoever watches over the process."""

UNMATCHED = "unmatched"
"""Template of addresses that no route has: clients must not be able to make up new ones."""


class RouteTable:
    """All routes of an application, with the prefixes they are included with.

    They are read at the first question, once all are there.
    """

    def __init__(self, routes: Sequence[BaseRoute]) -> None:
        self._routes = routes

    def template(self, route: object) -> str:
        """Template of the route that a request has met."""
        return self._templates.get(id(route), UNMATCHED)

    def methods_at(self, path: str) -> list[str]:
        """Every method that the routes at an address name."""
        return sorted(
            {
                method
                for context in self._contexts
                if context.path_regex.match(path)
                for method in context.methods or ()
            }
        )

    @functools.cached_property
    def _contexts(self) -> tuple[RouteContext, ...]:
        return tuple(iter_route_contexts(self._routes))

    @functools.cached_property
    def _templates(self) -> Mapping[int, str]:
        return {
            id(context.original_route): context.path_format or UNMATCHED
            for context in self._contexts
        }


def template_of(scope: Scope) -> str:
    """Template of the route that a request has met."""
    table: RouteTable = scope["app"].state.routes
    return table.template(scope.get("route"))
