"""Who may call a route: every router names the scope that its routes need."""

import dataclasses
from typing import Annotated

from fastapi import Depends, Request, Security, params
from fastapi.security import APIKeyCookie, APIKeyHeader, OAuth2PasswordBearer

from audio_ident.api.dependencies import ServiceOfApp
from audio_ident.api.origins import is_from_this_machine, refuse_other_sites
from audio_ident.library.accounts.tokens import KEY_PREFIX
from audio_ident.model.accounts import LOCAL_CALLER, Caller, LogInKind, Scope
from audio_ident.refusals import Forbidden, Unauthorized
from audio_ident.wiring.accounts import Accounts

SESSION_COOKIE = "audio_ident_session"

_bearer = OAuth2PasswordBearer(
    tokenUrl="/api/v1/auth/token",
    auto_error=False,
    scheme_name="Bearer",
    description="A token of `/api/v1/auth/token`, or an API key.",
)
_key = APIKeyHeader(
    name="X-Api-Key", auto_error=False, scheme_name="ApiKey", description="An API key."
)
_admin_key = APIKeyHeader(
    name="X-Admin-Key",
    auto_error=False,
    scheme_name="AdminKey",
    description="An API key, as the first version of the API called it.",
)
_cookie = APIKeyCookie(
    name=SESSION_COOKIE,
    auto_error=False,
    scheme_name="Session",
    description="Set by `/api/v1/auth/login`, for pages of the service.",
)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What a request brings along to be let in."""

    bearer: str | None = dataclasses.field(repr=False)
    """A key, or the token of a log-in."""
    cookie: str | None = dataclasses.field(repr=False)


def get_credentials(
    bearer: Annotated[str | None, Security(_bearer)],
    key: Annotated[str | None, Security(_key)],
    admin_key: Annotated[str | None, Security(_admin_key)],
    cookie: Annotated[str | None, Security(_cookie)],
) -> Credentials:
    """What a request brings along, wherever it stands."""
    return Credentials(bearer=bearer or key or admin_key, cookie=cookie)


CredentialsOfRequest = Annotated[Credentials, Depends(get_credentials)]


def find_caller(
    request: Request, service: ServiceOfApp, credentials: CredentialsOfRequest
) -> Caller | None:
    """Who makes a request; None when that cannot be told.

    What is named outright counts before the cookie, which a browser sends unasked, and that before
    what is open to all. Only what a browser does unasked needs a proof that it is no other site.
    """
    accounts, settings = service.accounts, service.settings
    if credentials.bearer:
        return _of_secret(accounts, credentials.bearer)
    if credentials.cookie:
        caller = accounts.log_ins.find_caller(credentials.cookie, LogInKind.BROWSER)
        if caller:
            refuse_other_sites(request, settings, needs_proof=True)
            return caller
    if settings.open_on_loopback and is_from_this_machine(request, settings):
        refuse_other_sites(request, settings, needs_proof=False)
        return LOCAL_CALLER
    return None


CallerIfKnown = Annotated[Caller | None, Depends(find_caller)]


def get_caller(caller: CallerIfKnown) -> Caller:
    """Who makes a request; raises `Unauthorized` when that cannot be told."""
    if caller is None:
        raise Unauthorized("nobody is logged in")
    return caller


CallerOfRequest = Annotated[Caller, Depends(get_caller)]


def allowed(scope: Scope) -> params.Depends:
    """Dependency that lets only callers in who have a scope."""
    return params.Depends(ScopeCheck(scope))


@dataclasses.dataclass(frozen=True, slots=True)
class ScopeCheck:
    """Lets only callers pass who have a scope."""

    scope: Scope

    def __call__(self, caller: CallerOfRequest) -> None:
        """Raise `Forbidden` for all others."""
        if self.scope not in caller.scopes:
            raise Forbidden(f"this needs the scope {self.scope}", details={"scope": self.scope})


def _of_secret(accounts: Accounts, secret: str) -> Caller | None:
    if secret.startswith(KEY_PREFIX):
        return accounts.keys.find_caller(secret)
    return accounts.log_ins.find_caller(secret, LogInKind.TOKEN)
