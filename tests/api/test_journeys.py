"""Paths, mixes and play lists, asked of the real service over a library that an import filled."""

from typing import Any

import httpx
import pytest

from builders.collection import PIECES, Collection

UNKNOWN = "00000000-0000-4000-8000-000000000000"


@pytest.fixture(scope="module")
def ids(client: httpx.Client) -> dict[str, str]:
    """Tracks of the library by title, one of each recording."""
    listed = client.get("/api/v1/tracks", params={"page_size": 100}).json()["data"]
    return {track["title"]: track["id"] for track in listed}


def titles(answer: dict[str, Any]) -> list[str]:
    """What is answered, in order."""
    return [step["track"]["title"] for step in answer["steps"]]


def test_a_path_leads_from_one_track_to_the_other(
    client: httpx.Client, ids: dict[str, str]
) -> None:
    """Ends included, each recording once, each step leads on, and always the same."""
    first, last = PIECES[1].title, PIECES[3].title
    wanted = {"from": ids[first], "to": ids[last], "steps": 4}
    answer = client.get("/api/v1/path", params=wanted).json()
    again = client.get("/api/v1/path", params=wanted).json()
    progress = [step["progress"] for step in answer["steps"]]

    assert (titles(answer)[0], titles(answer)[-1]) == (first, last)
    assert len(set(titles(answer))) == len(answer["steps"])
    assert progress == sorted(progress)
    assert (answer["wanted_steps"], answer["steps"][0]["cosine"]) == (4, None)
    assert again == answer


def test_a_path_needs_two_tracks_and_a_sane_length(
    client: httpx.Client, ids: dict[str, str]
) -> None:
    """What is wrong has a code."""
    one, other = ids[PIECES[1].title], ids[PIECES[2].title]

    def status(**params: object) -> int:
        return client.get("/api/v1/path", params=params).status_code  # type: ignore[arg-type]

    assert status(**{"from": one, "to": one}) == 422
    assert status(**{"from": one, "to": UNKNOWN}) == 404
    assert status(**{"from": one, "to": other, "steps": 1}) == 422
    assert status(**{"from": one, "to": other, "steps": 101}) == 422
    assert status(**{"from": one}) == 422


def test_a_mix_goes_on_until_nothing_is_left(client: httpx.Client, ids: dict[str, str]) -> None:
    """Asked piece by piece, it plays each recording but its seed once, and then says so."""
    seed = ids[PIECES[1].title]
    played: list[str] = []
    for _ in range(10):
        question = {"seeds": [seed], "played": played, "count": 2, "number": 5}
        answer = client.post("/api/v1/mix", json=question).json()
        played += [step["track"]["id"] for step in answer["steps"]]
        if answer["is_used_up"]:
            break
    named = {track_id: title for title, track_id in ids.items()}
    whole = client.post("/api/v1/mix", json={"seeds": [seed], "count": 100, "number": 5}).json()

    assert answer["is_used_up"]
    assert sorted(named[i] for i in played) == sorted(
        {piece.title for piece in PIECES} - {named[seed]}
    )
    assert [step["track"]["id"] for step in whole["steps"]] == played


@pytest.mark.parametrize(
    "question",
    [
        {"seeds": []},
        {"seeds": ["x"]},
        {"seeds": [UNKNOWN], "adventurousness": 1.5},
        {"seeds": [UNKNOWN], "count": 0},
        {"seeds": [UNKNOWN], "number": -1},
    ],
)
def test_a_mix_that_cannot_be_meant_is_refused(
    client: httpx.Client, question: dict[str, Any]
) -> None:
    """Before anything is looked for."""
    assert client.post("/api/v1/mix", json=question).status_code == 422


def test_a_mix_of_an_unknown_seed_is_not_found(client: httpx.Client) -> None:
    """There is nothing to be near."""
    assert client.post("/api/v1/mix", json={"seeds": [UNKNOWN]}).status_code == 404


def test_every_answer_is_a_play_list_as_well(
    client: httpx.Client, ids: dict[str, str], collection: Collection
) -> None:
    """Its entries are addresses of the service that can be played, and no path is told."""
    one, other = ids[PIECES[1].title], ids[PIECES[2].title]
    path = {"from": one, "to": other, "steps": 3}
    answers = [
        client.get("/api/v1/path", params=path | {"format": "m3u8"}),
        client.post("/api/v1/mix", params={"format": "m3u8"}, json={"seeds": [one]}),
        client.get(f"/api/v1/tracks/{one}/similar", params={"format": "m3u8"}),
        client.post(
            "/api/v1/similar", params={"format": "m3u8"}, json={"plus": [{"track_id": one}]}
        ),
    ]
    for answer in answers:
        urls = [line for line in answer.text.splitlines() if not line.startswith("#")]
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"] == "application/vnd.apple.mpegurl"
        assert ".m3u8" in answer.headers["content-disposition"]
        assert all(url.startswith(f"{client.base_url}/api/v1/tracks/") for url in urls)
        assert client.get(urls[-1]).status_code == 200
        assert collection.music.name not in answer.text


def test_a_jspf_names_tracks_and_where_they_are_heard(
    client: httpx.Client, ids: dict[str, str]
) -> None:
    """XSPF as JSON, with the length in milliseconds and the id of the track."""
    one, other = ids[PIECES[1].title], ids[PIECES[2].title]
    params = {"from": one, "to": other, "steps": "2", "format": "jspf"}
    answer = client.get("/api/v1/path", params=params)
    first, last = answer.json()["playlist"]["track"]

    assert answer.headers["content-type"] == "application/jspf+json"
    assert first["identifier"][0] == f"urn:uuid:{one}"
    assert last["location"] == [f"{client.base_url}/api/v1/tracks/{other}/audio"]
    assert last["title"] == PIECES[2].title
    assert 15_000 < last["duration"] < 30_000


def test_a_format_that_does_not_exist_is_refused(client: httpx.Client, ids: dict[str, str]) -> None:
    """There are three."""
    params = {"from": ids[PIECES[1].title], "to": ids[PIECES[2].title], "format": "pls"}

    assert client.get("/api/v1/path", params=params).status_code == 422
