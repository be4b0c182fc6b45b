"""Becoming the owner, logging in and out."""

import uuid
from typing import Annotated

import structlog
from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi import Path as PathParameter

from audio_ident.api.access import (
    SESSION_COOKIE,
    CallerIfKnown,
    CallerOfRequest,
    CredentialsOfRequest,
    allowed,
)
from audio_ident.api.dependencies import ServiceOfApp
from audio_ident.api.origins import client_address, is_from_this_machine, refuse_other_sites
from audio_ident.api.problems import problems
from audio_ident.api.schemas.accounts import (
    LogInList,
    LogInRequest,
    PasswordChange,
    Registration,
    Standing,
    TokenAnswer,
    TokenRequest,
    log_in_entry,
)
from audio_ident.errors import NotFound
from audio_ident.model.accounts import ALL_SCOPES, Caller, LogInKind, Owner, Scope
from audio_ident.refusals import (
    CrossSiteRequest,
    Forbidden,
    RateLimited,
    SetupLinkInvalid,
    Unauthorized,
    ValidationFailed,
)
from audio_ident.wiring.service import Service

router = APIRouter(prefix="/auth", tags=["accounts"])

_log = structlog.get_logger()

REFUSALS = (Unauthorized, CrossSiteRequest, RateLimited, ValidationFailed)


def refuse_strange_pages(request: Request, service: ServiceOfApp) -> None:
    """No page of another site may log its visitors in, or try passwords through them."""
    refuse_other_sites(request, service.settings, needs_proof=False)


OWN_PAGES_ONLY = Depends(refuse_strange_pages)
NO_STORE = "no-store"


@router.post(
    "/register",
    status_code=201,
    dependencies=[OWN_PAGES_ONLY],
    responses=problems(SetupLinkInvalid, CrossSiteRequest, RateLimited, ValidationFailed),
)
def register_owner(
    wanted: Registration, service: ServiceOfApp, request: Request, response: Response
) -> Standing:
    """Become the owner with a set-up link, and be logged in."""
    owner = register(
        service,
        request,
        (wanted.username, wanted.password.get_secret_value()),
        wanted.setup_token.get_secret_value(),
    )
    return _standing(service, request, open_session(owner, service, request, response))


@router.post("/login", dependencies=[OWN_PAGES_ONLY], responses=problems(*REFUSALS))
def log_in(
    wanted: LogInRequest, service: ServiceOfApp, request: Request, response: Response
) -> Standing:
    """Log in with a browser: the answer sets the cookie."""
    owner = check_password(service, request, wanted.username, wanted.password.get_secret_value())
    return _standing(service, request, open_session(owner, service, request, response))


@router.post("/token", dependencies=[OWN_PAGES_ONLY], responses=problems(*REFUSALS))
def make_token(
    wanted: Annotated[TokenRequest, Form()],
    service: ServiceOfApp,
    request: Request,
    response: Response,
) -> TokenAnswer:
    """Log in with a program, by the password grant of OAuth2."""
    owner = check_password(service, request, wanted.username, wanted.password.get_secret_value())
    _, token = service.accounts.log_ins.begin(owner, LogInKind.TOKEN, *_origin(request))
    response.headers["Cache-Control"] = NO_STORE
    life_s = service.accounts.log_ins.life.total_seconds()
    return TokenAnswer(access_token=token, expires_in=int(life_s))


@router.post("/logout", status_code=204, responses=problems(Unauthorized, CrossSiteRequest))
def log_out(service: ServiceOfApp, caller: CallerOfRequest, response: Response) -> None:
    """End the log-in that the request belongs to; its cookie or token is worth nothing then."""
    if caller.log_in_id is not None:
        service.accounts.log_ins.end(caller.log_in_id)
    response.delete_cookie(SESSION_COOKIE, path=_cookie_path(service))


@router.get("/session")
def get_session(
    service: ServiceOfApp,
    caller: CallerIfKnown,
    credentials: CredentialsOfRequest,
    request: Request,
    response: Response,
) -> Standing:
    """Who asks, what they may do, and whether the set-up is done; asked by a page that opens."""
    response.headers["Cache-Control"] = NO_STORE
    if caller and caller.log_in_id and credentials.cookie and not credentials.bearer:
        _set_cookie(service, request, response, credentials.cookie)
    return _standing(service, request, caller)


