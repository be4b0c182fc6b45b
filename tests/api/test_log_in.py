"""Logging in with browsers and programs, through the real service."""

import httpx
import pytest

from builders.accounts import NAME, PASSWORD, Door

WRONG = "twelve dry geese"


def log_in(client: httpx.Client, name: str = NAME, password: str = PASSWORD) -> httpx.Response:
    """Ask to be let in."""
    return client.post("/api/v1/auth/login", json={"username": name, "password": password})


def test_a_wrong_password_and_an_unknown_name_are_refused_alike(door: Door) -> None:
    """The answer does not tell which of the two was wrong."""
    with door.visit() as client:
        answers = [log_in(client, password=WRONG), log_in(client, name="Nobody")]

    assert [answer.status_code for answer in answers] == [401, 401]
    assert answers[0].json() == answers[1].json()
    assert answers[0].headers["www-authenticate"] == "Bearer"


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(door: Door) -> None:
    """It is HttpOnly and SameSite, and Secure where the browser came by https."""
    with door.visit() as client:
        plain = log_in(client, name=NAME.upper()).headers["set-cookie"].casefold()
    with door.visit(X_Forwarded_Proto="https") as client:
        secure = log_in(client).headers["set-cookie"].casefold()

    assert {"httponly", "samesite=lax", "path=/"} <= set(plain.split("; "))
    assert ("secure" in plain, "secure" in secure) == (False, True)


def test_the_page_learns_who_it_speaks_for(door: Door) -> None:
    """Before and after a log-in."""
    with door.visit() as client:
        before = client.get("/api/v1/auth/session").json()
        log_in(client)
        after = client.get("/api/v1/auth/session")

    assert (before["is_logged_in"], before["has_owner"], before["is_open"]) == (False, True, False)
    assert (after.json()["name"], after.json()["scopes"]) == (
        NAME,
        ["admin", "edit", "import", "read"],
    )
    assert "audio_ident_session" in after.headers["set-cookie"]


def test_a_cookie_is_worth_nothing_after_logging_out(door: Door) -> None:
    """The service forgets it; that the browser does is not enough."""
    with door.browser() as client:
        token = client.cookies["audio_ident_session"]
        ended = client.post("/api/v1/auth/logout")
    with door.visit(Cookie=f"audio_ident_session={token}") as thief:
        answer = thief.get("/api/v1/keys")

    assert (ended.status_code, answer.status_code) == (204, 401)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 403),
        ({"Origin": "https://elsewhere.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 204),
        ({"Origin": "OWN"}, 204),
    ],
)
def test_a_cookie_changes_things_for_our_own_pages_only(
    door: Door, headers: dict[str, str], status: int
) -> None:
    """A page of another site, or a neighbour on the same host, cannot use it."""
    headers = {
        name: door.address.rstrip("/") if value == "OWN" else value
        for name, value in headers.items()
    }
    with door.visit() as client:
        log_in(client)
        answer = client.post("/api/v1/auth/logout", headers=headers)

    assert answer.status_code == status, answer.text
    assert status == 204 or answer.json()["code"] == "CROSS_SITE_REQUEST"


def test_another_site_cannot_log_its_visitors_in(door: Door) -> None:
    """It could otherwise make them use an account of the attacker."""
    with door.visit(Origin="https://elsewhere.example") as client:
        answer = log_in(client)

    assert (answer.status_code, answer.json()["code"]) == (403, "CROSS_SITE_REQUEST")


def test_a_program_logs_in_for_a_token(door: Door) -> None:
    """As OAuth2 words it; the token needs no proof of origin, and is no cookie."""
    form = {"grant_type": "password", "username": NAME, "password": PASSWORD, "scope": ""}
    with door.visit() as client:
        answer = client.post("/api/v1/auth/token", data=form)
        token = answer.json()["access_token"]
    with door.visit(Authorization=f"Bearer {token}") as program:
        listed = program.get("/api/v1/keys")
        out = program.post("/api/v1/auth/logout")
        after = program.get("/api/v1/keys")
    with door.visit(Cookie=f"audio_ident_session={token}") as page:
        as_cookie = page.get("/api/v1/keys")

    assert (answer.json()["token_type"], answer.headers["cache-control"]) == ("bearer", "no-store")
    assert [a.status_code for a in (listed, out, after, as_cookie)] == [200, 204, 401, 401]


def test_the_owner_sees_and_ends_other_log_ins(door: Door) -> None:
    """One that was ended elsewhere is refused."""
    with door.browser() as first, door.browser() as second:
        mine = first.get("/api/v1/auth/session").json()["log_in_id"]
        others = second.get("/api/v1/auth/sessions").json()["sessions"]
        ended = second.delete(f"/api/v1/auth/sessions/{mine}")
        again = second.delete(f"/api/v1/auth/sessions/{mine}")
        after = first.get("/api/v1/keys")

    assert mine in {entry["id"] for entry in others}
    assert sum(entry["is_this"] for entry in others) == 1
    assert [a.status_code for a in (ended, again, after)] == [204, 404, 401]


def test_guessing_is_slowed_down(door: Door) -> None:
    """After a few attempts from one address the answer is when to try again."""
    with door.visit() as client:
        answers = [log_in(client, name="Guess", password=str(n)) for n in range(8)]
    with door.visit() as client:
        elsewhere = log_in(client)

    refused = [answer for answer in answers if answer.status_code == 429]
    assert [answer.status_code for answer in answers[:5]] == [401] * 5
    assert refused
    assert {answer.json()["code"] for answer in refused} == {"RATE_LIMITED"}
    assert int(refused[0].headers["retry-after"]) >= 1
    assert elsewhere.status_code == 200
