"""Files that browsers play are sent as they are, whole or in parts."""

import hashlib
import os
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa

from audio_ident.stores.sql.tables import FileRow, TrackRow
from builders.databases import rows_of
from builders.playing import CONVERTED, PLAYED, PlayedLibrary, audio_of, lasting

UNKNOWN_TRACK = "00000000-0000-4000-8000-000000000000"


@pytest.fixture(scope="module")
def mp3(played: PlayedLibrary) -> bytes:
    """The bytes of the file that most tests ask for."""
    return played.files["mp3"].read_bytes()


@pytest.fixture(scope="module")
def address(played: PlayedLibrary) -> str:
    """Address of its sound."""
    return audio_of(played.tracks["mp3"])


@pytest.mark.parametrize("kind", PLAYED)
def test_what_browsers_play_is_sent_as_it_is(
    kind: str, played: PlayedLibrary, player: httpx.Client
) -> None:
    """The bytes are those of the file, and the type is what the file is."""
    answer = player.get(audio_of(played.tracks[kind]))

    assert answer.status_code == 200
    assert answer.content == played.files[kind].read_bytes()
    assert answer.headers["content-type"] == PLAYED[kind]
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["etag"] == f'"{hashlib.sha256(answer.content).hexdigest()}"'


@pytest.mark.parametrize("kind", CONVERTED)
def test_the_original_is_sent_on_request(
    kind: str, played: PlayedLibrary, player: httpx.Client
) -> None:
    """What browsers do not play can be had as it is, with the type that it has."""
    answer = player.get(audio_of(played.tracks[kind]), params={"format": "original"})

    assert answer.content == played.files[kind].read_bytes()
    assert answer.headers["content-type"] == CONVERTED[kind][0]


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=0-1", 0, 2),
        ("bytes=-1", -1, None),
        ("bytes=-999999999", 0, None),
        ("bytes=500-", 500, None),
        ("bytes=500-999999999", 500, None),
        ("bytes=0-99999999999999999999999999", 0, None),
        ("bytes=00000000000000000000000000000005-7", 5, 8),
        ("BYTES=5-7", 5, 8),
        ("bytes= 5-7", 5, 8),
        ("bytes=,5-7,,", 5, 8),
        ("bytes=5-7,6-9", 5, 10),
        ("bytes=5-7,99999999-", 5, 8),
        ("bytes=0-", 0, None),
    ],
)
def test_one_range_gives_its_bytes(
    asked: str, start: int, end: int | None, address: str, player: httpx.Client, mp3: bytes
) -> None:
    """A range that can be satisfied is answered 206, and says where it lies."""
    answer = player.get(address, headers={"Range": asked})
    first = start % len(mp3)
    last = len(mp3) if end is None else end

    assert answer.status_code == 206
    assert answer.content == mp3[first:last]
    assert answer.headers["content-range"] == f"bytes {first}-{last - 1}/{len(mp3)}"
    assert answer.headers["content-length"] == str(last - first)
    assert answer.headers["content-type"] == "audio/mpeg"


@pytest.mark.parametrize(
    "asked",
    [
        "bytes=5-2",
        "bytes=",
        "bytes=-",
        "bytes=a-b",
        "bytes=1",
        "bytes=1-2-3",
        "bytes=--1",
        "bytes=+1-2",
        "bytes=1.0-2",
        "bytes=0-1,5-2",
        "seconds=1-2",
        "5-7",
        "bytes",
        ",",
        "bytes=" + ",".join(f"{n * 1000}-{n * 1000}" for n in range(17)),
        "bytes=" + "0-," * 2000,
    ],
)
def test_what_is_no_range_is_ignored(asked: str, address: str, player: httpx.Client) -> None:
    """Malformed ranges, other units and too many ranges are answered with the whole."""
    answer = player.get(address, headers={"Range": asked})

    assert answer.status_code == 200
    assert "content-range" not in answer.headers


@pytest.mark.parametrize(
    "asked", ["bytes=99999999-", "bytes=-0", "bytes=9" + "9" * 5000 + "-", "bytes=99999999-,-0"]
)
def test_a_range_behind_the_end_is_refused_in_the_one_shape(
    asked: str, address: str, player: httpx.Client, mp3: bytes
) -> None:
    """416 tells how many bytes there are."""
    answer = player.get(address, headers={"Range": asked})

    assert answer.status_code == 416
    assert answer.headers["content-range"] == f"bytes */{len(mp3)}"
    assert answer.json()["error"]["code"] == "RANGE_NOT_SATISFIABLE"
    assert answer.json()["error"]["details"] == {"size_bytes": len(mp3)}


