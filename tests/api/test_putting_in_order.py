"""People put the library in order over HTTP: edits, hiding, duplicates, profiles."""

import contextlib
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from audio_ident.stores.fingerprints.index_reader import SegmentIndexReader
from builders.collection import Collection
from builders.command import run
from builders.databases import copy_library
from builders.imports import eventually
from builders.server import serving


@pytest.fixture(scope="module")
def data(library: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy of the library that these tests change; each leaves it as it was."""
    return copy_library(library, tmp_path_factory.mktemp("in-order") / "data")


@pytest.fixture(scope="module")
def server(data: Path) -> Iterator[httpx.Client]:
    """A service over that copy."""
    with serving(data) as client:
        yield client


def tracks(server: httpx.Client, **query: Any) -> list[dict[str, Any]]:
    """Tracks that a query finds."""
    found: list[dict[str, Any]] = server.get("/api/v1/tracks", params=query).json()["data"]
    return found


def test_an_edit_wins_and_is_found(server: httpx.Client, data: Path) -> None:
    """In lists, in search and on the command line, until it is taken back."""
    track = tracks(server, sort="title")[0]
    url = f"/api/v1/tracks/{track['id']}"
    edited = server.patch(url, json={"title": "Größer", "genres": ["Mine"], "album": ""})
    assert edited.status_code == 200, edited.text
    assert edited.json()["shown"]["title"] == {"text": "Größer", "origin": "edit"}
    assert edited.json()["album"] is None
    assert edited.json()["tags"]["title"] == track["title"]
    assert [found["id"] for found in tracks(server, search="GROSSER")] == [track["id"]]
    assert [found["id"] for found in tracks(server, genre="mine")] == [track["id"]]
    listed = run(data, "tracks", "list", "--json").document["tracks"]
    assert "Größer" in {entry["title"] for entry in listed}

    for field in ("title", "genres", "album"):
        assert server.delete(f"{url}/edits/{field}").status_code == 200
    after = server.get(url).json()
    assert (after["title"], after["edits"]) == (track["title"], {})
    history = server.get(f"{url}/edits").json()["history"]
    assert [event["value"] for event in history] == ["Größer", "", ["Mine"], None, None, None]
    assert {event["decided_by"] for event in history} == {"local"}


def test_edits_are_undone_one_request_at_a_time(server: httpx.Client) -> None:
    """And not beyond the first."""
    url = f"/api/v1/tracks/{tracks(server, sort='title')[1]['id']}"
    server.patch(url, json={"title": "one", "comment": "c"})
    server.patch(url, json={"title": "two"})
    assert server.post(f"{url}/edits/undo", json={}).json()["edits"]["title"] == "one"
    assert server.post(f"{url}/edits/undo", json={}).json()["edits"] == {}
    nothing_left = server.post(f"{url}/edits/undo", json={})
    assert (nothing_left.status_code, nothing_left.json()["code"]) == (409, "CONFLICT")


def test_nobody_overwrites_what_they_have_not_seen(server: httpx.Client) -> None:
    """Of many who edit what all have seen, one is first and the others are told."""
    url = f"/api/v1/tracks/{tracks(server, sort='title')[2]['id']}"
    tag = server.get(url).headers["etag"]

    def patch(number: int) -> httpx.Response:
        return server.patch(url, json={"title": f"by {number}"}, headers={"If-Match": tag})

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(patch, range(6)))
    done = [answer for answer in answers if answer.status_code == 200]
    refused = [answer for answer in answers if answer.status_code == 412]
    assert (len(done), len(refused)) == (1, 5)
    assert refused[0].json()["code"] == "PRECONDITION_FAILED"
    assert server.get(url).json()["title"] == done[0].json()["title"]

    newer = server.delete(f"{url}/edits/title", headers={"If-Match": done[0].headers["etag"]})
    assert newer.status_code == 200


def test_edits_of_different_fields_at_once_are_all_kept(server: httpx.Client) -> None:
    """Nothing is lost where nobody asks for the others to be refused."""
    url = f"/api/v1/tracks/{tracks(server, sort='title')[3]['id']}"
    edits = {"title": "t", "artist": "a", "album": "b", "comment": "c", "track_number": 3}
    with ThreadPoolExecutor(5) as pool:
        list(pool.map(lambda edit: server.patch(url, json=dict([edit])), edits.items()))
    assert server.get(url).json()["edits"] == edits
    for field in edits:
        server.delete(f"{url}/edits/{field}")


@pytest.mark.parametrize(
    "body",
    [
        {"title": ""},
        {"title": "nul\0"},
        {"title": "x" * 1001},
        {"path": "/etc/passwd"},
        {"track_number": 2**70},
        {"track_number": True},
        {"date": "yesterday"},
        {"genres": [""]},
        {"genres": ["x"] * 21},
        [],
    ],
)
def test_what_cannot_be_said_of_a_track_is_refused(server: httpx.Client, body: object) -> None:
    """And nothing is changed."""
    track = tracks(server)[0]
    answer = server.patch(f"/api/v1/tracks/{track['id']}", json=body)
    assert answer.status_code == 422
    assert answer.json()["code"] in {"VALIDATION_ERROR", "BAD_INPUT"}
    assert tracks(server)[0] == track


def test_a_hidden_track_is_nowhere_but_among_the_hidden(
    server: httpx.Client, data: Path, collection: Collection
) -> None:
    """Imports leave it there, its file stays, and restoring brings it back as it was."""
    track = tracks(server, sort="title")[0]
    url = f"/api/v1/tracks/{track['id']}"
    assert server.delete(url).status_code == 204
    assert track["id"] not in {found["id"] for found in tracks(server)}
    assert run(data, "import", collection.music, "--json").code == 0
    assert [found["id"] for found in tracks(server, hidden=True)] == [track["id"]]
    assert server.get(url).json()["state"] == "hidden"
    assert all(piece.exists() for piece in collection.pieces)

    restored = server.post(f"{url}/restore")
    assert (restored.status_code, restored.json()["state"]) == (200, "shown")
    assert track in tracks(server)
    assert run(data, "import", collection.music, "--json").code == 0
    assert server.get(url).json()["is_indexed"] is True
    assert run(data, "check", "--json").document["findings"] == []


def test_a_hidden_recording_is_not_recognised(
    server: httpx.Client, data: Path, collection: Collection
) -> None:
    """At once, and again once it is restored on the command line."""
    piece = collection.pieces[1]
    (track,) = identified(data, piece)["matches"][0]["tracks"]
    server.delete(f"/api/v1/tracks/{track['id']}")
    assert identified(data, piece)["status"] == "no_match"

    assert run(data, "tracks", "restore", track["id"]).code == 0
    assert identified(data, piece)["status"] == "match"


def test_the_index_forgets_and_remembers_without_an_import(
    server: httpx.Client, data: Path
) -> None:
    """The importer of the service does it, once for what was hidden and once for the way back."""
    url = f"/api/v1/tracks/{tracks(server, has_duplicates=False)[0]['id']}"
    recordings = len(tracks(server)) - 1  # two of the tracks are of one recording
    eventually(lambda: count_indexed(data) == recordings)

    assert server.delete(url).status_code == 204
    eventually(lambda: count_indexed(data) == recordings - 1)

    assert server.post(f"{url}/restore").status_code == 200
    eventually(lambda: count_indexed(data) == recordings)
    eventually(lambda: server.get(url).json()["is_indexed"])


def count_indexed(data: Path) -> int:
    """Recordings that readers of the index see."""
    with contextlib.closing(SegmentIndexReader(data / "index")) as reader:
        return sum(int(alive.sum()) for alive in reader.snapshot().alive)


def identified(data: Path, clip: Path) -> dict[str, Any]:
    """What the command line says of a clip."""
    (told,) = run(data, "identify", clip, "--json").document["clips"]
    found: dict[str, Any] = told
    return found


def test_duplicates_are_shown_decided_and_undone(
    server: httpx.Client, collection: Collection
) -> None:
    """The copy of the first piece is a group, until somebody says otherwise."""
    page = server.get("/api/v1/duplicates").json()
    (group,) = page["data"]
    assert (group["kind"], len(group["copies"])) == ("same_bytes", 2)
    assert group["keep"] in {copy["track_id"] for copy in group["copies"]}
    assert group["reasons"]
    assert {copy["relative_path"] for copy in group["copies"]} >= {"again.mp3"}
    assert str(collection.music) not in json.dumps(page)
    assert server.get(f"/api/v1/duplicates/{group['id']}").json() == group
    first, second = (copy["track_id"] for copy in group["copies"])
    assert server.get(f"/api/v1/tracks/{first}/duplicates").json()["group"] == group
    assert len(tracks(server, has_duplicates=True)) == 2

    body = {"first_track": first, "second_track": second, "verdict": "not_duplicate"}
    made = server.post("/api/v1/duplicates/decisions", json=body)
    assert made.status_code == 201, made.text
    (decision,) = made.json()["data"]
    assert server.get("/api/v1/duplicates").json()["data"] == []
    assert tracks(server, has_duplicates=True) == []

    undone = server.post(f"/api/v1/duplicates/decisions/{decision['id']}/undo")
    assert undone.json()["revoked_at"] is not None
    assert server.get("/api/v1/duplicates").json()["data"] == [group]
    history = server.get("/api/v1/duplicates/decisions").json()["data"]
    assert [one["id"] for one in history] == [decision["id"]]


def test_the_plan_is_told_and_never_carried_out(
    server: httpx.Client, collection: Collection
) -> None:
    """As JSON lines without folders of the server, and as a script for whoever may see them."""
    plan = server.get("/api/v1/duplicates/plan")
    steps = [json.loads(line) for line in plan.text.splitlines()]
    assert sorted(step["action"] for step in steps) == ["keep", "move"]
    assert str(collection.music) not in plan.text
    script = server.get("/api/v1/duplicates/plan.sh")
    assert script.text.startswith("#!/bin/sh")
    assert collection.copy.exists()


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/duplicates/0123456789", None, 404),
        ("GET", "/duplicates/nothing", None, 422),
        ("POST", "/duplicates/decisions/999/undo", None, 404),
        ("POST", "/duplicates/decisions", {"verdict": "duplicate"}, 422),
        ("GET", "/profiles/unknown", None, 404),
        ("PUT", "/profiles/p", {"folders": ["relative"]}, 422),
        ("PUT", "/profiles/p", {"folders": ["/m"], "parameters": {"speed": 1}}, 422),
        ("PUT", "/profiles/p", {"folders": ["/m"], "parameters": {"workers": 999}}, 422),
        ("GET", "/errors?code=small", None, 422),
    ],
)
def test_what_makes_no_sense_is_refused(
    server: httpx.Client, method: str, path: str, body: object, status: int
) -> None:
    """In the one shape of errors."""
    answer = server.request(method, f"/api/v1{path}", json=body)
    assert answer.status_code == status
    assert answer.json()["error"]["code"] == answer.json()["code"]


def test_profiles_are_kept_and_forgotten(server: httpx.Client) -> None:
    """With all parameters, those that were not named at their defaults."""
    body = {"folders": ["/music"], "parameters": {"thorough": True}}
    kept = server.put("/api/v1/profiles/Everything%20ä", json=body).json()
    assert (kept["name"], kept["parameters"]["thorough"]) == ("Everything ä", True)
    assert kept["parameters"]["max_attempts"] == 3
    assert server.get("/api/v1/profiles").json()["data"] == [kept]
    assert server.delete("/api/v1/profiles/Everything%20ä").status_code == 204
    assert server.get("/api/v1/profiles").json()["data"] == []


def test_files_that_cannot_be_used_are_listed_without_folders(
    server: httpx.Client, data: Path, tmp_path: Path
) -> None:
    """By root and path below it, with what to do about them."""
    folder = tmp_path / "secret-folder"
    folder.mkdir()
    (folder / "broken.mp3").write_bytes(b"ID3" + bytes(100))
    run(data, "import", folder, "--json")
    answer = server.get("/api/v1/errors")
    (error,) = answer.json()["data"]
    assert error["relative_path"] == "broken.mp3"
    assert error["code"] in {code["code"] for code in server.get("/api/v1/codes").json()["data"]}
    assert error["remedy"]
    assert "secret-folder" not in answer.text
    only = server.get("/api/v1/errors", params={"code": "DISK_FULL"}).json()
    assert (only["data"], only["pagination"]["totalItems"]) == ([], 0)
    assert str(folder) in server.get("/api/v1/folders/recent").json()["data"]
