"""The library over HTTP: pages of tracks, and all that is known of one."""

import httpx

from builders.collection import Collection


def test_a_page_has_the_shape_of_the_original_contract(client: httpx.Client) -> None:
    """Data and camelCase pagination; the newest first."""
    answer = client.get("/api/v1/tracks", params={"pageSize": 3}).json()

    total = answer["pagination"]["totalItems"]
    assert answer["pagination"] == {
        "page": 1,
        "pageSize": 3,
        "totalItems": total,
        "totalPages": -(-total // 3),
    }
    added = [track["ingested_at"] for track in answer["data"]]
    assert len(added) == 3
    assert added == sorted(added, reverse=True)


def test_a_track_is_told_in_full_without_a_path(
    client: httpx.Client, collection: Collection
) -> None:
    """No folder of the server is in the answer."""
    first = client.get("/api/v1/tracks").json()["data"][0]
    answer = client.get(f"/api/v1/tracks/{first['id']}")

    assert answer.status_code == 200, answer.text
    assert answer.json()["title"] == first["title"]
    assert answer.json()["olaf_indexed"] is True
    assert answer.json()["embedding_model"] is None
    assert str(collection.music) not in answer.text
