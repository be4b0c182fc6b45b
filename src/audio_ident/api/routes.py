"""Which route a request has met, told by templates such as `/api/v1/tracks/{track_id}`."""

from collections.abc import Sequence

from fastapi.routing import RouteContext, iter_route_contexts
from starlette.routing import BaseRoute
from starlette.types import Scope

UNMATCHED = "unmatched"
"""Template of addresses that no route has: clients must not be able to make up new ones."""


class RouteTable:
    """All routes of an application, with the prefixes they are included with."""

    def __init__(self, routes: Sequence[BaseRoute]) -> None:
        self._contexts: tuple[RouteContext, ...] = tuple(iter_route_contexts(routes))
        self._templates = {
            id(context.original_route): context.path_format or UNMATCHED
            for context in self._contexts
        }

    def template(self, route: object) -> str:
        """Template of the route that a request has met."""
        return self._templates.get(id(route), UNMATCHED)

    def methods_at(self, path: str) -> list[str]:
        """Every method that an address knows."""
        return sorted(
            {
                method
                for context in self._contexts
                if context.path_regex.match(path)
                for method in context.methods or ()
            }
        )


def template_of(scope: Scope) -> str:
    """Template of the route that a request has met."""
    table: RouteTable = scope["app"].state.routes
    return table.template(scope.get("route"))
