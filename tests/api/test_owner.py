"""How somebody becomes the owner, and what is never told."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from builders.accounts import NAME, PASSWORD, Door, guarded
from builders.command import run
from builders.server import serving

NEW_PASSWORD = "twelve dry geese"  # noqa: S105 -- of no service but those of tests


@pytest.fixture(scope="module")
def loose_door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """A service whose owner every test replaces."""
    with guarded(tmp_path_factory.mktemp("loose"), AUDIO_IDENT_LOG_LEVEL="debug") as door:
        yield door


def set_owner(door: Door) -> None:
    """Make the owner who they were."""
    ending = run(door.data, "owner", "set", "--name", NAME, stdin=PASSWORD.encode())
    assert ending.code == 0, ending.stderr


def reset_token(data: Path) -> str:
    """The token of a new link."""
    link = run(data, "owner", "reset", "--json").document["link"]
    return str(link).partition("token=")[2]


def register(client: httpx.Client, token: str, name: str = NAME) -> httpx.Response:
    """Become the owner."""
    body = {"username": name, "password": PASSWORD, "setup_token": token}
    return client.post("/api/v1/auth/register", json=body)


def test_the_first_start_prints_a_link_to_a_form_without_scripts(tmp_path: Path) -> None:
    """What is wrong is told in the form; the cookie goes to the base path only."""
    log, name = tmp_path / "stderr", '<b>"Kim'
    closed = {"AUDIO_IDENT_OPEN_ON_LOOPBACK": "false", "AUDIO_IDENT_BASE_PATH": "/music"}
    with serving(tmp_path / "data", log=log, **closed) as client:
        printed = re.search(r"http://127\.0\.0\.1:\d+/music/setup\?token=(\S+)", log.read_text())
        assert printed, log.read_text()
        before = client.get("/api/v1/auth/session").json()
        guessed = register(client, "A" * 43)
        opened = client.get("/setup", params={"token": printed[1]})
        form = {"token": printed[1], "username": name, "password": PASSWORD}
        strange = client.post("/setup", data=form)
        ours = {"Sec-Fetch-Site": "same-origin"}
        short = client.post("/setup", data=form | {"password": "short"}, headers=ours)
        done = client.post("/setup", data=form, headers=ours)
        late = register(client, printed[1])
        after = client.get("/api/v1/auth/session").json()

    assert (before["has_owner"], before["is_open"], after["has_owner"]) == (False, False, True)
    assert (guessed.status_code, guessed.json()["code"]) == (403, "SETUP_LINK_INVALID")
    assert f'value="{printed[1]}"' in opened.text
    assert "<script" not in opened.text
    assert opened.headers["content-security-policy"].startswith("default-src 'none'")
    assert [a.status_code for a in (strange, short, done, late)] == [403, 422, 200, 403]
    assert 'role="alert"' in short.text
    assert name not in short.text
    assert "Path=/music;" in done.headers["set-cookie"]


def test_of_many_who_register_at_once_one_becomes_the_owner(loose_door: Door) -> None:
    """Every log-in before it ends, and the link is used up."""
    set_owner(loose_door)
    token = reset_token(loose_door.data)
    with loose_door.browser() as page:
        with loose_door.visit() as client, ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(lambda n: register(client, token, f"Ada {n}"), range(4)))
            again = register(client, token)
        after = page.get("/api/v1/keys").status_code
    winners = [answer.json()["name"] for answer in answers if answer.status_code == 201]

    assert winners == [run(loose_door.data, "owner", "show", "--json").document["name"]]
    assert {answer.status_code for answer in (*answers, again)} == {201, 403}
    assert after == 401


def test_a_new_password_ends_all_other_log_ins(loose_door: Door) -> None:
    """The page that changes it stays; the old password is worth nothing."""
    set_owner(loose_door)
    with loose_door.browser() as first, loose_door.browser() as second:
        body = {"password": PASSWORD, "new_password": NEW_PASSWORD}
        refused = first.post("/api/v1/auth/password", json=body | {"password": NEW_PASSWORD})
        changed = first.post("/api/v1/auth/password", json=body)
        states = [page.get("/api/v1/keys").status_code for page in (first, second)]
        bodies = [{"username": NAME, "password": word} for word in (PASSWORD, NEW_PASSWORD)]
        with loose_door.visit() as client:
            again = [client.post("/api/v1/auth/login", json=b).status_code for b in bodies]

    assert (refused.status_code, changed.status_code) == (401, 204)
    assert (states, again) == ([200, 401], [401, 200])


def test_what_is_no_registration_is_refused_without_an_echo(door: Door) -> None:
    """Too short, too long, wrong shapes, text that no database takes: 422, and no password back."""
    bodies = [
        {"username": NAME, "password": "secret123", "setup_token": "x"},
        {"username": NAME, "password": "secret123" * 200, "setup_token": "x"},
        {"username": "a\x00b", "password": "secret12345", "setup_token": "x"},
        {"username": NAME, "password": ["secret12345"], "setup_token": "x"},
        {"username": NAME, "password": "secret12345", "setup_token": None},
    ]
    with door.visit() as client:
        answers = [client.post("/api/v1/auth/register", json=body) for body in bodies]
        surrogate = client.post(
            "/api/v1/auth/register",
            content=b'{"username": "\\ud800", "password": "secret12345", "setup_token": "\\udfff"}',
            headers={"Content-Type": "application/json"},
        )

    assert {answer.status_code for answer in (*answers, surrogate)} == {422}
    assert not any("secret" in answer.text for answer in answers)


def test_no_secret_is_logged_or_backed_up(loose_door: Door, tmp_path: Path) -> None:
    """Passwords, tokens, keys and their hashes stay in the catalogue, whatever happens."""
    door = loose_door
    set_owner(door)
    link_token, key = reset_token(door.data), door.make_key("phone", "read")
    with door.visit() as client:
        form = {"username": NAME, "password": PASSWORD}
        token = client.post("/api/v1/auth/token", data=form).json()["access_token"]
        client.post("/api/v1/auth/token", data=form | {"password": NEW_PASSWORD})
        client.get("/api/v1/keys", headers={"X-Api-Key": key + "x"})
        client.get("/api/v1/keys", headers={"Authorization": f"Bearer {token}"})
        client.get("/setup", params={"token": link_token})
    with door.browser() as page:
        cookie = page.cookies["audio_ident_session"]
        body = {"password": PASSWORD, "new_password": NEW_PASSWORD}
        page.post("/api/v1/auth/password", json=body).raise_for_status()
    assert run(door.data, "backup", tmp_path / "backup").code == 0
    told = door.log.read_text() + run(door.data, "config", "show").stdout
    backup = (tmp_path / "backup").read_text()

    secrets = [PASSWORD, NEW_PASSWORD, token, cookie, key, link_token, "argon2"]
    assert [secret for secret in secrets if secret in told + backup] == []
    assert "password_changed" in told
    assert not re.search("log_ins|api_keys|owners|setup_links", backup)


def test_a_password_comes_from_standard_input_for_machines_without_a_screen(tmp_path: Path) -> None:
    """One that is too short is refused, and nothing of it is printed."""
    data = tmp_path / "data"
    short = run(data, "owner", "set", stdin=b"gans\n")
    none_yet = run(data, "owner", "show")
    made = run(data, "owner", "set", "--json", stdin=PASSWORD.encode() + b"\n")
    renamed = run(data, "owner", "set", "--name", "Ada", stdin=PASSWORD.encode())

    assert (short.code, "BAD_INPUT" in short.stderr, "gans" in short.stderr) == (2, True, False)
    assert (none_yet.code, "NOT_FOUND" in none_yet.stderr) == (1, True)
    assert (made.code, made.document["name"]) == (0, "owner")
    assert (renamed.code, "Ada" in renamed.stdout) == (0, True)


def test_keys_are_made_and_revoked_in_the_terminal(door: Door) -> None:
    """What is made there works at the running service at once, and no longer when revoked."""
    made = run(door.data, "keys", "add", "cron", "--scope", "admin", "--json").document
    with door.visit(X_Api_Key=made["key"]) as program:
        before = program.get("/api/v1/keys").status_code
        listed = run(door.data, "keys")
        revoked = run(door.data, "keys", "revoke", "cron")
        after = program.get("/api/v1/keys").status_code
    again = run(door.data, "keys", "revoke", "cron")
    past = run(door.data, "keys", "add", "old", "--expires", "2001-01-01")

    assert (before, after) == (200, 401)
    assert made["hint"] in listed.stdout
    assert made["key"] not in listed.stdout
    assert (revoked.code, again.code, past.code) == (0, 1, 2)