@router.get(
    "/sessions",
    dependencies=[allowed(Scope.ADMIN)],
    responses=problems(Unauthorized, Forbidden),
)
def list_log_ins(service: ServiceOfApp, caller: CallerOfRequest) -> LogInList:
    """Where the owner is logged in."""
    found = service.accounts.log_ins.all()
    return LogInList(
        sessions=[log_in_entry(log_in, of_caller=caller.log_in_id) for log_in in found]
    )


@router.delete(
    "/sessions/{log_in_id}",
    status_code=204,
    dependencies=[allowed(Scope.ADMIN)],
    responses=problems(Unauthorized, Forbidden, CrossSiteRequest, NotFound, ValidationFailed),
)
def end_log_in(
    log_in_id: Annotated[uuid.UUID, PathParameter(description="Id of the log-in.")],
    service: ServiceOfApp,
) -> None:
    """Log the owner out somewhere else."""
    service.accounts.log_ins.end(str(log_in_id))


@router.post(
    "/password",
    status_code=204,
    dependencies=[allowed(Scope.ADMIN)],
    responses=problems(Forbidden, *REFUSALS),
)
def change_password(
    wanted: PasswordChange, service: ServiceOfApp, caller: CallerOfRequest, request: Request
) -> None:
    """Change the password; all other log-ins of the owner end."""
    address = client_address(request)
    service.accounts.attempts.begin(address)
    service.accounts.ownership.change_password(
        wanted.password.get_secret_value(),
        wanted.new_password.get_secret_value(),
        log_in_id=caller.log_in_id,
    )
    service.accounts.attempts.succeeded(address)
    _log.info("password_changed", address=address)


def register(
    service: Service, request: Request, name_and_password: tuple[str, str], token: str
) -> Owner:
    """The new owner; attempts are counted."""
    address = client_address(request)
    service.accounts.attempts.begin(address)
    owner = service.accounts.ownership.register(*name_and_password, token)
    service.accounts.attempts.succeeded(address)
    _log.info("owner_registered", address=address)
    return owner


def check_password(service: Service, request: Request, name: str, password: str) -> Owner:
    """The owner, if name and password are right; attempts are counted."""
    address = client_address(request)
    service.accounts.attempts.begin(address, name)
    try:
        owner = service.accounts.ownership.check(name, password)
    except Unauthorized:
        # not the name: people type their password there
        _log.warning("log_in_refused", address=address)
        raise
    service.accounts.attempts.succeeded(address, name)
    return owner


def open_session(owner: Owner, service: Service, request: Request, response: Response) -> Caller:
    """Log a browser in: the response sets the cookie."""
    found, token = service.accounts.log_ins.begin(owner, LogInKind.BROWSER, *_origin(request))
    _set_cookie(service, request, response, token)
    response.headers["Cache-Control"] = NO_STORE
    return Caller(name=owner.name, scopes=ALL_SCOPES, log_in_id=found.id)


def _set_cookie(service: Service, request: Request, response: Response, token: str) -> None:
    response.set_cookie(
        SESSION_COOKIE,
        token,
        max_age=int(service.accounts.log_ins.life.total_seconds()),
        path=_cookie_path(service),
        secure=request.scope["scheme"] == "https",
        httponly=True,
        # Lax, so that a link from elsewhere opens the page logged in; changes are kept safe from
        # other sites by `refuse_other_sites`, which does not trust a neighbour on the same host.
        samesite="lax",
    )


def _cookie_path(service: Service) -> str:
    return service.settings.base_path or "/"


def _origin(request: Request) -> tuple[str, str]:
    return client_address(request), request.headers.get("user-agent", "")


def _standing(service: Service, request: Request, caller: Caller | None) -> Standing:
    is_open = service.settings.open_on_loopback and is_from_this_machine(request, service.settings)
    return Standing(
        is_logged_in=caller is not None,
        name=caller.name if caller else None,
        scopes=sorted(caller.scopes) if caller else [],
        log_in_id=uuid.UUID(caller.log_in_id) if caller and caller.log_in_id else None,
        has_owner=service.accounts.ownership.find() is not None,
        is_open=is_open,
    )
