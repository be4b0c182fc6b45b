"""Waveforms of tracks: any stretch at any scale, small and quick to read."""

import struct

import httpx
import numpy as np
import numpy.typing as npt
import pytest

from builders.playing import ALBUM, PARTS, PlayedLibrary, decoded

HEADER = struct.Struct("<4sBBBBIIIIq")
"""As `docs/reference/waveform.md` describes it."""

UNKNOWN_TRACK = "00000000-0000-4000-8000-000000000000"


def waveform_of(played: PlayedLibrary, name: str) -> str:
    """Address of the waveform of a track."""
    return f"/api/v1/tracks/{played.tracks[name]}/waveform"


def unpacked(answer: httpx.Response) -> tuple[dict[str, int], npt.NDArray[np.int64]]:
    """Header and rows of the binary form."""
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/vnd.audio-ident.waveform"
    magic, version, level, channels, rows, *numbers = HEADER.unpack_from(answer.content)
    assert (magic, version, channels, rows) == (b"AIWF", 1, 1, 3)
    names = ("samples_per_point", "rate_hz", "points", "points_of_track", "offset_samples")
    header = {"level": level, **dict(zip(names, numbers, strict=True))}
    body = np.frombuffer(answer.content, np.int8, offset=HEADER.size)
    return header, body.reshape(3, header["points"]).astype(np.int64)


def drawn(samples: npt.NDArray[np.float32], samples_per_point: int) -> npt.NDArray[np.int64]:
    """Lowest and highest values of whole points, made the plain way."""
    count = len(samples) // samples_per_point
    points = samples[: count * samples_per_point].reshape(count, -1)
    return np.stack([np.floor(points.min(1) * 127), np.ceil(points.max(1) * 127)]).astype(np.int64)


