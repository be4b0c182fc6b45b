"""Players of the Subsonic protocol, through the real service."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as XmlTree

import httpx
import pytest

from audio_ident.api.subsonic.envelope import answer
from builders.accounts import NAME, PASSWORD, Door, guarded
from builders.playing import PARTS, PlayedLibrary

NAMESPACE = "{http://subsonic.org/restapi}"
NOWHERE = "3f1c2a5e-9d7b-4c1e-8a60-5b2f7d9e1c34"


def asked(client: httpx.Client, method: str, **parameters: str) -> dict[str, Any]:
    """What is in the JSON envelope of an answer."""
    answered = client.get(f"/rest/{method}", params={"f": "json", **parameters})
    assert answered.status_code == 200, answered.text
    assert answered.headers["content-type"] == "application/json"
    document: dict[str, Any] = answered.json()["subsonic-response"]
    assert (document["version"], document["type"]) == ("1.16.1", "audio-ident")
    assert document["openSubsonic"] is True
    return document


def error_of(client: httpx.Client, method: str, **parameters: str) -> int:
    """Code of the error that an answer tells."""
    document = asked(client, method, **parameters)
    assert document["status"] == "failed", document
    assert document["error"]["message"]
    return int(document["error"]["code"])


def xml_of(client: httpx.Client, method: str, **parameters: str) -> XmlTree.Element:
    """The XML envelope of an answer."""
    answered = client.get(f"/rest/{method}.view", params=parameters)
    assert answered.status_code == 200
    assert answered.headers["content-type"].startswith("text/xml")
    root = XmlTree.fromstring(answered.content)  # noqa: S314 -- of our own service
    assert root.tag == f"{NAMESPACE}subsonic-response"
    return root


@pytest.fixture(scope="module")
def key(door: Door) -> str:
    """A key that may read."""
    return door.make_key("player", "read")


@pytest.fixture
def visitor(door: Door) -> Iterator[httpx.Client]:
    """Somebody with an address of their own."""
    with door.visit() as client:
        yield client


@pytest.mark.parametrize("suffix", ["", ".view"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_key_opens_by_address_and_by_form(
    visitor: httpx.Client, key: str, method: str, suffix: str
) -> None:
    """With and without `.view`."""
    sent = {"apiKey": key, "f": "json"}
    kind = {"params": sent} if method == "GET" else {"data": sent}

    answered = visitor.request(method, f"/rest/ping{suffix}", **kind)  # type: ignore[arg-type]

    assert answered.json()["subsonic-response"]["status"] == "ok"


def test_the_owner_is_let_in_by_password(door: Door) -> None:
    """Plain, in hexadecimal digits, and once more from memory; a wrong one is refused."""
    encoded = "enc:" + PASSWORD.encode().hex()
    with door.visit() as client:
        found = [
            asked(client, "ping", u=NAME, p=password)["status"]
            for password in (PASSWORD, encoded, PASSWORD)
        ]
        wrong = [error_of(client, "ping", u=NAME, p=p) for p in ("wrong", "enc:zz", "enc:77")]
        name = error_of(client, "ping", u="Somebody", p=PASSWORD)

    assert (found, wrong, name) == (["ok"] * 3, [40] * 3, 40)


def test_passwords_cannot_be_tried_without_end(door: Door) -> None:
    """As at the log-in; the answer says when to come back."""
    with door.visit() as client:
        for number in range(40):
            answered = client.get("/rest/ping", params={"u": f"o{number}", "p": "x", "f": "json"})
            code = answered.json()["subsonic-response"]["error"]["code"]
            if code != 40:
                break

    assert number >= 5
    assert code == 0
    assert int(answered.headers["retry-after"]) >= 1


def test_a_key_can_stand_in_the_place_of_a_password(visitor: httpx.Client, key: str) -> None:
    """For players that know no keys, whatever name they send."""
    assert asked(visitor, "ping", u="anybody", p=key)["status"] == "ok"
    assert asked(visitor, "tokenInfo", apiKey=key)["tokenInfo"] == {"username": "key:player"}


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({}, 10),
        ({"u": NAME}, 10),
        ({"p": PASSWORD}, 10),
        ({"u": NAME, "t": "26719a1196d2a940705a59634eb18eab", "s": "c19b2d"}, 41),
        ({"u": NAME, "p": PASSWORD, "t": "26719a1196d2a940705a59634eb18eab", "s": "c19b2d"}, 43),
        ({"apiKey": "aid_unknown", "u": NAME}, 43),
        ({"apiKey": "aid_unknown", "p": PASSWORD}, 43),
        ({"apiKey": "aid_" + "A" * 43}, 44),
        ({"apiKey": "something else"}, 44),
        ({"u": NAME, "p": "aid_" + "A" * 43}, 44),
    ],
)
def test_strangers_are_told_why(
    visitor: httpx.Client, parameters: dict[str, str], code: int
) -> None:
    """In the codes of the protocol, in both forms."""
    assert error_of(visitor, "ping", **parameters) == code
    error = xml_of(visitor, "ping", **parameters).find(f"{NAMESPACE}error")
    assert error is not None
    assert error.get("code") == str(code)


def test_a_key_that_may_not_read_is_refused(door: Door, visitor: httpx.Client) -> None:
    """Known, and not allowed."""
    importing = door.make_key("importing player", "import")

    assert error_of(visitor, "ping", apiKey=importing) == 50


def test_extensions_are_told_to_everybody(visitor: httpx.Client) -> None:
    """So that a player learns how to be let in."""
    found = asked(visitor, "getOpenSubsonicExtensions")["openSubsonicExtensions"]

    versions = {each["name"]: each["versions"] for each in found}
    assert versions["apiKeyAuthentication"] == [1]
    assert versions["formPost"] == [1]
    assert versions["sonicSimilarity"] == [1]
    element = xml_of(visitor, "getOpenSubsonicExtensions")[0]
    assert element.tag == f"{NAMESPACE}openSubsonicExtensions"
    assert [child.text for child in element] == ["1"]


@pytest.mark.parametrize(
    "method",
    [
        "ping",
        "getLicense",
        "tokenInfo",
        "getMusicFolders",
        "getSong",
        "search3",
        "getSonicSimilarTracks",
        "findSonicPath",
        "stream",
        "download",
        "getCoverArt",
    ],
)
def test_nothing_else_is_told_to_strangers(visitor: httpx.Client, method: str) -> None:
    """Whatever else is wrong."""
    assert error_of(visitor, method) == 10
    assert error_of(visitor, method, apiKey="aid_" + "A" * 43, id=NOWHERE, query="") == 44


def test_no_key_and_no_password_is_logged(tmp_path: Path) -> None:
    """Although they stand in addresses, and however much is logged."""
    with guarded(tmp_path, AUDIO_IDENT_LOG_LEVEL="debug") as door:
        key = door.make_key("player", "read")
        with door.visit() as client:
            asked(client, "ping", apiKey=key)
            asked(client, "ping", u=NAME, p=PASSWORD)
            client.get("/rest/unknown", params={"apiKey": key})
            error_of(client, "search3", apiKey=key)
        logged = door.log.read_text()

    assert "/rest/ping" in logged
    assert key not in logged
    assert PASSWORD not in logged
    assert PASSWORD.replace(" ", "+") not in logged


def test_a_song_tells_what_players_show(player: httpx.Client, played: PlayedLibrary) -> None:
    """And no folder of the machine."""
    track_id, file = played.tracks["flac"], played.files["flac"]

    song = asked(player, "getSong", id=track_id)["song"]

    assert (song["id"], song["title"], song["coverArt"]) == (track_id, "flac", track_id)
    assert (song["isDir"], song["isVideo"], song["type"]) == (False, False, "music")
    assert (song["size"], song["suffix"]) == (file.stat().st_size, "flac")
    assert (song["contentType"], song["path"]) == ("audio/flac", file.name)
    assert song["duration"] in {4, 5}
    assert song["bitRate"] > 50
    assert str(played.music) not in str(song)
    element = xml_of(player, "getSong", id=track_id).find(f"{NAMESPACE}song")
    assert element is not None
    assert (element.get("id"), element.get("isDir")) == (track_id, "false")


def test_an_empty_search_gives_everything_page_by_page(
    player: httpx.Client, played: PlayedLibrary
) -> None:
    """Written as nothing or as two quotation marks; no song twice."""
    pages = [
        asked(player, "search3", query=query, songCount="5", songOffset=str(offset))
        for query, offset in (("", 0), ('""', 5), ("", 10), ("", 15), ("", 20))
    ]

    ids = [song["id"] for page in pages for song in page["searchResult3"]["song"]]
    whole = {id_ for name, id_ in played.tracks.items() if name not in PARTS}
    assert sorted(ids) == sorted(whole)


def test_a_search_finds_words_of_titles(player: httpx.Client, played: PlayedLibrary) -> None:
    """Whatever asterisk a player puts behind them; in one folder only if that is asked for."""
    folders = asked(player, "getMusicFolders")["musicFolders"]["musicFolder"]

    found = asked(player, "search3", query="vorbis*")["searchResult3"]["song"]
    inside = asked(player, "search3", query="vorbis", musicFolderId=str(folders[0]["id"]))
    outside = asked(player, "search3", query="vorbis", musicFolderId="99")

    assert [folder["name"] for folder in folders] == [played.music.name]
    assert [song["id"] for song in found] == [played.tracks["ogg vorbis"]]
    assert len(inside["searchResult3"]["song"]) == 1
    assert outside["searchResult3"]["song"] == []
    assert len(xml_of(player, "search3", query="vorbis")[0]) == 1


@pytest.mark.parametrize(
    ("method", "parameters", "code"),
    [
        ("getSong", {}, 10),
        ("search3", {}, 10),
        ("getSong", {"id": NOWHERE}, 70),
        ("getSong", {"id": "../../etc/passwd"}, 70),
        ("stream", {"id": NOWHERE}, 70),
        ("download", {"id": NOWHERE}, 70),
        ("getCoverArt", {"id": NOWHERE}, 70),
        ("search3", {"query": "a", "songCount": "-1"}, 0),
        ("search3", {"query": "a", "songOffset": "9" * 30}, 0),
        ("search3", {"query": "a", "musicFolderId": "x"}, 0),
    ],
)
def test_wrong_questions_are_answered_in_the_envelope(
    player: httpx.Client, method: str, parameters: dict[str, str], code: int
) -> None:
    """With the status of HTTP that all is well, as players expect it."""
    assert error_of(player, method, **parameters) == code
    error = xml_of(player, method, **parameters).find(f"{NAMESPACE}error")
    assert error is not None
    assert error.get("code") == str(code)


def test_a_song_is_streamed_in_parts(player: httpx.Client, played: PlayedLibrary) -> None:
    """The original by default, and with `raw`; a range of it where that is asked for."""
    content = played.files["mp3"].read_bytes()
    address = {"id": played.tracks["mp3"]}

    whole = player.get("/rest/stream.view", params=address)
    part = player.get("/rest/stream", params=address, headers={"Range": "bytes=10-19"})
    saved = player.get("/rest/download", params=address)
    head = player.head("/rest/stream", params=address)

    assert (whole.content, whole.headers["content-type"]) == (content, "audio/mpeg")
    assert (part.status_code, part.content) == (206, content[10:20])
    assert saved.content == content
    assert saved.headers["content-disposition"].startswith("attachment")
    assert (head.status_code, head.headers["content-length"]) == (200, str(len(content)))


@pytest.mark.parametrize(
    ("parameters", "kind"),
    [
        ({"format": "opus"}, "audio/ogg"),
        ({"format": "mp3"}, "audio/mpeg"),
        ({"format": "raw", "maxBitRate": "1"}, "audio/flac"),
        ({"maxBitRate": "0"}, "audio/flac"),
    ],
)
def test_a_player_gets_the_format_that_it_asks_for(
    player: httpx.Client, played: PlayedLibrary, parameters: dict[str, str], kind: str
) -> None:
    """And the original where it asks for none."""
    sent = {"id": played.tracks["flac"], **parameters}

    answered = player.get("/rest/stream", params=sent)

    assert (answered.status_code, answered.headers["content-type"]) == (200, kind)


@pytest.mark.parametrize(
    ("name", "most", "kind"),
    [("aiff", "64", "audio/mpeg"), ("mp3", "16", "audio/mpeg"), ("flac", "64", "audio/flac")],
)
def test_fewer_bits_are_sent_where_that_saves_any(
    player: httpx.Client, played: PlayedLibrary, name: str, most: str, kind: str
) -> None:
    """MP3 where the file has more bits than are wanted, and more than our MP3; else the file."""
    sent = {"id": played.tracks[name], "maxBitRate": most}

    answered = player.get("/rest/stream", params=sent)

    assert answered.headers["content-type"] == kind
    assert (answered.content == played.files[name].read_bytes()) == (name != "aiff")


def test_pictures_come_in_the_nearest_size(
    client: httpx.Client, player: httpx.Client, played: PlayedLibrary
) -> None:
    """And no picture is an error of the envelope."""
    assert error_of(player, "getCoverArt", id=played.tracks["flac"]) == 70
    songs = asked(client, "search3", query="", songCount="500")["searchResult3"]["song"]
    answers = {
        size: [client.get("/rest/getCoverArt", params={"id": s["id"], "size": size}) for s in songs]
        for size in ("100", "1000")
    }

    assert {each.headers["content-type"] for each in answers["100"]} == {"image/jpeg"}
    for small, large in zip(answers["100"], answers["1000"], strict=True):
        assert len(small.content) <= len(large.content)


def test_a_player_asks_what_sounds_alike(player: httpx.Client, played: PlayedLibrary) -> None:
    """Ordered by likeness, without the song itself, with all that is known of each."""
    track_id = played.tracks["flac"]

    document = asked(player, "getSonicSimilarTracks", id=track_id, count="3")
    element = xml_of(player, "getSonicSimilarTracks", id=track_id, count="3")

    matches = document["sonicMatch"]
    likeness = [match["similarity"] for match in matches]
    ids = [match["entry"]["id"] for match in matches]
    assert document["status"] == "ok"
    assert 1 <= len(matches) <= 3
    assert likeness == sorted(likeness, reverse=True)
    assert all(0 <= each <= 1 for each in likeness)
    assert track_id not in ids
    assert {*ids} <= {*played.tracks.values()}
    assert [each.tag for each in element] == [f"{NAMESPACE}sonicMatch"] * len(matches)
    entry = element[0].find(f"{NAMESPACE}entry")
    assert entry is not None
    assert (entry.get("id"), entry.get("title")) == (ids[0], matches[0]["entry"]["title"])
    assert element[0].get("similarity") == str(likeness[0])


def test_a_player_asks_for_a_path(player: httpx.Client, played: PlayedLibrary) -> None:
    """It begins with one song and ends with the other, and is no longer than was asked."""
    start, end = played.tracks["flac"], played.tracks["wav 24 bit"]

    matches = asked(player, "findSonicPath", startSongId=start, endSongId=end, count="4")[
        "sonicMatch"
    ]

    assert [matches[0]["entry"]["id"], matches[-1]["entry"]["id"]] == [start, end]
    assert 2 <= len(matches) <= 4
    assert matches[0]["similarity"] == 1


@pytest.mark.parametrize(
    ("method", "parameters", "code"),
    [
        ("getSonicSimilarTracks", {}, 10),
        ("getSonicSimilarTracks", {"id": NOWHERE}, 70),
        ("getSonicSimilarTracks", {"id": NOWHERE, "count": "many"}, 0),
        ("findSonicPath", {"startSongId": NOWHERE}, 10),
        ("findSonicPath", {"startSongId": NOWHERE, "endSongId": NOWHERE}, 70),
    ],
)
def test_wrong_questions_about_sound_are_refused(
    player: httpx.Client, method: str, parameters: dict[str, str], code: int
) -> None:
    """What is missing, and what is not there."""
    assert error_of(player, method, **parameters) == code


def test_names_of_any_kind_make_good_xml() -> None:
    """Control characters, lone surrogates and markup."""
    names = {"song": {"title": 'a<b>&"\x00\x1b\udcff\uffff\U0001f3b5', "isrc": ["<x>", "\x01"]}}

    body = bytes(answer(names, "xml").body)
    song = XmlTree.fromstring(body)[0]  # noqa: S314 -- made here

    assert song.get("title") == 'a<b>&"\ufffd\ufffd\ufffd\ufffd\U0001f3b5'
    assert [child.text for child in song] == ["<x>", "\ufffd"]


def test_an_open_service_takes_any_player_on_this_machine(player: httpx.Client) -> None:
    """As long as nobody owns it: players insist on sending a name and a password."""
    assert asked(player, "ping", u="me", p="anything")["status"] == "ok"
    assert asked(player, "ping", u="me", t="0" * 32, s="123456")["status"] == "ok"
    assert error_of(player, "ping", apiKey="aid_wrong") == 44
    strange = player.post(
        "/rest/ping", data={"f": "json"}, headers={"Origin": "https://elsewhere.example"}
    )
    assert strange.json()["subsonic-response"]["status"] == "failed"
