"""Asking about clips through the real service."""

import uuid
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from builders.asking import clip_of, found, search, spooled, wait_until, wav_bytes
from builders.collection import Collection, sound_of, with_noise, write_clip
from builders.encode import KINDS
from builders.server import serving

RATE_HZ = 8000


@pytest.mark.parametrize("kind_name", KINDS)
def test_a_clip_in_any_container_is_named(
    kind_name: str, client: httpx.Client, collection: Collection
) -> None:
    """Whatever recorders write is decoded, and the clip found where it was cut."""
    answer = found(client, clip_of(collection.pieces[1], kind_name, 6.0, 6.0))
    best = answer["exact_matches"][0]

    assert best["track"]["title"] == "Harbour Lights"
    assert best["offset_seconds"] == pytest.approx(6.0, abs=0.5)
    assert answer["verdict"] == "match"


def test_an_answer_tells_everything_about_a_match(
    client: httpx.Client, collection: Collection
) -> None:
    """Ranges in clip and track, evidence, how the lanes ended, and what the track is."""
    answer = found(client, clip_of(collection.pieces[2], "flac", 4.0, 10.0))
    best = answer["exact_matches"][0]

    assert uuid.UUID(answer["request_id"])
    assert answer["mode_used"] == "both"
    assert [answer["lanes"][lane]["status"] for lane in ("exact", "vibe")] == ["ok", "ok"]
    assert answer["query_duration_ms"] >= answer["lanes"]["exact"]["elapsed_ms"] > 0
    assert best["confidence"] > 0.97
    assert best["aligned_hashes"] > 20
    assert (best["coverage"], best["gaps"], best["duplicate_kind"]) == (1.0, [], None)
    assert best["query"] == {"start_seconds": 0.0, "end_seconds": 10.0}
    assert best["track_range"]["start_seconds"] == pytest.approx(4.0, abs=0.5)
    assert best["speed_factor"] == pytest.approx(1.0, abs=0.01)
    assert set(best["track"]) == {
        *("id", "title", "artist", "album", "duration_seconds", "ingested_at")
    }


def test_a_noisy_clip_is_named(
    client: httpx.Client, collection: Collection, tmp_path: Path
) -> None:
    """A phone in a loud room hears enough."""
    sound = with_noise(sound_of(collection.pieces[3], 5.0, 10.0), 6.0, np.random.default_rng(1))
    answer = found(client, write_clip(tmp_path / "clip.opus", sound).read_bytes())

    assert answer["exact_matches"][0]["offset_seconds"] == pytest.approx(5.0, abs=0.5)


def test_a_foreign_clip_is_plainly_not_in_the_library(
    client: httpx.Client, collection: Collection
) -> None:
    """The lane listened and found nothing, which is not the same as an outage."""
    answer = found(client, collection.foreign.read_bytes())

    assert (answer["verdict"], answer["exact_matches"]) == ("no_match", [])
    assert answer["lanes"]["exact"]["status"] == "empty"


def test_silence_is_called_silence(client: httpx.Client) -> None:
    """A microphone that was off is told from music that is not known."""
    answer = found(client, wav_bytes(np.zeros(5 * RATE_HZ, np.int16), RATE_HZ))

    assert (answer["verdict"], answer["exact_matches"]) == ("silence", [])


def test_copies_are_listed_and_marked(client: httpx.Client, collection: Collection) -> None:
    """Two files of the same bytes are two tracks, the second marked as a copy of the first."""
    clip = clip_of(collection.pieces[0], "mp3", 3.0, 8.0)
    matches = found(client, clip)["exact_matches"]

    assert [match["duplicate_kind"] for match in matches] == [None, "same_bytes"]
    assert len(found(client, clip, max_results=1)["exact_matches"]) == 1
    assert len(found(client, clip, max_results=50)["exact_matches"]) == 2


@pytest.mark.parametrize(
    "fields", [{"max_results": 0}, {"max_results": 51}, {"max_results": "x"}, {"mode": "loud"}]
)
def test_fields_outside_their_range_are_refused(
    fields: dict[str, Any], client: httpx.Client, collection: Collection
) -> None:
    """The answer names the field."""
    answer = search(client, collection.foreign.read_bytes(), **fields)

    assert (answer.status_code, answer.json()["code"]) == (422, "VALIDATION_ERROR")
    assert next(iter(fields)) in answer.json()["detail"]


def test_modes_say_which_lanes_ran(client: httpx.Client, collection: Collection) -> None:
    """What is not asked for is skipped, and its list is empty."""
    clip = clip_of(collection.pieces[1], "mp3", 6.0, 5.0)
    exact, vibe = found(client, clip, mode="exact"), found(client, clip, mode="vibe")
    skipped = {"status": "skipped", "reason": "not asked for", "elapsed_ms": 0.0}

    assert (exact["lanes"]["vibe"], exact["vibe_matches"]) == (skipped, [])
    assert (vibe["lanes"]["exact"], vibe["exact_matches"]) == (skipped, [])
    assert [answer["mode_used"] for answer in (exact, vibe)] == ["exact", "vibe"]
    assert exact["exact_matches"]
    assert vibe["vibe_matches"]
    assert (exact["verdict"], vibe["verdict"]) == ("match", None)


@pytest.mark.parametrize(("length_s", "status"), [(3.0, 200), (2.9, 200), (2.8, 422)])
def test_three_seconds_less_one_frame_are_enough(
    length_s: float, status: int, client: httpx.Client, collection: Collection
) -> None:
    """Recorders are out by a frame; what is shorter cannot be told from chance."""
    answer = search(client, clip_of(collection.pieces[1], "wav 16 bit", 6.0, length_s))

    assert answer.status_code == status
    if status != 200:
        assert answer.json()["code"] == "AUDIO_TOO_SHORT"


