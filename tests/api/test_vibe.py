"""What sounds alike, asked of the real service over a library that an import has filled."""

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
import sqlalchemy as sa

from builders.asking import clip_of, found, search, wav_bytes
from builders.collection import Collection
from builders.databases import rows_of
from builders.server import free_port, serving


@pytest.fixture(scope="module")
def tracks(client: httpx.Client) -> dict[str, dict[str, Any]]:
    """Tracks of the library by title."""
    listed = client.get("/api/v1/tracks", params={"page_size": 100}).json()["data"]
    return {track["title"]: track for track in listed}


def titles(answer: dict[str, Any]) -> list[str]:
    """What is answered, in order."""
    return [match["track"]["title"] for match in answer["vibe_matches"]]


def test_a_clip_is_answered_with_what_sounds_alike(
    client: httpx.Client, collection: Collection
) -> None:
    """Without the recording that it was taken from, whether that lane was asked for or not."""
    clip = clip_of(collection.pieces[1], "opus", 6.0, 8.0)
    both, vibe = found(client, clip), found(client, clip, mode="vibe")
    best = both["vibe_matches"][0]

    assert both["exact_matches"][0]["track"]["title"] == "Harbour Lights"
    assert "Harbour Lights" not in titles(both)
    assert titles(both) == titles(vibe)
    assert len(set(titles(both))) == len(titles(both)) >= 3
    assert best["embedding_model"] == "timbre-118"
    assert 0 <= best["similarity"] <= 1
    assert set(best["blocks"]) == {"timbre", "harmony", "rhythm"}
    assert best["best_ranges"][0]["query"] == {"start_seconds": 0.0, "end_seconds": 8.0}
    assert best["best_ranges"][0]["query_track_id"] is None


def test_max_results_holds_for_each_lane(client: httpx.Client, collection: Collection) -> None:
    """One of each is one of each."""
    clip = clip_of(collection.pieces[0], "mp3", 3.0, 8.0)
    answer = found(client, clip, max_results=1)

    assert (len(answer["exact_matches"]), len(answer["vibe_matches"])) == (1, 1)


def test_copies_of_a_clip_are_no_answer(client: httpx.Client, collection: Collection) -> None:
    """Both files of the recording are known, and neither sounds like itself."""
    answer = found(client, clip_of(collection.pieces[0], "mp3", 3.0, 8.0))
    same = {match["track"]["id"] for match in answer["exact_matches"]}

    assert len(same) == 2
    assert same.isdisjoint(match["track"]["id"] for match in answer["vibe_matches"])


def test_silence_sounds_like_nothing(client: httpx.Client) -> None:
    """The lane says why its list is empty."""
    answer = found(client, wav_bytes(np.zeros(5 * 8000, np.int16), 8000), mode="vibe")

    assert answer["vibe_matches"] == []
    assert answer["lanes"]["vibe"]["status"] == "empty"
    assert "silence" in answer["lanes"]["vibe"]["reason"]


def test_a_stretch_of_a_track_is_answered_from_stored_windows(
    client: httpx.Client, tracks: dict[str, dict[str, Any]]
) -> None:
    """By the search of both lanes as by the route of its own."""
    track_id = tracks["Harbour Lights"]["id"]
    wanted = {"track_id": track_id, "start_seconds": 4.0, "end_seconds": 16.0}
    searched = client.post("/api/v1/search/by-track", json=wanted).json()
    listed = client.get(
        f"/api/v1/tracks/{track_id}/similar", params={"start": 4.0, "end": 16.0}
    ).json()

    assert searched["lanes"]["vibe"]["status"] == "ok"
    assert searched["vibe_matches"] == listed["vibe_matches"]
    assert listed["vibe_matches"][0]["best_ranges"][0]["query_track_id"] == track_id
    assert (listed["embedding_model"], listed["coverage"]) == ("timbre-118", 1.0)


def test_the_same_question_gets_the_same_answer(
    client: httpx.Client, tracks: dict[str, dict[str, Any]]
) -> None:
    """Byte by byte."""
    path = f"/api/v1/tracks/{tracks['Harbour Lights']['id']}/similar"

    assert client.get(path).content == client.get(path).content


def test_filters_and_limits_hold(client: httpx.Client, tracks: dict[str, dict[str, Any]]) -> None:
    """By artist, by year, and by how many of one artist."""
    path = f"/api/v1/tracks/{tracks['Harbour Lights']['id']}/similar"
    artist = tracks["Paper Lanterns"]["artist"]
    of_artist = client.get(path, params={"artist": artist.upper()}).json()
    of_no_year = client.get(path, params={"year_from": 1, "year_to": 2}).json()
    one_each = client.get(path, params={"per_artist": 1}).json()
    artists = [match["track"]["artist"] for match in one_each["vibe_matches"]]

    assert of_artist["vibe_matches"]
    assert {match["track"]["artist"] for match in of_artist["vibe_matches"]} == {artist}
    assert of_no_year["vibe_matches"] == []
    assert len(set(artists)) == len(artists)


