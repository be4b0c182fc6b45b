"""Who may call a route: every router names the scope that its routes need."""

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Request, params

from audio_ident.api.dependencies import ServiceOfApp
from audio_ident.model.accounts import LOCAL_CALLER, Caller, Scope
from audio_ident.refusals import Forbidden, Unauthorized


def get_caller(request: Request, service: ServiceOfApp) -> Caller:
    """Who makes a request; raises `Unauthorized` when that cannot be told."""
    if service.settings.open_on_loopback:
        return LOCAL_CALLER
    del request
    raise Unauthorized("nobody is logged in")


CallerOfRequest = Annotated[Caller, Depends(get_caller)]


def allowed(scope: Scope) -> params.Depends:
    """Dependency that lets only callers in who have a scope."""
    return params.Depends(_check_of(scope))


def _check_of(scope: Scope) -> Callable[[Caller], None]:
    def check(caller: CallerOfRequest) -> None:
        if scope not in caller.scopes:
            raise Forbidden(f"this needs the scope {scope}", details={"scope": scope})

    return check
