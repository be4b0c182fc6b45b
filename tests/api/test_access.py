"""Who is let in by which route, through the real service."""

import re
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from audio_ident.api.access import ScopeCheck, get_caller
from audio_ident.api.routers.registry import API_ROUTERS, PLAIN_ROUTERS
from audio_ident.api.subsonic.door import let_player_in
from audio_ident.model.accounts import Scope
from builders.accounts import Door
from builders.asking import spooled
from builders.command import run
from builders.raw_http import connection

OPEN_TO_ALL = {
    "register_owner": "needs a set-up link",
    "log_in": "needs the password",
    "make_token": "needs the password",
    "get_session": "tells who asks, to whoever asks",
    "show_setup": "an empty form",
    "finish_setup": "needs a set-up link",
    "get_liveness": "for whoever watches over the process",
    "get_readiness": "for whoever watches over the process",
    "get_readiness_report": "for whoever watches over the process",
    "ping": "for whoever watches over the process",
    "get_health": "for whoever watches over the process",
    "show_reference": "describes the API, and tells nothing of the library",
    "list_codes": "errors lead there, that of whoever is not logged in too",
    "get_code": "errors lead there, that of whoever is not logged in too",
    "get_version": "for clients that ask whether they fit",
    "list_player_extensions": "how a player learns how to be let in",
}
"""Routes without an access dependency, and why."""

NOT_US = 421
"""Asked by a name that is not ours; 401 where that is found out later."""

ROUTES = [
    route
    for router in (*PLAIN_ROUTERS, *API_ROUTERS)
    for route in router.routes
    if isinstance(route, APIRoute)
]


@pytest.fixture(scope="module")
def operations(door: Door) -> Mapping[str, tuple[str, str]]:
    """Method and path of every operation, by its id, with arbitrary ids in the path."""
    with door.visit() as client:
        paths: dict[str, dict[str, Any]] = client.get("/openapi.json").json()["paths"]
    return {
        operation["operationId"]: (method.upper(), re.sub(r"{\w+}", str(uuid.uuid4()), path))
        for path, methods in paths.items()
        for method, operation in methods.items()
    }


def calls(dependant: Dependant) -> Iterator[object]:
    """Everything that is called before a route."""
    for needed in dependant.dependencies:
        yield needed.call
        yield from calls(needed)


def scopes_of(route: APIRoute) -> set[Scope]:
    """What a caller of a route must be allowed."""
    return {call.scope for call in calls(route.dependant) if isinstance(call, ScopeCheck)}


def status_of(client: httpx.Client, method: str, path: str) -> int:
    """Status of an answer; a stream of events is not read."""
    with client.stream(method, path) as answer:
        return answer.status_code


def test_every_route_asks_who_calls_or_is_known_to_be_open() -> None:
    """A new route that forgets to is found here."""
    unguarded = {
        route.name
        for route in ROUTES
        if not scopes_of(route) and not {get_caller, let_player_in} & {*calls(route.dependant)}
    }

    assert unguarded <= OPEN_TO_ALL.keys()


def test_no_guarded_route_answers_strangers(
    door: Door, operations: Mapping[str, tuple[str, str]]
) -> None:
    """Without credentials, and with wrong ones, the answer is 401, whatever else is wrong."""
    guarded_ones = {
        name: operation for name, operation in operations.items() if name not in OPEN_TO_ALL
    }
    with door.visit() as stranger, door.visit(X_Api_Key="aid_" + "A" * 43) as liar:
        statuses = {
            name: {status_of(stranger, *operation), status_of(liar, *operation)}
            for name, operation in guarded_ones.items()
        }

    assert {name: found for name, found in statuses.items() if found != {401}} == {}
    assert len(statuses) > 5


@pytest.mark.parametrize("scope", list(Scope))
def test_a_scope_allows_exactly_its_routes(
    door: Door, operations: Mapping[str, tuple[str, str]], scope: Scope
) -> None:
    """A key with one scope is refused wherever another is needed, and nowhere else."""
    key = door.make_key(f"only {scope}", scope)
    needed = {route.name: scopes_of(route) for route in ROUTES if scopes_of(route)}
    with door.visit(Authorization=f"Bearer {key}") as client:
        allowed = {
            name
            for name in needed
            if name in operations and status_of(client, *operations[name]) not in {401, 403}
        }

    expected = {name for name, scopes in needed.items() if scopes == {scope} and name in operations}
    assert allowed == expected