@pytest.mark.parametrize("level", range(4))
def test_each_level_shows_the_sound(
    level: int, played: PlayedLibrary, player: httpx.Client
) -> None:
    """Every point is the lowest and the highest sample of its stretch."""
    address = waveform_of(played, "wav 16 bit")
    header, rows = unpacked(player.get(address, params={"level": level}))
    samples, rate_hz = decoded(played.files["wav 16 bit"])
    meant = drawn(samples, header["samples_per_point"])

    assert header["level"] == level
    assert header["samples_per_point"] == 256 * 4**level
    assert header["rate_hz"] == rate_hz
    assert header["points"] == header["points_of_track"]
    assert header["points"] == -(-len(samples) // header["samples_per_point"])
    assert np.abs(rows[:2, : meant.shape[1]] - meant).max() <= 1
    assert (rows[2] >= 0).all()


def test_a_stretch_begins_where_it_says(played: PlayedLibrary, player: httpx.Client) -> None:
    """The points of a stretch are those of the whole at the same place."""
    address = waveform_of(played, "wav 16 bit")
    _, whole = unpacked(player.get(address, params={"level": 1}))
    stretch = {"level": 1, "start_seconds": 1.3, "end_seconds": 2.1}
    header, rows = unpacked(player.get(address, params=stretch))
    first, rest = divmod(header["offset_samples"], header["samples_per_point"])

    assert rest == 0
    assert first == int(1.3 * 44_100) // 1024
    assert (rows == whole[:, first : first + header["points"]]).all()
    assert (first + header["points"]) * 1024 >= 2.1 * 44_100


@pytest.mark.parametrize("part", PARTS)
def test_the_waveform_of_a_part_is_that_of_the_part(
    part: str, played: PlayedLibrary, player: httpx.Client
) -> None:
    """Places count from the start of the track, not of the file."""
    header, rows = unpacked(player.get(waveform_of(played, part), params={"level": 0}))
    album, rate_hz = decoded(played.files[ALBUM])
    start_s, end_s = PARTS[part]
    start = round(start_s * rate_hz) + header["offset_samples"]
    meant = drawn(album[start : round(end_s * rate_hz)], 256)

    assert -256 < header["offset_samples"] <= 0
    assert 0 <= header["points"] - meant.shape[1] <= 1
    assert np.abs(rows[:2, : meant.shape[1]] - meant).max() <= 1


@pytest.mark.parametrize(("points", "level"), [(1, 5), (2, 4), (40, 2), (280, 0), (99_999, 0)])
def test_the_level_follows_the_points_that_are_wanted(
    points: int, level: int, played: PlayedLibrary, player: httpx.Client
) -> None:
    """The coarsest level that has as many is sent, or the finest that there is."""
    address = waveform_of(played, "first part")
    header, _ = unpacked(player.get(address, params={"points": points}))

    # 6.5 s at 44.1 kHz: 1119 points of level 0, a fourth with each further level
    assert header["level"] == level


def test_json_says_the_same(played: PlayedLibrary, player: httpx.Client) -> None:
    """Both forms have the same points; a long JSON document is refused."""
    address = waveform_of(played, "flac")
    header, rows = unpacked(player.get(address, params={"level": 2}))
    document = player.get(address, params={"level": 2, "format": "json"}).json()

    assert [document[name] for name in ("lowest", "highest", "rms")] == rows.tolist()
    del header["points"]
    assert {name: document[name] for name in header} == header


@pytest.mark.parametrize(
    ("asked", "points"),
    [
        ({"start_seconds": 9999}, 0),
        ({"start_seconds": 2, "end_seconds": 1}, 0),
        ({"start_seconds": 1, "end_seconds": 1}, 0),
    ],
)
def test_an_empty_stretch_has_at_most_a_point(
    asked: dict[str, float], points: int, played: PlayedLibrary, player: httpx.Client
) -> None:
    """What lies behind the end or ends before it starts is no error."""
    header, _ = unpacked(player.get(waveform_of(played, "flac"), params={"level": 0, **asked}))

    assert header["points"] in {points, points + 1}


@pytest.mark.parametrize(
    "asked",
    [
        "level=8",
        "level=-1",
        "points=0",
        "start_seconds=-1",
        "end_seconds=nan",
        "start_seconds=1e99",
    ],
)
def test_nonsense_is_refused(asked: str, played: PlayedLibrary, player: httpx.Client) -> None:
    """422 names the parameter."""
    answer = player.get(f"{waveform_of(played, 'flac')}?{asked}")

    assert (answer.status_code, answer.json()["code"]) == (422, "VALIDATION_ERROR")
    assert asked.partition("=")[0] in answer.json()["detail"]


def test_a_known_waveform_is_not_sent_again(played: PlayedLibrary, player: httpx.Client) -> None:
    """Each stretch, scale and form has an ETag of its own."""
    address = waveform_of(played, "mp3")
    forms = [{"level": 3}, {"level": 2}, {"level": 3, "format": "json"}]
    etags = [player.get(address, params=form).headers["etag"] for form in forms]
    again = player.get(address, params=forms[0], headers={"If-None-Match": etags[0]})

    assert len(set(etags)) == 3
    assert (again.status_code, again.content) == (304, b"")


def test_what_was_not_listened_to_is_told(
    broken: tuple[PlayedLibrary, httpx.Client],
) -> None:
    """A track whose analysis is lost, one whose analysis is damaged, and one that is none."""
    library, client = broken
    address = waveform_of(library, "wavpack")
    assert client.get(address).status_code == 200
    for path in (library.data / "analyses").rglob("*.analysis"):
        path.write_bytes(path.read_bytes()[:40])
    damaged = client.get(address)
    for path in (library.data / "analyses").rglob("*.analysis"):
        path.unlink()
    lost = client.get(address)
    unknown = client.get(f"/api/v1/tracks/{UNKNOWN_TRACK}/waveform")

    assert (damaged.status_code, damaged.json()["code"]) == (503, "ARTEFACT_CORRUPT")
    assert (lost.status_code, lost.json()["code"]) == (503, "ARTEFACT_MISSING")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "NOT_FOUND")
