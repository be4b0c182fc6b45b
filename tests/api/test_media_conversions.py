"""What browsers do not play, and parts of files, are converted: once, exactly, in bounded space."""

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import numpy as np
import pytest

from builders.encode import KINDS
from builders.playing import (
    ALBUM,
    CONVERTED,
    PARTS,
    UNFINISHED_CONVERSIONS,
    PlayedLibrary,
    at_rate,
    audio_of,
    complete,
    copy_of,
    decoded,
    lasting,
)
from builders.server import serving
from builders.signals import Channels, lag_samples

FORMATS = {"flac": "audio/flac", "wav": "audio/wav", "opus": "audio/ogg", "mp3": "audio/mpeg"}

LOSSLESS_ERROR = 2.0**-15
"""One step of 16 bits."""

LOSSY_ERROR = 0.05
"""Of full scale, at most; a frame too many or too few is ten times as much in chirps."""


@pytest.fixture(scope="module")
def tight(
    played: PlayedLibrary, player: httpx.Client, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[PlayedLibrary, httpx.Client]]:
    """A library and a service whose cache has space for two of three conversions of a track."""
    address = audio_of(played.tracks["wma"])
    sizes = [len(complete(player, address, format=f).content) for f in ("mp3", "opus", "flac")]
    library = copy_of(played, tmp_path_factory.mktemp("tight"))
    shutil.rmtree(library.data / "cache", ignore_errors=True)
    with serving(library.data, AUDIO_IDENT_TRANSCODE_CACHE_BYTES=str(sum(sizes) - 1)) as client:
        yield library, client


def samples_of(answer: httpx.Response, folder: Path) -> tuple[Channels, int]:
    """What an answer sounds like."""
    path = folder / "answer"
    path.write_bytes(answer.content)
    return decoded(path)


def assert_same_sound(heard: Channels, meant: Channels, error: float) -> None:
    """Equally long to the sample, nothing shifted, and nearly the same values."""
    assert heard.shape == meant.shape
    assert lag_samples(heard[:, 0], meant[:, 0]) == 0
    assert np.abs(heard - meant).max() <= error


@pytest.mark.parametrize("kind", CONVERTED)
def test_what_browsers_do_not_play_is_converted(
    kind: str, played: PlayedLibrary, player: httpx.Client, tmp_path: Path
) -> None:
    """Lossless files become FLAC, sample by sample the same; others become Opus."""
    answer = complete(player, audio_of(played.tracks[kind]))
    heard, rate_hz = samples_of(answer, tmp_path)
    original, original_hz = decoded(played.files[kind])
    meant = at_rate(original, original_hz, rate_hz)

    assert answer.headers["content-type"] == CONVERTED[kind][1]
    assert_same_sound(heard, meant, LOSSLESS_ERROR if KINDS[kind].is_lossless else LOSSY_ERROR)


@pytest.mark.parametrize("wanted", FORMATS)
@pytest.mark.parametrize("part", PARTS)
def test_a_part_of_a_file_is_cut_to_the_sample(
    part: str, wanted: str, played: PlayedLibrary, player: httpx.Client, tmp_path: Path
) -> None:
    """Start, length and loudness are right in every format, encoder delay and padding trimmed."""
    answer = complete(player, audio_of(played.tracks[part]), format=wanted)
    heard, rate_hz = samples_of(answer, tmp_path)
    album, album_hz = decoded(played.files[ALBUM])
    start_s, end_s = PARTS[part]
    meant = at_rate(album[round(start_s * album_hz) : round(end_s * album_hz)], album_hz, rate_hz)

    assert answer.headers["content-type"] == FORMATS[wanted]
    assert_same_sound(heard, meant, LOSSLESS_ERROR if wanted in {"flac", "wav"} else LOSSY_ERROR)


def test_a_part_of_a_file_has_no_original(played: PlayedLibrary, player: httpx.Client) -> None:
    """The bytes of the file would be all of it."""
    answer = player.get(audio_of(played.tracks["first part"]), params={"format": "original"})

    assert (answer.status_code, answer.json()["code"]) == (409, "CONFLICT")


@pytest.mark.parametrize(
    ("kind", "accepted", "media_type"),
    [
        ("mp3", "*/*", "audio/mpeg"),
        ("mp3", "audio/webm,audio/ogg,audio/*;q=0.9", "audio/mpeg"),
        ("mp3", "audio/flac", "audio/flac"),
        ("mp3", "audio/mpeg;q=0, audio/*", "audio/ogg"),
        ("mp3", "text/html", "audio/ogg"),
        ("wma", "audio/x-ms-wma", "audio/x-ms-wma"),
        ("wma", "audio/mpeg, audio/wav;q=0.5", "audio/mpeg"),
        ("aiff", "audio/ogg", "audio/ogg"),
        ("flac", "nonsense;;q=x", "audio/flac"),
    ],
)
def test_the_form_follows_what_is_accepted(
    kind: str, accepted: str, media_type: str, played: PlayedLibrary, player: httpx.Client
) -> None:
    """`auto` sends what the player names, the original before all others."""
    answer = player.head(audio_of(played.tracks[kind]), headers={"Accept": accepted})

    assert answer.headers["content-type"] == media_type
    assert answer.headers["vary"] == "Accept"


