"""Imports over HTTP, run by the importer process of a real service."""

from pathlib import Path

from builders.collection import PIECES, Collection
from builders.command import run
from builders.imports import wait_for_state
from builders.server import serving


def roots_setting(*folders: Path) -> str:
    """Value of the setting `music_roots`."""
    return "[" + ", ".join(f'"{folder}"' for folder in folders) + "]"


def test_the_whole_life_of_an_import(collection: Collection, tmp_path: Path) -> None:
    """It is queued at once, run by the importer, and told with everything that it did."""
    data = tmp_path / "data"
    with serving(data, AUDIO_IDENT_MUSIC_ROOTS=roots_setting(collection.music)) as client:
        answer = client.post("/api/v1/imports", json={"folders": [str(collection.music)]})
        session_id = answer.json()["session_id"]
        after = wait_for_state(client, session_id, "completed", "failed")
        active = client.get("/api/v1/imports/active").json()
        listed = client.get("/api/v1/imports", params={"state": "completed"}).json()

    assert answer.status_code == 202
    assert answer.headers["location"] == f"/api/v1/imports/{session_id}"
    assert (after["state"], after["files_failed"]) == ("completed", 0)
    assert after["folders"] == [{"root_id": 1, "path": ""}]
    assert after["progress"]["current"] == after["progress"]["total"] == len(PIECES) + 1
    assert active == {"data": []}
    assert [document["session_id"] for document in listed["data"]] == [session_id]
    assert len(run(data, "tracks", "list", "--json").document["tracks"]) == len(PIECES) + 1
