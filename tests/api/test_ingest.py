"""Uploads that are kept, through a real service and its importer."""

import contextlib
import hashlib
import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import numpy as np
import pytest
from benchmarks.demo.instruments import RATE_HZ
from mutagen.flac import FLAC

from builders.collection import Collection, sound_of, write_clip
from builders.command import run
from builders.hours import write_hours
from builders.imports import (
    eventually,
    import_of,
    importer_of,
    order_import,
    roots_setting,
    wait_for_state,
)
from builders.server import running, serving

INGEST = "/api/v1/ingest"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Data directory of the service of this module."""
    return tmp_path_factory.mktemp("ingest") / "data"


@pytest.fixture(scope="module")
def long_music(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose one file keeps an import busy."""
    folder = tmp_path_factory.mktemp("long")
    write_hours(folder / "hours.wav", hours=2)
    return folder


@pytest.fixture(scope="module")
def service(data: Path, long_music: Path) -> Iterator[httpx.Client]:
    """Client of a service with an empty library."""
    settings = {"AUDIO_IDENT_WORKERS": "1", "AUDIO_IDENT_MAX_UPLOAD_BYTES": str(4 * 2**20)}
    with serving(data, **settings, **roots_setting(long_music)) as client:
        client.timeout = httpx.Timeout(60)
        yield client


@pytest.fixture
def recording(collection: Collection, tmp_path: Path) -> Path:
    """A recording without tags that no other test has, named as people name files."""
    start_s = int.from_bytes(os.urandom(2)) / 2**16 * 5
    sound = sound_of(collection.foreign, start_s, 8)
    return write_clip(tmp_path / "The Guests - Number Seven.flac", sound)


def send(client: httpx.Client, path: Path, name: str | None = None) -> httpx.Response:
    """Upload a file."""
    with path.open("rb") as file:
        return client.post(INGEST, files={"audio": (name or path.name, file)})


def ingested(client: httpx.Client, path: Path, name: str | None = None) -> dict[str, str]:
    """What an upload has become, also where it had to wait because the machine is busy."""
    answer = send(client, path, name)
    if answer.status_code == 202:
        address = answer.headers["location"]
        eventually(lambda: client.get(address).json()["state"] != "waiting")
        answer = client.get(address)
    body = dict(answer.json())
    assert body.get("track_id"), body
    return body | {"title": client.get(f"/api/v1/tracks/{body['track_id']}").json()["title"]}


def kept_files(data: Path) -> list[str]:
    """Copies of uploads, relative to their folder."""
    raw = data / "raw"
    return sorted(str(path.relative_to(raw)) for path in raw.rglob("*") if path.is_file())


def test_an_upload_becomes_a_track(service: httpx.Client, data: Path, recording: Path) -> None:
    """Its copy lies under its hash, and its title is that of the file's name."""
    body = ingested(service, recording)
    sha256 = hashlib.sha256(recording.read_bytes()).hexdigest()
    roots = service.get("/api/v1/roots").json()["data"]

    assert (body["kind"], body["title"]) == ("new", "Number Seven")
    assert f"{sha256[:2]}/{sha256}.flac" in kept_files(data)
    assert list((data / "incoming").iterdir()) == []
    assert ("uploads", "present") in [(root["kind"], root["state"]) for root in roots]


def test_the_same_bytes_and_the_same_audio_are_answered_with_the_stored_track(
    service: httpx.Client, data: Path, recording: Path
) -> None:
    """Neither is kept again."""
    first = ingested(service, recording)
    before = kept_files(data)
    same_bytes = ingested(service, recording, "other name.mp3")
    tags = FLAC(recording)
    tags["title"] = "Something else"
    tags.save()
    same_audio = ingested(service, recording)

    assert {answer["track_id"] for answer in (same_bytes, same_audio)} == {first["track_id"]}
    assert same_bytes["status"] == "duplicate"  # told at once, whatever else is going on
    assert [answer["kind"] for answer in (same_bytes, same_audio)] == ["same_bytes", "same_audio"]
    assert same_audio["title"] == first["title"]
    assert kept_files(data) == before


