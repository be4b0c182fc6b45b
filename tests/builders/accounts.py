"""A service that has an owner, and visitors who each come from an address of their own."""

import contextlib
import dataclasses
import itertools
from collections.abc import Iterator
from pathlib import Path

import httpx

from builders.command import run
from builders.server import serving

NAME = "Kim"
PASSWORD = "eleven wet geese"  # noqa: S105 -- of no service but those of tests

_NUMBERS = itertools.count(1)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """A running service that asks who one is."""

    address: str
    data: Path
    log: Path
    """What it printed on stderr."""

    @contextlib.contextmanager
    def visit(self, **headers: str) -> Iterator[httpx.Client]:
        """A client with cookies and an address of its own; `_` in names of headers is `-`."""
        number = next(_NUMBERS)
        told = {"X-Forwarded-For": f"198.51.{number // 250}.{number % 250}"}
        told |= {name.replace("_", "-"): value for name, value in headers.items()}
        with httpx.Client(base_url=self.address, headers=told, timeout=30) as client:
            yield client

    @contextlib.contextmanager
    def browser(self) -> Iterator[httpx.Client]:
        """A page of the service in which the owner is logged in."""
        with self.visit(Sec_Fetch_Site="same-origin") as client:
            client.post(
                "/api/v1/auth/login", json={"username": NAME, "password": PASSWORD}
            ).raise_for_status()
            yield client

    def make_key(self, name: str, *scopes: str) -> str:
        """The secret of a new key."""
        with self.browser() as client:
            answer = client.post("/api/v1/keys", json={"name": name, "scopes": list(scopes)})
            return str(answer.raise_for_status().json()["key"])


@contextlib.contextmanager
def guarded(folder: Path, **settings: str) -> Iterator[Door]:
    """A service with an owner over an empty library; it believes what proxies on loopback say."""
    data, log = folder / "data", folder / "stderr"
    ending = run(data, "owner", "set", "--name", NAME, stdin=PASSWORD.encode())
    assert ending.code == 0, ending.stderr
    settings = {
        "AUDIO_IDENT_OPEN_ON_LOOPBACK": "false",
        "AUDIO_IDENT_TRUSTED_PROXIES": '["127.0.0.1"]',
    } | settings
    with serving(data, log=log, **settings) as client:
        yield Door(address=str(client.base_url), data=data, log=log)
