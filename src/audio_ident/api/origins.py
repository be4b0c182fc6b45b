"""Where a request comes from: this machine, our own pages, or a page of another site."""

from urllib.parse import urlsplit

from fastapi import Request

from audio_ident.library.accounts.start import is_loopback
from audio_ident.refusals import CrossSiteRequest
from audio_ident.settings.model import Settings

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
"""They change nothing, so that it does not matter which page makes a browser send them."""

FORWARDED = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip")
"""What reverse proxies add."""

OURS = frozenset({"same-origin", "none"})
"""`Sec-Fetch-Site` of our own pages, and of what a person typed or opened."""


def client_address(request: Request) -> str:
    """Address of who asks; behind a trusted proxy, of who asked the proxy."""
    return request.client.host if request.client else "unknown"


def is_from_this_machine(request: Request, settings: Settings) -> bool:
    """Whether nobody but people at this machine can have made a request.

    The service has to listen on a loopback address, and the request to come from one, without a
    proxy in between, which would answer for others. It has to name us by a loopback name too: a
    page of a stranger whose own name suddenly means this machine (DNS rebinding) does not.
    """
    return (
        is_loopback(settings.host)
        and is_loopback(client_address(request))
        and not any(name in request.headers for name in FORWARDED)
        and is_loopback(_host_name(request))
    )


def refuse_other_sites(request: Request, settings: Settings, *, needs_proof: bool) -> None:
    """Refuse a change that a page of another site asks for.

    Parameters
    ----------
    request
        May be of any method.
    settings
        `cors_origins` are welcome too.
    needs_proof
        Whether a request that says nothing of where it comes from is refused; browsers always say.
    """
    if request.method in SAFE_METHODS:
        return
    origin = request.headers.get("origin")
    if origin is not None and origin in settings.cors_origins:
        return
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        is_ours = site in OURS
    elif origin is not None:
        is_ours = origin == f"{request.scope['scheme']}://{request.headers.get('host', '')}"
    else:
        is_ours = not needs_proof
    if not is_ours:
        raise CrossSiteRequest("the request does not come from a page of this service")


def _host_name(request: Request) -> str:
    try:
        return urlsplit(f"//{request.headers.get('host', '')}").hostname or ""
    except ValueError:
        return ""
