"""The library over HTTP: pages of tracks, names, and all that is known of one track."""

import uuid

import httpx
import pytest

from builders.collection import Collection


def test_a_page_has_the_shape_of_the_original_contract(client: httpx.Client) -> None:
    """Data and camelCase pagination; the newest first."""
    answer = client.get("/api/v1/tracks", params={"pageSize": 3}).json()

    assert answer["pagination"] == {"page": 1, "pageSize": 3, "totalItems": 6, "totalPages": 2}
    added = [track["ingested_at"] for track in answer["data"]]
    assert len(added) == 3
    assert added == sorted(added, reverse=True)


@pytest.mark.parametrize(
    ("asked", "page", "size", "entries"),
    [
        ({"page": -5}, 1, 50, 6),
        ({"page": 0, "pageSize": 0}, 1, 1, 1),
        ({"pageSize": 10**9}, 1, 100, 6),
        ({"page": 9}, 9, 50, 0),
        ({"page": 2**63 - 1}, 2**31, 50, 0),
    ],
)
def test_odd_pages_are_brought_into_range(
    client: httpx.Client, asked: dict[str, int], page: int, size: int, entries: int
) -> None:
    """As the original did; a page behind the last is empty and says so."""
    answer = client.get("/api/v1/tracks", params=asked).json()
    told = answer["pagination"]
    assert (told["page"], told["pageSize"], len(answer["data"])) == (page, size, entries)
    assert told["totalItems"] == 6


def test_nothing_found_is_no_page_at_all(client: httpx.Client) -> None:
    """0 pages, and no cursor."""
    answer = client.get("/api/v1/tracks", params={"search": "no such music"}).json()
    assert (answer["data"], answer["next_cursor"]) == ([], None)
    assert answer["pagination"]["totalPages"] == 0


def test_cursors_lead_through_all_tracks(client: httpx.Client) -> None:
    """In the order of the pages."""
    query = {"sort": "title", "pageSize": "2"}
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        answer = client.get("/api/v1/tracks", params={**query, "cursor": cursor}).json()
        seen += [track["id"] for track in answer["data"]]
        cursor = answer["next_cursor"]
    everything = client.get("/api/v1/tracks", params={"sort": "title"}).json()["data"]
    assert seen == [track["id"] for track in everything]


@pytest.mark.parametrize(
    "query",
    [
        {"cursor": "forged"},
        {"cursor": "AAAA" * 500},
        {"sort": "loudness"},
        {"year_from": "x"},
        {"page": str(2**70)},
        {"search": "x" * 501},
        {"min_duration_seconds": "nan"},
        {"added_since": "2026-01-01T00:00:00"},
        {"root": "0"},
    ],
)
def test_what_cannot_be_asked_is_refused(client: httpx.Client, query: dict[str, str]) -> None:
    """With the code that says so."""
    answer = client.get("/api/v1/tracks", params=query)
    assert (answer.status_code, answer.json()["code"]) == (422, "VALIDATION_ERROR")


@pytest.mark.parametrize("search", ["\0", "\ud800".encode("utf-8", "surrogatepass"), "%", "'", '"'])
def test_no_search_breaks_anything(client: httpx.Client, search: str | bytes) -> None:
    """Whatever bytes it has."""
    text = search if isinstance(search, str) else search.decode("latin-1")
    assert client.get("/api/v1/tracks", params={"search": text}).status_code == 200


def test_a_list_that_is_known_is_not_sent_again(client: httpx.Client) -> None:
    """304 for its ETag, also among others and as `*`."""
    first = client.get("/api/v1/tracks")
    tag = first.headers["etag"]
    assert tag.startswith('W/"')
    for header in (tag, f'"other", {tag}', "*"):
        again = client.get("/api/v1/tracks", headers={"If-None-Match": header})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == tag
    other = client.get("/api/v1/tracks", headers={"If-None-Match": '"other"'})
    assert other.status_code == 200


def test_a_track_is_told_in_full_without_a_path(
    client: httpx.Client, collection: Collection
) -> None:
    """No folder of the server is in the answer."""
    first = client.get("/api/v1/tracks").json()["data"][0]
    answer = client.get(f"/api/v1/tracks/{first['id']}")
    track = answer.json()

    assert {name: track[name] for name in first} == first
    assert (track["olaf_indexed"], track["is_indexed"], track["is_complete"]) == (True, True, True)
    assert (track["embedding_model"], track["embedding_dim"]) == ("timbre-118", 118)
    assert track["shown"]["title"]["origin"] == "tags"
    assert track["analysis"] == "current"
    assert track["sound"]["integrated_lufs"] < 0
    assert {stage["stage"] for stage in track["stages"]} == {"tags", "analysis", "index"}
    assert str(collection.music) not in answer.text
    headers = {"If-None-Match": answer.headers["etag"]}
    assert client.get(f"/api/v1/tracks/{first['id']}", headers=headers).status_code == 304


def test_an_unknown_track_is_not_found(client: httpx.Client) -> None:
    """And what is no id is refused."""
    unknown = client.get(f"/api/v1/tracks/{uuid.UUID(int=0)}")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "NOT_FOUND")
    assert client.get("/api/v1/tracks/3f1c").status_code == 422


def test_artists_albums_and_genres_are_counted(client: httpx.Client) -> None:
    """Their tracks are those that the same name finds."""
    for path, parameter in (("artists", "artist"), ("albums", "album"), ("genres", "genre")):
        page = client.get(f"/api/v1/{path}").json()
        assert page["pagination"]["totalItems"] == len(page["data"])
        for found in page["data"]:
            query = {parameter: found["name"]}
            total = client.get("/api/v1/tracks", params=query).json()["pagination"]["totalItems"]
            assert total == found["tracks"] > 0
        assert client.get(f"/api/v1/{path}", params={"search": "no such"}).json()["data"] == []


def test_the_library_tells_how_much_there_is(client: httpx.Client) -> None:
    """Tracks, hours, encodings, bytes and the last import."""
    told = client.get("/api/v1/library").json()
    assert (told["tracks"], told["files"], told["hidden_tracks"]) == (6, 6, 0)
    assert sum(told["codecs"].values()) == 6
    assert told["size_bytes"] > 0
    seconds = [t["duration_seconds"] for t in client.get("/api/v1/tracks").json()["data"]]
    assert told["duration_seconds"] == pytest.approx(sum(seconds), abs=0.01)
    assert told["last_import"]["state"] == "completed"
    (space,) = told["spaces"]
    assert (space["model"], space["is_answering"], space["is_wanted"]) == ("timbre-118", True, True)
    assert space["recordings"] == space["wanted_recordings"] > 0 == space["failed_recordings"]


def test_codes_and_parameters_are_the_tables_of_the_program(client: httpx.Client) -> None:
    """With remedy, default and range."""
    codes = {code["code"]: code for code in client.get("/api/v1/codes").json()["data"]}
    assert codes["DECODE_ERROR"]["remedy"]
    assert client.get("/api/v1/codes/EMPTY_FILE").json() == codes["EMPTY_FILE"]
    assert (codes["EMPTY_FILE"]["http_status"], codes["LARGE_FILE"]["http_status"]) == (400, None)
    assert client.get("/api/v1/codes/NO_SUCH_CODE").status_code == 404
    parameters = {p["name"]: p for p in client.get("/api/v1/parameters").json()["data"]}
    assert (parameters["workers"]["least"], parameters["workers"]["greatest"]) == (1, 256)
    assert (parameters["thorough"]["type"], parameters["thorough"]["default"]) == ("boolean", False)
