"""The map of the library, made by an import and shown by the real service."""

from typing import Any

import httpx
import pytest

from builders.accounts import Door
from builders.playing import PARTS, PlayedLibrary


def shown(client: httpx.Client, **parameters: Any) -> dict[str, Any]:
    """The map, or a part of it."""
    answered = client.get("/api/v1/map", params=parameters)
    document: dict[str, Any] = answered.raise_for_status().json()
    assert len(document["x"]) == len(document["y"]) == len(document["track_ids"])
    return document


def test_an_import_makes_the_map(player: httpx.Client, played: PlayedLibrary) -> None:
    """Every track that is heard has a place on it."""
    document = shown(player)

    whole = {track_id for name, track_id in played.tracks.items() if name not in PARTS}
    assert whole <= {*document["track_ids"]}
    assert document["layout"]["space"].startswith("timbre-")
    assert document["layout"]["is_finished"] is True
    assert (document["coverage"], document["is_complete"]) == (1.0, True)
    assert all(-1 <= place <= 1 for place in document["x"] + document["y"])
    assert (document["groups"], document["group"]) == ([], [])


def test_a_window_shows_what_lies_in_it(player: httpx.Client) -> None:
    """And nothing else; of more than is wanted, what is seen from afar."""
    document = shown(player)
    right = {t for t, x in zip(document["track_ids"], document["x"], strict=True) if x >= 0.1}

    part = shown(player, x_from=0.1)
    few = shown(player, limit=3)

    assert {*part["track_ids"]} == right
    assert part["is_complete"] is True
    assert few["track_ids"] == document["track_ids"][:3]
    assert few["is_complete"] is False
    assert shown(player, x_from=0.5, x_to=-0.5)["track_ids"] == []


def test_points_are_coloured_when_asked(client: httpx.Client) -> None:
    """Each group has a name, and the largest comes first."""
    document = shown(client, color_by="artist")

    numbers = [number for number in document["group"] if number is not None]
    assert len(document["group"]) == len(document["track_ids"])
    assert {*numbers} == {*range(len(document["groups"]))}
    assert [numbers.count(n) for n in range(len(document["groups"]))] == sorted(
        (numbers.count(n) for n in range(len(document["groups"]))), reverse=True
    )


def test_an_unchanged_map_is_not_sent_again(player: httpx.Client) -> None:
    """Its ETag still holds."""
    first = player.get("/api/v1/map")

    again = player.get("/api/v1/map", headers={"If-None-Match": first.headers["etag"]})

    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")


@pytest.mark.parametrize(
    "parameters", [{"x_from": 2}, {"y_to": "nan"}, {"limit": 0}, {"color_by": "mood"}]
)
def test_a_wrong_window_is_refused(player: httpx.Client, parameters: dict[str, Any]) -> None:
    """With what is wrong about it."""
    answered = player.get("/api/v1/map", params=parameters)

    assert (answered.status_code, answered.json()["code"]) == (422, "VALIDATION_ERROR")


def test_an_empty_library_has_no_map(door: Door) -> None:
    """And says so."""
    key = door.make_key("map reader", "read")
    with door.visit(X_Api_Key=key) as client:
        document = shown(client)

    assert (document["layout"], document["tracks"], document["coverage"]) == (None, 0, 0.0)
    assert (document["track_ids"], document["is_complete"]) == ([], True)