def test_an_upload_need_not_wait_for_a_long_import(
    service: httpx.Client, long_music: Path, recording: Path
) -> None:
    """It is listened to while the import goes on."""
    session_id = order_import(service, long_music)
    wait_for_state(service, session_id, "processing")
    answer = ingested(service, recording)
    state = import_of(service, session_id)["state"]
    service.post(f"/api/v1/imports/{session_id}/cancel")
    wait_for_state(service, session_id, "cancelled", "completed")

    assert (answer["kind"], state) == ("new", "processing")


def test_what_cannot_be_kept_is_refused_and_leaves_nothing(
    service: httpx.Client, data: Path, tmp_path: Path
) -> None:
    """Each reason has its code."""
    before = kept_files(data)
    (tmp_path / "empty.mp3").touch()
    (tmp_path / "text.mp3").write_text("no music at all, only words " * 20)
    (tmp_path / "large.wav").write_bytes(bytes(5 * 2**20))
    short = write_clip(tmp_path / "short.flac", np.full(RATE_HZ, 0.25, np.float32))
    broken = tmp_path / "broken.flac"
    broken.write_bytes(b"fLaC" + bytes(10_000))
    names = ("empty.mp3", "text.mp3", "large.wav", short.name, broken.name)
    codes = [send(service, tmp_path / name).json()["code"] for name in names]

    assert codes == [
        "EMPTY_FILE",
        "UNSUPPORTED_FORMAT",
        "FILE_TOO_LARGE",
        "AUDIO_TOO_SHORT",
        "DECODE_FAILED",
    ]
    assert kept_files(data) == before
    assert list((data / "incoming").iterdir()) == []


def test_an_upload_survives_the_death_of_the_importer(recording: Path, tmp_path: Path) -> None:
    """It is kept once, by the next importer, and nothing half-written is left."""
    data = tmp_path / "data"
    with running(data) as (client, service):
        importer = importer_of(service)
        with contextlib.suppress(OSError):
            os.kill(importer, signal.SIGKILL)
        answer = send(client, recording)
        upload_id = answer.headers.get("location", "").rpartition("/")[2]
        if upload_id:
            eventually(lambda: client.get(f"{INGEST}/{upload_id}").json()["state"] != "waiting")
        again = send(client, recording)

    assert again.json()["kind"] == "same_bytes"
    assert len(kept_files(data)) == 1
    assert run(data, "check", "--deep").code == 0


def test_a_killed_service_leaves_no_half_upload(recording: Path, tmp_path: Path) -> None:
    """After `kill -9` in the middle of an upload the next start clears what had arrived."""
    data = tmp_path / "data"
    with running(data) as (client, service):
        connection = _send_half(client, recording)
        eventually(lambda: any(path.stat().st_size for path in _arriving(data)))
        service.kill()
        service.wait()
        connection.close()
    assert _arriving(data)
    with serving(data):
        left = _arriving(data)

    assert left == []
    assert kept_files(data) == []


def _arriving(data: Path) -> list[Path]:
    names = ("incoming", "spool")
    return [
        path
        for name in names
        for path in (data / name).rglob("*")
        if path.is_file() and "lock" not in path.name
    ]


def _send_half(client: httpx.Client, path: Path) -> socket.socket:
    address = client.base_url
    connection = socket.create_connection((address.host, address.port or 80))
    body = (
        b'--x\r\nContent-Disposition: form-data; name="audio"; filename="a.flac"\r\n\r\n'
        + path.read_bytes()
    )
    head = (
        f"POST {INGEST} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {2 * len(body)}\r\n"
        "Content-Type: multipart/form-data; boundary=x\r\n\r\n"
    )
    connection.sendall(head.encode() + body)
    return connection
