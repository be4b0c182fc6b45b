"""Every error has the one shape, and tells nothing that it should not."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from builders.probe_routes import SECRET
from builders.probe_service import probing

CODES_PAGE = Path(__file__).resolve().parents[2] / "docs/reference/errors.md"


@pytest.fixture(scope="module")
def probe(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """Client of a service with routes that fail."""
    with probing(tmp_path_factory.mktemp("errors")) as client:
        yield client


def code_of(answer: httpx.Response) -> str:
    """Code of an answer, checked to be a whole problem."""
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == answer.status_code
    assert problem["error"] == {
        "code": problem["code"],
        "message": problem["detail"],
        "details": problem["error"]["details"],
    }
    assert problem["type"] == f"/api/v1/codes/{problem['code']}"
    assert f"`{problem['code']}`" in CODES_PAGE.read_text(encoding="utf-8")
    return str(problem["code"])


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/nothing", "/api/v1/", "/api"])
def test_an_unknown_address_is_told_in_the_one_shape(probe: httpx.Client, path: str) -> None:
    """Problem details and the original envelope say the same."""
    answer = probe.get(path)

    assert (answer.status_code, code_of(answer)) == (404, "ROUTE_UNKNOWN")


def test_a_wrong_method_is_told_with_all_that_are_right(probe: httpx.Client) -> None:
    """`Allow` names the methods of all routes at the address, not only those of the first."""
    answer = probe.delete("/probe/client")

    assert (answer.status_code, code_of(answer)) == (405, "METHOD_NOT_ALLOWED")
    assert answer.headers["allow"] == "GET, HEAD, PATCH"


@pytest.mark.parametrize("path", ["/health", "/health/ready", "/api/v1/version", "/probe/client"])
def test_head_is_answered_wherever_get_is(probe: httpx.Client, path: str) -> None:
    """With the headers alone; tools that check addresses ask like that."""
    answer, whole = probe.head(path), probe.get(path)

    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-type"] == whole.headers["content-type"]
    assert int(answer.headers["content-length"]) == len(whole.content)


def test_a_head_request_is_refused_as_a_get_would_be(probe: httpx.Client) -> None:
    """The status tells what a body may not; what only takes POST has no HEAD."""
    unknown, posted = probe.head("/nothing"), probe.head("/api/v1/search")

    assert [(each.status_code, each.content) for each in (unknown, posted)] == [
        (404, b""),
        (405, b""),
    ]


@pytest.mark.parametrize("path", ["/probe/crash", "/probe/crash-before"])
def test_a_crash_is_answered_without_its_message(probe: httpx.Client, path: str) -> None:
    """In a route or in a dependency: 500 in the one shape, nothing of the exception."""
    answer = probe.get(path)

    assert (answer.status_code, code_of(answer)) == (500, "INTERNAL_ERROR")
    assert SECRET not in answer.text
    assert "x-request-id" in answer.headers


def test_an_answer_that_breaks_off_is_no_whole_answer(probe: httpx.Client) -> None:
    """The connection is closed, so that a client does not take the part for the whole."""
    with pytest.raises(httpx.RemoteProtocolError):
        probe.get("/probe/crash-late")


@pytest.mark.parametrize(
    ("path", "code", "hidden"),
    [
        ("/probe/database", "DATABASE_ERROR", "10.1.2.3"),
        ("/probe/decoder", "DECODE_ERROR", "secret"),
    ],
)
def test_places_are_not_told(probe: httpx.Client, path: str, code: str, hidden: str) -> None:
    """Facts that name servers or files stay in the log."""
    answer = probe.get(path)

    assert code_of(answer) == code
    assert hidden not in answer.text


def test_what_was_sent_is_not_repeated(probe: httpx.Client) -> None:
    """A password that is too long is named as a mistake, not shown."""
    answer = probe.post("/probe/credentials", json={"password": SECRET})

    assert (answer.status_code, code_of(answer)) == (422, "VALIDATION_ERROR")
    problems = answer.json()["error"]["details"]["problems"]
    assert [problem["where"] for problem in problems] == [["body", "name"], ["body", "password"]]
    assert SECRET not in answer.text


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{", "VALIDATION_ERROR"),
        (b"", "VALIDATION_ERROR"),
        (b"null", "VALIDATION_ERROR"),
        (b"\xff\xff", "BAD_REQUEST"),
        (b"[" * 100_000, "BAD_REQUEST"),
        (b'{"name": "\\ud800", "password": "\\udfff"}', "VALIDATION_ERROR"),
        (b'{"\\ud800": 1}', "VALIDATION_ERROR"),
    ],
)
def test_broken_json_is_a_mistake_of_the_client(
    probe: httpx.Client, body: bytes, code: str
) -> None:
    """Whatever bytes are sent as JSON, nothing fails on our side."""
    headers = {"Content-Type": "application/json"}
    answer = probe.post("/probe/credentials", content=body, headers=headers)

    assert code_of(answer) == code


def test_every_answer_has_an_id_and_safe_headers(probe: httpx.Client) -> None:
    """Ids differ; pages of others can neither embed nor sniff what is answered."""
    answers = [probe.get("/health"), probe.get("/nothing"), probe.get("/probe/crash")]

    assert len({answer.headers["x-request-id"] for answer in answers}) == len(answers)
    for answer in answers:
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "server" not in answer.headers