def test_a_finished_conversion_is_sent_like_an_original(
    played: PlayedLibrary, player: httpx.Client
) -> None:
    """Parts, ETag, 304 and HEAD work, and the name ends as the format does."""
    address = audio_of(played.tracks["wma"])
    whole = complete(player, address)
    part = player.get(address, headers={"Range": "bytes=100-199"})
    known = player.get(address, headers={"If-None-Match": whole.headers["etag"]})
    head = player.head(address)

    assert (part.status_code, part.content) == (206, whole.content[100:200])
    assert known.status_code == 304
    assert lasting(head.headers) == lasting(whole.headers)
    assert 'filename="wma.opus"' in whole.headers["content-disposition"]


def test_head_converts_nothing(played: PlayedLibrary, player: httpx.Client) -> None:
    """It tells the type, and no length, since nobody knows it."""
    head = player.head(audio_of(played.tracks["alac"]), params={"format": "wav"})

    assert (head.status_code, head.headers["content-type"]) == (200, "audio/wav")
    assert "content-length" not in head.headers
    assert "etag" not in head.headers


def test_many_who_ask_at_once_get_one_conversion(
    played: PlayedLibrary, player: httpx.Client
) -> None:
    """All hear the same, and one file was made."""
    address = audio_of(played.tracks["RF64"])
    start = threading.Barrier(6)
    before = names(played)

    def ask(client: httpx.Client) -> bytes:
        start.wait()
        return client.get(address, params={"format": "opus"}).content

    with ThreadPoolExecutor(6) as threads:
        answers = set(threads.map(ask, [player] * 6))

    assert len(answers) == 1
    assert len(names(played) - before) == 1


def test_the_same_conversion_has_the_same_bytes(
    played: PlayedLibrary, player: httpx.Client
) -> None:
    """A result that was removed meanwhile comes back under the same ETag."""
    address = audio_of(played.tracks["first part"])
    first = {wanted: complete(player, address, format=wanted) for wanted in FORMATS}
    for answer in first.values():
        for path in (played.data / "cache").glob(answer.headers["etag"].strip('"') + ".*"):
            path.unlink()

    for wanted, before in first.items():
        again = complete(player, address, format=wanted)
        assert again.headers["etag"] == before.headers["etag"]
        assert again.content == before.content


def test_the_cache_keeps_what_was_used_last(tight: tuple[PlayedLibrary, httpx.Client]) -> None:
    """When there is no more space, what was not heard for longest goes."""
    library, client = tight
    for wanted in ("mp3", "opus", "mp3", "flac"):
        complete(client, audio_of(library.tracks["wma"]), format=wanted)
        time.sleep(0.02)  # the clock of file systems is coarse
    wait_until(lambda: {Path(name).suffix for name in names(library)} == {".mp3", ".flac"})


def test_what_does_not_fit_into_the_cache_is_refused(
    tight: tuple[PlayedLibrary, httpx.Client],
) -> None:
    """Nothing half-written stays."""
    library, client = tight
    part = {"Range": "bytes=0-99"}  # so that it is answered when all is done, not while it is made
    answer = client.get(audio_of(library.tracks["aiff"]), params={"format": "wav"}, headers=part)

    assert (answer.status_code, answer.json()["code"]) == (413, "CONVERSION_TOO_LARGE")
    assert not {name for name in names(library) if ".wav" in name}


def test_without_space_nothing_is_converted(played: PlayedLibrary) -> None:
    """Originals play, and the others say what to do."""
    with serving(played.data, AUDIO_IDENT_TRANSCODE_CACHE_BYTES="0") as client:
        original = client.get(audio_of(played.tracks["mp3"]))
        refused = client.get(audio_of(played.tracks["wavpack"]), params={"format": "mp3"})

    assert original.status_code == 200
    assert (refused.status_code, refused.json()["code"]) == (503, "SERVICE_UNAVAILABLE")


def test_what_a_dead_process_left_is_removed(broken: tuple[PlayedLibrary, httpx.Client]) -> None:
    """Unfinished files that nobody writes to any more go when a service starts."""
    left = {name for name in names(broken[0]) if name in UNFINISHED_CONVERSIONS}

    assert left == {name for name, is_old in UNFINISHED_CONVERSIONS.items() if not is_old}


def test_a_damaged_file_says_why_it_cannot_be_converted(
    broken: tuple[PlayedLibrary, httpx.Client],
) -> None:
    """The code of the decoder is told, and no path; nothing half-written stays."""
    library, client = broken
    library.files["wma"].write_bytes(library.files["wma"].read_bytes()[:64] + bytes(5000))
    before = names(library)
    answer = client.get(audio_of(library.tracks["wma"]), params={"format": "mp3"})

    assert (answer.status_code, answer.json()["code"]) == (422, "CONVERSION_FAILED")
    assert answer.json()["error"]["details"]["code"] == "DECODE_ERROR"
    assert str(library.music.parent) not in answer.text
    wait_until(lambda: names(library) == before)


def names(library: PlayedLibrary) -> set[str]:
    """What lies in the cache."""
    return {path.name for path in (library.data / "cache").glob("*")}


def wait_until(happens: Callable[[], bool]) -> None:
    """Return once something is so."""
    deadline_s = time.monotonic() + 30
    while not happens():
        assert time.monotonic() < deadline_s
        time.sleep(0.02)
