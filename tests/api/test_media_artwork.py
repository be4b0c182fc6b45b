"""Pictures of tracks, by content."""

import hashlib
import io
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa
from PIL import Image

from builders.databases import rows_of
from builders.playing import PlayedLibrary, lasting

UNKNOWN_TRACK = "00000000-0000-4000-8000-000000000000"


@pytest.fixture(scope="module")
def album(library: Path) -> list[tuple[str, str]]:
    """Ids of tracks that have pictures, and the hash of the first of each."""
    query = """
        SELECT t.id, p.sha256 FROM tracks t
        JOIN file_pictures p ON p.file_id = t.file_id AND p.position = 1
    """
    with rows_of(library) as rows:
        return [(track_id, sha256) for track_id, sha256 in rows.execute(sa.text(query))]


def artwork_of(track_id: str) -> str:
    """Address of the picture of a track."""
    return f"/api/v1/tracks/{track_id}/artwork"


@pytest.mark.parametrize(
    ("size", "most_pixels"), [("small", 160), ("medium", 500), ("large", 1200)]
)
def test_a_picture_comes_in_three_sizes(
    size: str, most_pixels: int, album: list[tuple[str, str]], client: httpx.Client
) -> None:
    """Each is a JPEG that is no larger than its size."""
    answer = client.get(artwork_of(album[0][0]), params={"size": size})

    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["x-content-type-options"] == "nosniff"
    with Image.open(io.BytesIO(answer.content)) as picture:
        assert picture.format == "JPEG"
        assert max(picture.size) <= most_pixels


def test_head_has_the_headers_of_get(album: list[tuple[str, str]], client: httpx.Client) -> None:
    """All that last are equal, and there is no body."""
    address = artwork_of(album[0][0])
    got, head = client.get(address), client.head(address)

    assert lasting(head.headers) == lasting(got.headers)
    assert head.content == b""


def test_a_known_picture_is_not_sent_again(
    album: list[tuple[str, str]], client: httpx.Client
) -> None:
    """304 for the same picture in the same size, and for ever if the address names it."""
    track_id, sha256 = album[0]
    first = client.get(artwork_of(track_id), params={"v": sha256})
    again = {"If-None-Match": first.headers["etag"]}

    assert first.headers["cache-control"] == "private, max-age=31536000, immutable"
    assert client.get(artwork_of(track_id), headers=again).status_code == 304
    small = client.get(artwork_of(track_id), params={"size": "small"}, headers=again)
    assert small.status_code == 200
    assert "immutable" not in small.headers["cache-control"]


def test_tracks_with_the_same_picture_share_it(
    album: list[tuple[str, str]], client: httpx.Client
) -> None:
    """Equal pictures have equal bytes and one ETag."""
    by_picture: dict[str, list[str]] = {}
    for track_id, sha256 in album:
        by_picture.setdefault(sha256, []).append(track_id)
    shared = max(by_picture.values(), key=len)
    answers = [client.get(artwork_of(track_id)) for track_id in shared]

    assert len(shared) > 1
    assert len({answer.headers["etag"] for answer in answers}) == 1
    assert len({hashlib.sha256(answer.content).hexdigest() for answer in answers}) == 1


def test_no_picture_is_told(played: PlayedLibrary, player: httpx.Client) -> None:
    """A track without one and a track that is none have codes of their own."""
    without = player.get(artwork_of(played.tracks["mp3"]))
    unknown = player.get(artwork_of(UNKNOWN_TRACK))
    nonsense = player.get(artwork_of(played.tracks["mp3"]), params={"size": "huge"})

    assert (without.status_code, without.json()["code"]) == (404, "ARTWORK_MISSING")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "NOT_FOUND")
    assert (nonsense.status_code, nonsense.json()["code"]) == (422, "VALIDATION_ERROR")