def test_several_ranges_come_as_parts_of_one_body(
    address: str, player: httpx.Client, mp3: bytes
) -> None:
    """Each part has its place and its type, and the parts are in the order of the request."""
    answer = player.get(address, headers={"Range": "bytes=5000-5009,0-9,-4"})
    kind, _, boundary = answer.headers["content-type"].partition("; boundary=")

    def part(start: int, end: int) -> bytes:
        place = f"bytes {start}-{end - 1}/{len(mp3)}"
        head = f"\r\n--{boundary}\r\nContent-Type: audio/mpeg\r\nContent-Range: {place}\r\n\r\n"
        return head.encode() + mp3[start:end]

    assert (answer.status_code, kind) == (206, "multipart/byteranges")
    size = len(mp3)
    body = (
        part(5000, 5010) + part(0, 10) + part(size - 4, size) + f"\r\n--{boundary}--\r\n".encode()
    )
    assert answer.content == body
    assert answer.headers["content-length"] == str(len(body))


def test_if_range_decides_between_part_and_whole(address: str, player: httpx.Client) -> None:
    """A part is sent only of the very file that whoever asks has the rest of."""
    known = player.head(address).headers
    cases = {
        known["etag"]: 206,
        f"W/{known['etag']}": 200,
        '"other"': 200,
        known["last-modified"]: 206,
        "Mon, 01 Jan 2001 00:00:00 GMT": 200,
        "nonsense": 200,
    }
    for condition, status in cases.items():
        answer = player.get(address, headers={"Range": "bytes=0-9", "If-Range": condition})
        assert answer.status_code == status, condition


def test_what_is_known_already_is_not_sent_again(address: str, player: httpx.Client) -> None:
    """304 keeps the validators and has no body; `If-None-Match` counts more than a date."""
    known = player.head(address).headers
    etag, date = known["etag"], known["last-modified"]
    old = "Mon, 01 Jan 2001 00:00:00 GMT"
    cases = [
        ({"If-None-Match": etag}, 304),
        ({"If-None-Match": f'"x", W/{etag}'}, 304),
        ({"If-None-Match": "*"}, 304),
        ({"If-None-Match": '"x"'}, 200),
        ({"If-None-Match": '"x"', "If-Modified-Since": date}, 200),
        ({"If-None-Match": etag, "If-Modified-Since": old}, 304),
        ({"If-Modified-Since": date}, 304),
        ({"If-Modified-Since": old}, 200),
        ({"If-Modified-Since": "nonsense"}, 200),
        ({"If-Modified-Since": "Mon, 01 Jan 0001 00:00:00 +2359"}, 200),
        ({"If-None-Match": etag, "Range": "bytes=0-9"}, 304),
    ]
    for headers, status in cases:
        answer = player.get(address, headers=headers)
        assert answer.status_code == status, headers
        if status == 304:
            assert answer.content == b""
            assert answer.headers["etag"] == etag
            assert "content-length" not in answer.headers


def test_an_address_that_names_the_content_is_kept_for_ever(
    address: str, player: httpx.Client
) -> None:
    """Only while the version is the present one; else it is asked for again before each use."""
    version = player.head(address).headers["etag"].strip('"')
    kept = player.head(address, params={"v": version}).headers["cache-control"]

    assert kept == "private, max-age=31536000, immutable"
    for other in ({}, {"v": "other"}):
        assert player.head(address, params=other).headers["cache-control"] == "private, no-cache"


@pytest.mark.parametrize("kind", [*PLAYED, "aiff"])
def test_head_has_the_headers_of_get(
    kind: str, played: PlayedLibrary, player: httpx.Client
) -> None:
    """All that last are equal, and there is no body; a range has no meaning for HEAD."""
    address = audio_of(played.tracks[kind]) + "?format=original"
    got = player.get(address).headers
    head = player.head(address, headers={"Range": "bytes=0-0"})

    assert (head.status_code, head.content) == (200, b"")
    assert lasting(head.headers) == lasting(got)


def test_the_file_name_is_made_of_what_people_see(address: str, player: httpx.Client) -> None:
    """Inline by default, an attachment on request; in ASCII for old programs."""
    shown = player.head(address).headers["content-disposition"]
    saved = player.head(address, params={"download": "true"}).headers["content-disposition"]

    assert shown == "inline; filename=\"mp3.mp3\"; filename*=UTF-8''mp3.mp3"
    assert saved == "attachment; filename=\"mp3.mp3\"; filename*=UTF-8''mp3.mp3"


