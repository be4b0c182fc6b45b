"""By which names the service may be called, and below which path it lies.

A page on the internet can let its own name point to this machine, and would then be of one origin
with the service (DNS rebinding). So, as long as the service listens on a loopback address, where it
may be open to everybody, it answers only to names of this machine. A trusted proxy decides by
itself which names it serves.
"""

import ipaddress
from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from audio_ident.api.problems import problem_response
from audio_ident.library.accounts.start import is_loopback
from audio_ident.refusals import HostRefused
from audio_ident.settings.model import Settings


class HostCheck:
    """Middleware that refuses requests to names that are not ours."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._takes_any = not is_loopback(settings.host)
        origins = (urlsplit(origin).hostname or "" for origin in settings.cors_origins)
        self._base_path = settings.base_path
        self._names = {settings.host.lower(), *origins}
        self._proxies = tuple(ipaddress.ip_network(proxy) for proxy in settings.trusted_proxies)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http" or self._takes_any or self._is_allowed(scope):
            await self._app(scope, receive, send)
        else:
            refusal = HostRefused("the service does not answer to the name in the header `Host`")
            await problem_response(refusal, self._base_path)(scope, receive, send)

    def _is_allowed(self, scope: Scope) -> bool:
        host = Headers(scope=scope).get("host")
        # browsers always name the host; old tools for checking health do not
        return host is None or _is_ours(host, self._names) or self._is_proxy(scope)

    def _is_proxy(self, scope: Scope) -> bool:
        try:
            peer = ipaddress.ip_address(scope["client"][0] if scope.get("client") else "")
        except ValueError:
            return False
        return any(peer in network for network in self._proxies)


class BasePath:
    """Middleware that finds our routes below a path, whether or not a proxy takes it away."""

    def __init__(self, app: ASGIApp, base_path: str) -> None:
        self._app = app
        self._base_path = base_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] == "http" and self._base_path:
            scope["root_path"] = self._base_path
            if not f"{scope['path']}/".startswith(f"{self._base_path}/"):
                scope["path"] = self._base_path + scope["path"]
                scope["raw_path"] = self._base_path.encode() + scope.get("raw_path", b"")
        await self._app(scope, receive, send)


def _is_ours(host: str, names: Collection[str]) -> bool:
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return False
    return name in names or is_loopback(name)