def test_a_blend_takes_wanted_and_unwanted_tracks(
    client: httpx.Client, tracks: dict[str, dict[str, Any]]
) -> None:
    """None of them is an answer."""
    first, second, third = list(tracks.values())[:3]
    question = {
        "plus": [{"track_id": first["id"]}, {"track_id": second["id"], "start": 2, "end": 20}],
        "minus": [{"track_id": third["id"]}],
        "max_results": 3,
    }
    answer = client.post("/api/v1/similar", json=question)
    own = {first["title"], second["title"], third["title"]}

    assert answer.status_code == 200
    assert titles(answer.json())
    assert own.isdisjoint(titles(answer.json()))


def test_what_cannot_be_meant_is_refused(
    client: httpx.Client, tracks: dict[str, dict[str, Any]]
) -> None:
    """Unknown tracks, stretches that are not there, nothing wanted, years the wrong way round."""
    path = f"/api/v1/tracks/{tracks['Harbour Lights']['id']}/similar"
    answers = [
        client.get(f"/api/v1/tracks/{uuid.uuid4()}/similar"),
        client.get(path, params={"start": 500}),
        client.post("/api/v1/similar", json={"minus": []}),
        client.get(path, params={"year_from": 2000, "year_to": 1990}),
    ]

    assert [answer.status_code for answer in answers] == [404, 422, 422, 422]


def test_words_need_a_model(client: httpx.Client) -> None:
    """The answer says what to do; the other lanes go on."""
    by_words = client.get("/api/v1/text-search", params={"q": "calm piano"})
    in_blend = client.post("/api/v1/similar", json={"text": "calm piano"})

    for answer in (by_words, in_blend):
        assert (answer.status_code, answer.json()["code"]) == (503, "MODEL_MISSING")
        assert "audio-ident models" in answer.json()["remedy"]


def test_a_hidden_track_is_no_answer(own_library: Path, tracks: dict[str, dict[str, Any]]) -> None:
    """From the moment on that it is hidden; what sounded like it has other answers."""
    asked, hidden = tracks["Harbour Lights"]["id"], tracks["Kilometre Zero"]["id"]
    with serving(own_library) as client:
        before = client.get(f"/api/v1/tracks/{asked}/similar").json()
        gone = client.delete(f"/api/v1/tracks/{hidden}")
        after = client.get(f"/api/v1/tracks/{asked}/similar").json()

    assert gone.status_code == 204
    assert "Kilometre Zero" in titles(before)
    assert titles(after) == [title for title in titles(before) if title != "Kilometre Zero"]


def test_a_library_without_vectors_has_one_lane(
    own_library: Path, collection: Collection, tracks: dict[str, dict[str, Any]]
) -> None:
    """It says so, answers the other lane, and refuses what needs them."""
    clip = clip_of(collection.pieces[1], "mp3", 6.0, 5.0)
    with rows_of(own_library) as connection:
        connection.execute(sa.text("DELETE FROM spaces"))
    with serving(own_library, AUDIO_IDENT_SERVES_IMPORTS="never") as client:
        both = found(client, clip)
        vibe = search(client, clip, mode="vibe")
        similar = client.get(f"/api/v1/tracks/{tracks['Harbour Lights']['id']}/similar")

    assert (both["mode_used"], both["vibe_matches"]) == ("exact", [])
    assert both["lanes"]["vibe"]["status"] == "skipped"
    assert both["lanes"]["vibe"]["reason"]
    assert (vibe.status_code, vibe.json()["code"]) == (503, "SERVICE_UNAVAILABLE")
    assert (similar.status_code, similar.json()["code"]) == (409, "NOT_LISTENED_YET")


@pytest.fixture(scope="module")
def cut_off(library: Path) -> Iterator[httpx.Client]:
    """A service whose vectors lie on a server that is away."""
    settings = {
        "AUDIO_IDENT_QDRANT_URL": f"http://127.0.0.1:{free_port()}",
        "AUDIO_IDENT_QDRANT_TIMEOUT_S": "1",
        "AUDIO_IDENT_SERVES_IMPORTS": "never",
    }
    with serving(library, **settings) as client:
        yield client


def test_an_outage_of_vectors_is_told(
    cut_off: httpx.Client, collection: Collection, tracks: dict[str, dict[str, Any]]
) -> None:
    """The lane has failed, with code and remedy; the other one answers all the same."""
    clip = clip_of(collection.pieces[1], "mp3", 6.0, 5.0)
    both, vibe = found(cut_off, clip), search(cut_off, clip, mode="vibe")
    similar = cut_off.get(f"/api/v1/tracks/{tracks['Harbour Lights']['id']}/similar")

    assert both["exact_matches"][0]["track"]["title"] == "Harbour Lights"
    assert both["lanes"]["vibe"]["status"] == "failed"
    assert both["lanes"]["vibe"]["reason"].startswith("VECTORS_UNREACHABLE: ")
    assert (vibe.status_code, vibe.json()["code"]) == (503, "SERVICE_UNAVAILABLE")
    assert (similar.status_code, similar.json()["code"]) == (503, "VECTORS_UNREACHABLE")


def test_lanes_are_counted(client: httpx.Client, collection: Collection) -> None:
    """Each by how it ended."""
    found(client, clip_of(collection.pieces[1], "mp3", 6.0, 5.0))
    told = client.get("/metrics").text

    assert 'audio_ident_searches_total{lane="vibe",status="ok"}' in told
    assert 'audio_ident_search_lane_seconds_total{lane="vibe"}' in told