def test_a_key_is_shown_once_and_works_until_it_is_revoked(door: Door) -> None:
    """By any of its headers; the first version of the API called it X-Admin-Key."""
    with door.browser() as page:
        made = page.post("/api/v1/keys", json={"name": "tools", "scopes": ["admin"]})
        again = page.post("/api/v1/keys", json={"name": "tools", "scopes": ["read"]})
        key, listed = made.json()["key"], page.get("/api/v1/keys")
        headers = [{"X-Api-Key": key}, {"X-Admin-Key": key}, {"Authorization": f"Bearer {key}"}]
        with door.visit() as program:
            before = [program.get("/api/v1/keys", headers=h).status_code for h in headers]
            used = page.get("/api/v1/keys").json()["keys"]
            page.delete(f"/api/v1/keys/{made.json()['id']}").raise_for_status()
            after = [program.get("/api/v1/keys", headers=h).status_code for h in headers]

    assert (made.status_code, made.headers["cache-control"]) == (201, "no-store")
    assert (again.status_code, again.json()["code"]) == (409, "CONFLICT")
    assert key.startswith("aid_")
    assert key not in listed.text
    assert [entry["used_at"] is not None for entry in used if entry["name"] == "tools"] == [True]
    assert (before, after) == ([200] * 3, [401] * 3)


def test_a_key_cannot_give_what_it_does_not_have(door: Door) -> None:
    """A key for keys makes no key that may import."""
    key = door.make_key("keeper of keys", "admin")
    with door.visit(X_Api_Key=key) as program:
        answer = program.post("/api/v1/keys", json={"name": "more", "scopes": ["admin", "import"]})

    assert (answer.status_code, answer.json()["error"]["details"]) == (403, {"scope": "import"})


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 204),
        ({"Sec-Fetch-Site": "same-origin"}, 204),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Origin": "https://elsewhere.example"}, 403),
        ({"Host": "rebound.example"}, NOT_US),
        ({"Host": "["}, NOT_US),
        ({"X-Forwarded-For": "203.0.113.7"}, 401),
        ({"Forwarded": "for=203.0.113.7"}, 401),
    ],
)
def test_an_open_service_is_open_to_this_machine_only(
    client: httpx.Client, headers: dict[str, str], status: int
) -> None:
    """Not to pages of other sites, to names that were rebound, or to what a proxy passes on."""
    answer = client.post("/api/v1/auth/logout", headers=headers)

    assert answer.status_code in {status, *([401] if status == NOT_US else [])}, answer.text


@pytest.mark.parametrize(
    ("is_open", "code", "word"),
    [("false", 5, "OWNER_MISSING"), ("true", 1, "SETTINGS_INVALID")],
)
def test_the_service_does_not_start_for_others_without_an_owner(
    tmp_path: Path, is_open: str, code: int, word: str
) -> None:
    """Nor does it let everybody in who is not on this machine."""
    ending = run(
        tmp_path / "data", "serve", "--host", "192.0.2.1", AUDIO_IDENT_OPEN_ON_LOOPBACK=is_open
    )

    assert (ending.code, word in ending.stderr) == (code, True), ending.stderr


@pytest.mark.parametrize("path", ["search", "tracklists", "ingest"])
def test_strangers_are_sent_away_before_their_upload_is_kept(door: Door, path: str) -> None:
    """The answer is there while nearly all of the ten megabytes are still to come."""
    size_bytes = 10_000_000
    head = (
        f"POST /api/v1/{path} HTTP/1.1\r\nHost: localhost\r\n"
        f"Content-Type: multipart/form-data; boundary=b\r\nContent-Length: {size_bytes}\r\n\r\n"
        '--b\r\nContent-Disposition: form-data; name="audio"; filename="a.wav"\r\n\r\n'
    )
    with door.visit() as client, connection(client) as raw:
        raw.sendall(head.encode() + bytes(500_000))
        answer = raw.recv(65536)

        assert answer.startswith(b"HTTP/1.1 401 ")
        assert spooled(door.data) == []