def test_unknown_tracks_are_told_in_the_one_shape(player: httpx.Client) -> None:
    """An id that nobody has is 404, what is no id 422."""
    unknown, nonsense = player.get(audio_of(UNKNOWN_TRACK)), player.get(audio_of("nonsense"))

    assert (unknown.status_code, unknown.json()["code"]) == (404, "NOT_FOUND")
    assert (nonsense.status_code, nonsense.json()["code"]) == (422, "VALIDATION_ERROR")


def _vanish(path: Path) -> None:
    path.unlink()


def _become_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _become_a_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def _lead_out(path: Path) -> None:
    outside = path.parent.parent / f"music-of-others{path.suffix}"
    path.rename(outside)
    path.symlink_to(outside)


def _lead_in_a_circle(path: Path) -> None:
    path.unlink()
    path.symlink_to(path)


SPOILS = {
    "mp3": _vanish,
    "flac": _become_a_folder,
    "opus": _become_a_pipe,
    "webm": _lead_out,
    "adts aac": _lead_in_a_circle,
}


@pytest.mark.parametrize("kind", SPOILS)
def test_a_file_that_cannot_be_opened_is_told(
    kind: str, broken: tuple[PlayedLibrary, httpx.Client]
) -> None:
    """Whatever happened to it: 404 with a code, and no path in the answer."""
    library, client = broken
    SPOILS[kind](library.files[kind])
    answer = client.get(audio_of(library.tracks[kind]))

    assert (answer.status_code, answer.json()["code"]) == (404, "FILE_NOT_FOUND")
    assert str(library.music.parent) not in answer.text


def test_a_folder_that_leads_out_is_not_followed(
    broken: tuple[PlayedLibrary, httpx.Client],
) -> None:
    """Not even to a folder whose name begins like that of the library."""
    library, client = broken
    outside = library.music.with_name("music-x")
    outside.mkdir()
    path = library.files["ogg vorbis"]
    (outside / path.name).write_bytes(path.read_bytes())
    path.unlink()
    path.symlink_to(outside / path.name)
    answer = client.get(audio_of(library.tracks["ogg vorbis"]))

    assert (answer.status_code, answer.json()["code"]) == (404, "FILE_NOT_FOUND")


def test_a_link_inside_the_folder_is_followed(
    broken: tuple[PlayedLibrary, httpx.Client],
) -> None:
    """A file that was moved within its folder and left a link plays on."""
    library, client = broken
    path = library.files["aac faststart"]
    moved = path.rename(path.with_name("moved.m4a"))
    path.symlink_to(moved)

    assert client.get(audio_of(library.tracks["aac faststart"])).content == moved.read_bytes()


def test_a_file_whose_place_another_one_took_is_not_played(
    broken: tuple[PlayedLibrary, httpx.Client],
) -> None:
    """The other file is not what the track is."""
    library, client = broken
    track = TrackRow.id == library.tracks["alac"]
    file = FileRow.id == sa.select(TrackRow.file_id).where(track).scalar_subquery()
    with rows_of(library.data) as rows:
        path = rows.scalar(sa.select(FileRow.relative_path).where(file))
        assert path is not None
        displaced = {"state": "missing", "relative_path": path + b"\x007"}
        rows.execute(sa.update(FileRow).where(file).values(displaced))
    answer = client.get(audio_of(library.tracks["alac"]), params={"format": "original"})

    assert library.files["alac"].exists()
    assert (answer.status_code, answer.json()["code"]) == (404, "FILE_NOT_FOUND")


def test_a_changed_file_has_another_etag(broken: tuple[PlayedLibrary, httpx.Client]) -> None:
    """A file that was retagged since it was imported plays, and is not taken for the old one."""
    library, client = broken
    address = audio_of(library.tracks["wav 16 bit"])
    before = client.head(address).headers["etag"]
    with library.files["wav 16 bit"].open("ab") as file:
        file.write(b"LIST\x04\0\0\0INFO")
    answer = client.get(address, headers={"If-None-Match": before})

    assert answer.status_code == 200
    assert answer.content == library.files["wav 16 bit"].read_bytes()
    assert answer.headers["etag"] != before


def test_a_file_that_shrinks_while_it_is_sent_ends_the_connection(
    broken: tuple[PlayedLibrary, httpx.Client],
) -> None:
    """What came is not taken for the whole, and the service answers on."""
    library, client = broken
    path = library.files["wav 24 bit"]
    os.truncate(path, 1 << 30)  # sparse: more than all buffers between here and there
    address = audio_of(library.tracks["wav 24 bit"])
    with client.stream("GET", address) as answer, pytest.raises(httpx.RemoteProtocolError):
        os.truncate(path, 1000)
        for _ in answer.iter_raw():
            pass

    assert client.get("/health/live").status_code == 200
