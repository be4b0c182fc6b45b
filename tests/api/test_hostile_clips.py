"""Clips of people who mean harm; after each, the service answers as before."""

import io
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from builders.asking import clip_of, found, peak_bytes, search, spooled, wait_until, workers_of
from builders.bombs import write_silent_flac, write_sparse_wav
from builders.collection import Collection
from builders.encode import encode_film
from builders.server import free_port, process, wait_until_alive

SDP = b"v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 5004 RTP/AVP 0\n"
"""Makes FFmpeg listen on ports, if it is let."""

GUARD_S = 20.0
"""Far longer than any answer takes, far shorter than decoding hours would."""

LARGEST_WORKER_BYTES = 400 << 20
"""An hour of sound alone would be more."""


def zipped() -> bytes:
    """An archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("song.wav", bytes(1_000_000))
    return buffer.getvalue()


NO_AUDIO = {
    "text": b"dear diary, " * 1000,
    "page": b"<!doctype html><script>alert(1)</script>" * 100,
    "archive": zipped(),
    "session description": SDP,
    "playlist": b"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nfile:///etc/passwd\n",
    "concatenation": b"ffconcat version 1.0\nfile /etc/passwd\n",
    "film": encode_film(),
    "zeros": bytes(100_000),
}


@pytest.fixture(scope="module")
def server(library: Path) -> Iterator[tuple[httpx.Client, int]]:
    """A service of our own, with its process id."""
    port = free_port()
    with (
        process(library, port) as running,
        httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client,
    ):
        wait_until_alive(client, running)
        yield client, running.pid


@pytest.fixture
def client(
    server: tuple[httpx.Client, int], collection: Collection, library: Path
) -> Iterator[httpx.Client]:
    """A client of a service that must be as well after a test as before."""
    client, pid = server
    clip = clip_of(collection.pieces[1], "mp3", 6.0, 5.0)
    found(client, clip)
    workers = workers_of(pid)
    yield client
    assert found(client, clip)["verdict"] == "match"
    wait_until(lambda: not spooled(library))
    assert workers_of(pid) == workers, "a worker was lost on the way"


@pytest.mark.parametrize("what", NO_AUDIO)
def test_what_is_no_audio_is_refused(what: str, client: httpx.Client) -> None:
    """By its content, whatever it is called, without opening anything that it names."""
    answer = search(client, NO_AUDIO[what], name="song.mp3")

    assert (answer.status_code, answer.json()["code"]) in {
        (415, "UNSUPPORTED_FORMAT"),
        (422, "DECODE_FAILED"),
    }
    assert "passwd" not in answer.text


@pytest.mark.parametrize("form", ["flac of two hours", "wav of three hours"])
def test_hours_in_a_small_file_cost_thirty_seconds(
    form: str, client: httpx.Client, server: tuple[httpx.Client, int], tmp_path: Path
) -> None:
    """Only what may be listened to is decoded, so that neither time nor memory grow."""
    path = tmp_path / "bomb"
    if form.startswith("flac"):
        write_silent_flac(path, 2)
    else:
        write_sparse_wav(path, 10 << 20)
    started_s = time.monotonic()
    answer = found(client, path.read_bytes())

    assert (answer["verdict"], answer["clip_truncated"]) == ("silence", True)
    assert answer["clip_seconds"] == 30.0
    assert time.monotonic() - started_s < GUARD_S
    assert max(map(peak_bytes, workers_of(server[1]))) < LARGEST_WORKER_BYTES


@pytest.mark.parametrize(
    "name",
    ["../../catalogue.sqlite", "/etc/passwd", "..\\..\\x", "\x00", "a" * 3000, "é\u202e.mp3"],
)
def test_a_name_is_never_a_path(
    name: str, client: httpx.Client, collection: Collection, library: Path
) -> None:
    """Whatever a client calls its clip, it is listened to, and nothing lies where the name says."""
    before = lasting_files(library)
    answer = search(client, collection.foreign.read_bytes(), name=name)

    assert answer.status_code == 200
    assert lasting_files(library) == before


def lasting_files(library: Path) -> set[Path]:
    """What lies in a library, but for uploads and the name of whoever writes at this moment."""
    return {
        path
        for path in library.parent.rglob("*")
        if "spool" not in path.parts and path.name != "writer.pid"
    }


@pytest.mark.parametrize("kind_name", ["mp3", "flac", "opus", "aac, moov at the end", "wav 16 bit"])
@pytest.mark.parametrize("share", [0.02, 0.5, 0.9])
def test_a_clip_that_breaks_off_is_used_or_refused(
    share: float, kind_name: str, client: httpx.Client, collection: Collection
) -> None:
    """Half a clip is named by what it holds, or refused; it is never an error of ours."""
    whole = clip_of(collection.pieces[1], kind_name, 4.0, 10.0)
    answer = search(client, whole[: int(share * len(whole))])

    assert answer.status_code in {200, 415, 422}


@pytest.mark.parametrize(
    "body",
    [
        b"--x",
        b"--x\r\n\r\n",
        b"--x\r\nContent-Disposition: form-data\r\n\r\nabc\r\n--x--\r\n",
        b"--x\r\n" + b"A: b\r\n" * 5000 + b"\r\nabc\r\n--x--\r\n",
        b"--x\r\n" + b"A" * 100_000 + b": b\r\n\r\nabc\r\n--x--\r\n",
        b'--x\r\nContent-Disposition: form-data; name="mode"\r\n\r\n'
        + b"m" * 5000
        + b"\r\n--x--\r\n",
        b'--x\r\nContent-Disposition: form-data; name="f"\r\n\r\nv\r\n' * 200 + b"--x--\r\n",
        b'--x\r\nContent-Disposition: form-data; name="audio"\r\n\r\nv\r\n' * 2 + b"--x--\r\n",
        b"\xff" * 1000,
    ],
)
def test_a_malformed_form_is_refused(body: bytes, client: httpx.Client) -> None:
    """Too many parts or headers, too long ones, none at all."""
    headers = {"content-type": "multipart/form-data; boundary=x"}
    answer = client.post("/api/v1/search", content=body, headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (422, "VALIDATION_ERROR")


def test_a_client_that_breaks_off_leaves_nothing(client: httpx.Client, library: Path) -> None:
    """What was received of its upload goes with it."""

    def half() -> Iterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="audio"; filename="a"\r\n\r\n'
        yield bytes(200_000)
        raise ConnectionError

    headers = {"content-type": "multipart/form-data; boundary=x"}
    with pytest.raises(ConnectionError):
        client.post("/api/v1/search", content=half(), headers=headers)
    wait_until(lambda: not spooled(library))
