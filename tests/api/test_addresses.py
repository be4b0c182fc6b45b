"""Names, proxies, base paths and other origins."""

from pathlib import Path

import httpx
import pytest

from builders.probe_service import probing

FORWARDED = {
    "X-Forwarded-For": "203.0.113.7, 10.0.0.2",
    "X-Forwarded-Proto": "https",
    "Host": "music.example",
}


@pytest.mark.parametrize(
    "host",
    ["localhost", "LOCALHOST:80", "127.0.0.1:17010", "[::1]:1", "app.localhost", "127.9.9.9"],
)
def test_names_of_this_machine_are_answered(client: httpx.Client, host: str) -> None:
    """Whatever loopback name or address a client uses."""
    assert client.get("/health", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "[", "", "192.168.1.5"],
)
def test_other_names_are_refused_on_loopback(client: httpx.Client, host: str) -> None:
    """A page whose name points to this machine does not get in."""
    answer = client.get("/api/v1/version", headers={"Host": host})

    assert (answer.status_code, answer.json()["code"]) == (421, "HOST_NOT_ALLOWED")


def test_forwarded_headers_of_strangers_are_not_believed(tmp_path: Path) -> None:
    """Without a trusted proxy the address is that of the connection."""
    with probing(tmp_path) as client:
        headers = FORWARDED | {"Host": "localhost"}
        shown = client.get("/probe/client", headers=headers).json()

    assert (shown["client"], shown["scheme"]) == ("127.0.0.1", "http")


@pytest.mark.parametrize("proxies", [("127.0.0.1", "10.0.0.0/8"), ("127.0.0.0/8", "10.0.0.2")])
def test_forwarded_headers_of_trusted_proxies_are_believed(
    tmp_path: Path, proxies: tuple[str, ...]
) -> None:
    """Addresses and networks: the client is the last address that is no trusted proxy."""
    with probing(tmp_path, trusted_proxies=proxies) as client:
        shown = client.get("/probe/client", headers=FORWARDED).json()

    assert (shown["client"], shown["scheme"]) == ("203.0.113.7", "https")


def test_a_base_path_may_or_may_not_be_taken_away(tmp_path: Path) -> None:
    """Routes are found either way, and the description names the path."""
    with probing(tmp_path, base_path="/music/box") as client:
        paths = [
            client.get(path).json()["path"] for path in ("/probe/client", "/music/box/probe/client")
        ]
        statuses = [
            client.get(path).status_code
            for path in ("/music/boxer/health", "/music/box", "/music/box/health")
        ]
        servers = client.get("/music/box/openapi.json").json()["servers"]
        refused = client.delete("/music/box/probe/client")
        allow, code = refused.headers["allow"], client.get(refused.json()["type"])

    assert paths == ["/music/box/probe/client"] * 2
    assert statuses == [404, 404, 200]
    assert servers == [{"url": "/music/box"}]
    assert code.json()["code"] == "METHOD_NOT_ALLOWED"
    assert allow == "GET, HEAD, PATCH"


def test_other_origins_are_not_allowed_unless_named(client: httpx.Client) -> None:
    """No header of CORS is ever sent."""
    answer = client.get("/health", headers={"Origin": "https://page.example"})

    assert not [name for name in answer.headers if name.startswith("access-control")]


def test_named_origins_are_allowed_and_others_are_not(tmp_path: Path) -> None:
    """Also before the request itself, and with cookies."""
    origin = "https://page.example"
    asks = {"Access-Control-Request-Method": "PATCH"}
    with probing(tmp_path, cors_origins=(origin,)) as client:
        preflight = client.options("/probe/client", headers=asks | {"Origin": origin})
        named = client.get("/nothing", headers={"Origin": origin})
        other = client.get("/health", headers={"Origin": "https://other.example"})

    assert preflight.status_code == 200
    assert named.headers["access-control-allow-origin"] == origin
    assert named.headers["access-control-allow-credentials"] == "true"
    assert "access-control-allow-origin" not in other.headers