@pytest.mark.parametrize(("length_s", "is_cut"), [(30.0, False), (31.0, True)])
def test_of_a_long_clip_thirty_seconds_are_used(
    length_s: float, is_cut: bool, client: httpx.Client, collection: Collection
) -> None:
    """The answer says how much was listened to, and whether there was more."""
    sound = np.tile(sound_of(collection.pieces[1], 0.0, 20.0), 2)[: round(length_s * 44_100)]
    samples = (32_000 * sound).astype(np.int16)
    answer = found(client, wav_bytes(samples, 44_100))

    assert (answer["clip_seconds"], answer["clip_truncated"]) == (30.0, is_cut)


def test_what_cannot_be_received_is_refused(client: httpx.Client) -> None:
    """No part, no bytes, no form: each has its code."""
    missing = client.post("/api/v1/search", files={"other": ("x", b"x")})
    empty = search(client, b"")
    raw = client.post("/api/v1/search", content=b"RIFF", headers={"content-type": "audio/wav"})
    torn = client.post(
        "/api/v1/search",
        content=b'--x\r\nContent-Disposition: form-data; name="audio"\r\n\r\nabc',
        headers={"content-type": "multipart/form-data; boundary=x"},
    )

    assert (missing.status_code, missing.json()["code"]) == (422, "VALIDATION_ERROR")
    assert (empty.status_code, empty.json()["code"]) == (400, "EMPTY_FILE")
    assert (raw.status_code, raw.json()["code"]) == (415, "UNSUPPORTED_MEDIA_TYPE")
    assert (torn.status_code, torn.json()["code"]) == (422, "VALIDATION_ERROR")


@pytest.mark.parametrize("is_announced", [True, False])
def test_too_many_bytes_are_refused(
    is_announced: bool, client: httpx.Client, library: Path
) -> None:
    """Whether their number was told before or not, and nothing of them is kept."""
    head = b'--x\r\nContent-Disposition: form-data; name="audio"; filename="a"\r\n\r\n'
    body = head + bytes(11 << 20) + b"\r\n--x--\r\n"
    content = (
        body if is_announced else (body[at : at + 65_536] for at in range(0, 11 << 20, 65_536))
    )
    answer = client.post(
        "/api/v1/search",
        content=content,
        headers={"content-type": "multipart/form-data; boundary=x"},
    )

    assert (answer.status_code, answer.json()["code"]) == (413, "FILE_TOO_LARGE")
    wait_until(lambda: not spooled(library))


def test_nothing_of_an_upload_is_kept(
    client: httpx.Client, collection: Collection, library: Path
) -> None:
    """Neither after an answer nor after a refusal."""
    found(client, collection.foreign.read_bytes())
    search(client, b"no audio")

    wait_until(lambda: not spooled(library))


def test_a_track_can_be_asked_about(client: httpx.Client, collection: Collection) -> None:
    """A stretch of it is listened to; it is left out itself, its copy is not."""
    clip = clip_of(collection.pieces[0], "mp3", 3.0, 8.0)
    first, second = found(client, clip)["exact_matches"]
    wanted = {"track_id": first["track"]["id"], "start_seconds": 4.0, "end_seconds": 12.0}
    answer = client.post("/api/v1/search/by-track", json=wanted)
    (match,) = answer.json()["exact_matches"]

    assert match["track"] == second["track"]
    assert match["duplicate_kind"] == "same_bytes"
    assert match["offset_seconds"] == pytest.approx(4.0, abs=0.5)


def test_a_track_without_copies_is_nowhere_else(
    client: httpx.Client, collection: Collection
) -> None:
    """Leaving the track out leaves no chance matches."""
    clip = clip_of(collection.pieces[4], "mp3", 3.0, 8.0)
    track = found(client, clip)["exact_matches"][0]["track"]
    answer = client.post("/api/v1/search/by-track", json={"track_id": track["id"]}).json()

    assert (answer["verdict"], answer["exact_matches"]) == ("no_match", [])


def test_a_stretch_that_is_not_there_is_refused(
    client: httpx.Client, collection: Collection
) -> None:
    """Unknown tracks, and times behind the end of a known one."""
    clip = clip_of(collection.pieces[4], "mp3", 3.0, 8.0)
    track = found(client, clip)["exact_matches"][0]["track"]
    wanted = {"track_id": track["id"], "start_seconds": 500}
    beyond = client.post("/api/v1/search/by-track", json=wanted)
    unknown = client.post("/api/v1/search/by-track", json={"track_id": str(uuid.uuid4())})

    assert (beyond.status_code, beyond.json()["code"]) == (422, "VALIDATION_ERROR")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "NOT_FOUND")


def test_a_broken_index_is_an_outage(own_library: Path, collection: Collection) -> None:
    """Lost, it is told as a lane that failed, with the remedy and without a path."""
    manifest = own_library / "index" / "manifest.json"
    with serving(own_library) as client:
        found(client, collection.foreign.read_bytes())
        manifest.unlink()
        answer = search(client, collection.foreign.read_bytes(), mode="exact")
        both = found(client, collection.foreign.read_bytes())

    lane = answer.json()["error"]["details"]["lanes"]["exact"]
    assert (answer.status_code, answer.json()["code"]) == (503, "SERVICE_UNAVAILABLE")
    assert (lane["status"], lane["reason"].split(":")[0]) == ("failed", "INDEX_CORRUPT")
    assert str(own_library) not in answer.text
    assert both["lanes"]["exact"]["status"] == "failed"
    assert (both["lanes"]["vibe"]["status"], both["verdict"]) == ("degraded", None)
    assert both["vibe_matches"]
