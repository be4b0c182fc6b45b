"""Long recordings through the real service."""

import contextlib
import signal
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from builders.asking import clip_of, found, wait_until
from builders.collection import Collection, sound_of, write_clip
from builders.server import free_port, process, wait_until_alive

ENDED = {"done", "failed", "cancelled"}


@pytest.fixture(scope="module")
def mix(collection: Collection, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three pieces one after the other, the second of them foreign."""
    parts = [
        sound_of(collection.pieces[1], 0.0, 20.0),
        sound_of(collection.foreign, 0.0, 12.0),
        sound_of(collection.pieces[3], 2.0, 20.0),
    ]
    return write_clip(tmp_path_factory.mktemp("mix") / "mix.mp3", np.concatenate(parts))


@pytest.fixture(scope="module")
def long_mix(mix: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty minutes, which nobody has heard before a test has done something meanwhile."""
    path = tmp_path_factory.mktemp("long") / "long.mp3"
    path.write_bytes(mix.read_bytes() * 24)
    return path


@pytest.fixture(scope="module")
def job(mix: Path, client: httpx.Client) -> Any:
    """The job that has listened to the mix."""
    created = create(client, mix, name='../../My "Set"\r\n.mp3')
    return ended(client, created.json()["id"])


def create(client: httpx.Client, path: Path, name: str = "set.mp3", key: str = "") -> Any:
    """Have a recording listened to."""
    headers = {"Idempotency-Key": key} if key else {}
    files = {"audio": (name, path.read_bytes())}
    answer = client.post("/api/v1/tracklists", files=files, headers=headers)
    assert answer.status_code == 202, answer.text
    return answer


def ended(client: httpx.Client, job_id: str) -> Any:
    """A job once it has ended."""
    wait_until(lambda: seen(client, job_id)["state"] in ENDED)
    return seen(client, job_id)


def seen(client: httpx.Client, job_id: str) -> Any:
    """A job as it is."""
    return client.get(f"/api/v1/tracklists/{job_id}").raise_for_status().json()


def result(client: httpx.Client, job_id: str, kind: str) -> httpx.Response:
    """What was heard, for another program."""
    return client.get(f"/api/v1/tracklists/{job_id}/result", params={"format": kind})


@contextlib.contextmanager
def service(data: Path, how_to_end: int) -> Iterator[httpx.Client]:
    """A service over a library, which ends by a signal."""
    port = free_port()
    with (
        process(data, port) as server,
        httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client,
    ):
        wait_until_alive(client, server)
        yield client
        server.send_signal(how_to_end)
        server.wait(10)


def test_a_recording_becomes_its_tracks_in_order(job: Any) -> None:
    """Where each track is heard, and nothing where none is."""
    entries = job["result"]["entries"]

    assert (job["state"], job["progress"], job["error"]) == ("done", 1.0, None)
    assert [entry["track"]["title"] for entry in entries] == ["Harbour Lights", "Kilometre Zero"]
    assert entries[0]["query"]["start_seconds"] == pytest.approx(0.0, abs=1.0)
    assert entries[1]["query"]["start_seconds"] == pytest.approx(32.0, abs=2.0)
    assert job["result"]["duration_seconds"] == pytest.approx(52.0, abs=0.5)


def test_a_job_tells_where_it_can_be_looked_at(client: httpx.Client, mix: Path) -> None:
    """`Location` leads to it, and the list begins with it."""
    created = create(client, mix)
    looked_at = client.get(created.headers["location"]).json()
    page = client.get("/api/v1/tracklists", params={"pageSize": 1}).json()

    assert looked_at["id"] == created.json()["id"] == page["data"][0]["id"]
    assert page["pagination"]["totalItems"] >= page["pagination"]["totalPages"] >= 1
    ended(client, looked_at["id"])


def test_asking_twice_under_one_key_asks_once(client: httpx.Client, mix: Path) -> None:
    """The second time answers with the first job; something else is refused."""
    key = str(uuid.uuid4())
    first, second = (create(client, mix, key=key).json() for _ in range(2))
    other = client.post(
        "/api/v1/tracklists", files={"audio": ("x", b"other")}, headers={"Idempotency-Key": key}
    )

    assert first["id"] == second["id"]
    assert (other.status_code, other.json()["code"]) == (409, "CONFLICT")
    ended(client, first["id"])


def test_a_name_of_a_sender_is_only_shown(job: Any, client: httpx.Client, library: Path) -> None:
    """It neither leads out of our folder nor out of the quotes of a cue sheet."""
    cue = result(client, job["id"], "cue")

    assert job["file_name"] == 'My "Set".mp3'
    assert cue.headers["content-type"].startswith("application/x-cue")
    assert cue.text.splitlines()[:3] == [
        "FILE \"My 'Set'.mp3\" MP3",
        "  TRACK 01 AUDIO",
        '    TITLE "Harbour Lights"',
    ]
    assert not (library / "jobs" / job["id"]).exists()


def test_a_playlist_leads_to_our_audio(job: Any, client: httpx.Client) -> None:
    """Addresses of tracks, and no path of the server."""
    playlist = result(client, job["id"], "m3u8")
    lines = playlist.text.splitlines()
    track_id = job["result"]["entries"][0]["track"]["id"]

    assert playlist.headers["content-type"] == "application/vnd.apple.mpegurl"
    assert lines[0] == "#EXTM3U"
    assert lines[3] == f"{client.base_url}/api/v1/tracks/{track_id}/audio".replace("//api", "/api")


def test_labels_tell_where_parts_begin_and_end(job: Any, client: httpx.Client) -> None:
    """Tabs between start, end and name, as Audacity reads them."""
    labels = result(client, job["id"], "audacity").text.splitlines()

    assert labels[0].split("\t")[2] == "The Tin Orchard - Harbour Lights"
    assert float(labels[1].split("\t")[0]) == pytest.approx(32.0, abs=2.0)


def test_what_is_no_audio_fails_with_its_reason(client: httpx.Client, tmp_path: Path) -> None:
    """The job says why, and has no result."""
    path = tmp_path / "page.html"
    path.write_text("<html>" * 100)
    failed = ended(client, create(client, path).json()["id"])
    refused = result(client, failed["id"], "json")

    assert (failed["state"], failed["error"]["code"]) == ("failed", "UNSUPPORTED_FORMAT")
    assert (refused.status_code, refused.json()["code"]) == (409, "CONFLICT")


def test_a_track_can_be_listened_to(client: httpx.Client, collection: Collection) -> None:
    """A stretch of it, in which it is left out itself and its copy is not."""
    clip = clip_of(collection.pieces[0], "mp3", 3.0, 8.0)
    track_id = found(client, clip)["exact_matches"][0]["track"]["id"]
    wanted = {"track_id": track_id, "start_seconds": 2.0, "end_seconds": 22.0}
    created = client.post("/api/v1/tracklists/by-track", json=wanted)
    unknown = client.post("/api/v1/tracklists/by-track", json={"track_id": str(uuid.uuid4())})

    assert created.status_code == 202
    assert ended(client, created.json()["id"])["state"] == "done"
    assert unknown.status_code == 404


def test_a_job_that_has_ended_can_be_forgotten(client: httpx.Client, mix: Path) -> None:
    """It is gone then."""
    job_id = ended(client, create(client, mix).json()["id"])["id"]
    removed = client.delete(f"/api/v1/tracklists/{job_id}")

    assert removed.status_code == 204
    assert client.get(f"/api/v1/tracklists/{job_id}").status_code == 404


def test_a_running_job_can_be_cancelled(
    client: httpx.Client, long_mix: Path, mix: Path, library: Path
) -> None:
    """It ends, its upload goes, and the next one is listened to."""
    job_id = create(client, long_mix).json()["id"]
    wait_until(lambda: seen(client, job_id)["progress"] > 0)
    assert seen(client, job_id)["state"] == "running"
    client.delete(f"/api/v1/tracklists/{job_id}").raise_for_status()

    assert seen(client, job_id)["state"] == "cancelled"
    assert not (library / "jobs" / job_id).exists()
    assert ended(client, create(client, mix).json()["id"])["state"] == "done"


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_jobs_survive_their_process(own_library: Path, long_mix: Path, how: int) -> None:
    """However the service ended, the next one listens to what was left, from its kept upload."""
    with service(own_library, how) as client:
        job_id = create(client, long_mix).json()["id"]
        wait_until(lambda: seen(client, job_id)["progress"] > 0)
        started_at = seen(client, job_id)["started_at"]
    with service(own_library, signal.SIGTERM) as client:
        wait_until(lambda: seen(client, job_id)["started_at"] > started_at)
        wait_until(lambda: seen(client, job_id)["progress"] > 0)
        client.delete(f"/api/v1/tracklists/{job_id}").raise_for_status()

    assert not list((own_library / "jobs").iterdir())
