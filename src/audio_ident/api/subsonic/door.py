"""Who a player is: an API key, or the password of the owner, as the Subsonic protocol sends them.

Keys and passwords stand in addresses there, which is why none is ever logged.
"""

from collections.abc import Mapping
from typing import Annotated

from fastapi import Depends, Request

from audio_ident.api.dependencies import ServiceOfApp
from audio_ident.api.origins import is_from_this_machine, refuse_other_sites
from audio_ident.api.routers.accounts import check_password
from audio_ident.api.subsonic.asked import AskedByPlayer
from audio_ident.api.subsonic.errors import SubsonicCode, SubsonicRefused
from audio_ident.library.accounts.tokens import KEY_PREFIX
from audio_ident.model.accounts import ALL_SCOPES, LOCAL_CALLER, Caller, Scope
from audio_ident.wiring.service import Service

_ENCODED = "enc:"


def let_player_in(request: Request, service: ServiceOfApp, asked: AskedByPlayer) -> Caller:
    """Who asks, if they may read; raises `SubsonicRefused` or `RateLimited` otherwise."""
    refuse_other_sites(request, service.settings, needs_proof=False)
    caller = _caller(request, service, asked.parameters)
    if Scope.READ not in caller.scopes:
        raise SubsonicRefused(SubsonicCode.FORBIDDEN, "this key may not read the library")
    return caller


PlayerLetIn = Depends(let_player_in)
PlayerOfRequest = Annotated[Caller, PlayerLetIn]


def _caller(request: Request, service: Service, given: Mapping[str, str]) -> Caller:
    proofs = {name for name in ("p", "t", "s", "apiKey") if name in given}
    if "apiKey" in proofs and (proofs - {"apiKey"} or "u" in given):
        raise SubsonicRefused(SubsonicCode.CONFLICT, "an API key stands alone, without a name")
    if "p" in proofs and proofs & {"t", "s"}:
        raise SubsonicRefused(SubsonicCode.CONFLICT, "either a password or a token, not both")
    if "apiKey" in proofs:
        return _of_key(service, given["apiKey"])
    is_open = service.settings.open_on_loopback and is_from_this_machine(request, service.settings)
    if is_open and (not proofs or service.accounts.ownership.find() is None):
        return LOCAL_CALLER
    if proofs & {"t", "s"}:
        raise SubsonicRefused(
            SubsonicCode.NO_TOKENS,
            "token authentication is not possible, because passwords are kept as slow hashes; "
            "use an API key, or let the player send the password",
        )
    for name in ("u", "p"):
        if name not in given:
            raise SubsonicRefused(SubsonicCode.MISSING, f"the parameter {name} is missing")
    return _of_password(request, service, given["u"], _decoded(given["p"]))


def _of_key(service: Service, key: str) -> Caller:
    caller = service.accounts.keys.find_caller(key) if key.startswith(KEY_PREFIX) else None
    if caller is None:
        raise SubsonicRefused(SubsonicCode.WRONG_KEY, "the API key is unknown or expired")
    return caller


def _of_password(request: Request, service: Service, name: str, password: str) -> Caller:
    if password.startswith(KEY_PREFIX):  # players that know no keys take one as a password
        return _of_key(service, password)
    owner = service.accounts.ownership.find()
    passwords = service.players.passwords
    if owner is None or not passwords.are_right(owner, name, password):
        owner = check_password(service, request, name, password)
        passwords.add(owner, name, password)
    return Caller(name=owner.name, scopes=ALL_SCOPES)


def _decoded(password: str) -> str:
    """A password, which may be written as `enc:` and the hexadecimal digits of its bytes."""
    if not password.startswith(_ENCODED):
        return password
    try:
        return bytes.fromhex(password.removeprefix(_ENCODED)).decode()
    except ValueError:
        raise SubsonicRefused(
            SubsonicCode.WRONG_PASSWORD, "the password is not written in hexadecimal digits"
        ) from None
