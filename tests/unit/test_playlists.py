"""Play lists as other programs read them."""

import enum
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audio_ident.core.playlists import as_jspf, as_m3u8, file_uri
from audio_ident.library.playlists import playlist_of_files, playlist_of_urls, write_playlist
from audio_ident.model.export import PathMapping
from audio_ident.model.library import Track, TrackId
from audio_ident.model.playlists import PlaylistEntry, PlaylistForm
from audio_ident.model.tags import Tags
from builders.reports import a_track

HOSTILE = 'A "quoted"\n#EXTINF:0,\u2028name\udcff'

names = st.binary(min_size=1, max_size=40).filter(lambda name: not {0, 10, 13} & set(name))


class LaterKind(enum.StrEnum):
    """A kind of track that there will be: a part of a file."""

    CUE = "cue"


def entries_of(*tracks: Track) -> list[PlaylistEntry]:
    """Each track where it lies."""
    return [PlaylistEntry(track=track, place=track.path) for track in tracks]


def text_of(lines: Iterable[bytes]) -> str:
    """All lines as text."""
    return b"".join(lines).decode("utf-8", "surrogateescape")


def jspf_of(entries: Iterable[PlaylistEntry], title: str | None = None) -> dict[str, Any]:
    """A JSPF as it is read."""
    document: dict[str, Any] = json.loads(b"".join(as_jspf(entries, title)))
    return document["playlist"]


@given(names)
def test_an_m3u8_holds_the_very_bytes_of_a_path(name: bytes) -> None:
    """A player that opens a line of the list opens the file."""
    lines = b"".join(as_m3u8(entries_of(a_track(path="/music/" + os.fsdecode(name))))).split(b"\n")

    assert lines[2] == b"/music/" + name


@given(names)
def test_a_jspf_holds_the_very_bytes_of_a_path(name: bytes) -> None:
    """They are escaped in the URI, which is text whatever they are."""
    (track,) = jspf_of(entries_of(a_track(path="/music/" + os.fsdecode(name))))["track"]
    location = urlsplit(track["location"][0])

    assert (location.scheme, location.netloc) == ("file", "")
    assert os.fsencode(unquote(location.path, errors="surrogateescape")) == b"/music/" + name


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("/music/a b#c?.mp3", "file:///music/a%20b%23c%3F.mp3"),
        ("M:\\Music\\ä.mp3", "file:///M:/Music/%C3%A4.mp3"),
        ("\\\\nas\\music\\a.mp3", "file://nas/music/a.mp3"),
        ("Björk/1: x.mp3", "Bj%C3%B6rk/1%3A%20x.mp3"),
    ],
)
def test_paths_of_any_system_become_uris(path: str, uri: str) -> None:
    """Drives, shares and relative paths too."""
    assert file_uri(path) == uri


def test_an_m3u8_tells_length_and_name_and_leaves_out_the_missing() -> None:
    """`#EXTINF` has seconds, artist and title; what is not on disk cannot be played."""
    tracks = [a_track(), a_track(is_missing=True, path="/gone.mp3"), a_track(path="/a\nb.mp3")]

    assert text_of(as_m3u8(entries_of(*tracks), "List")).splitlines() == [
        "#EXTM3U",
        "#PLAYLIST:List",
        "#EXTINF:180,Björk - Jóga",
        "/music/Björk/01 Jóga.flac",
    ]


def test_a_jspf_tells_all_that_it_has_a_field_for() -> None:
    """Milliseconds, album, number and ids; what nobody knows is not there."""
    tags = Tags(
        title="Jóga",
        artist="Björk",
        album="Homogenic",
        track_number=2,
        musicbrainz_recording_id="0f4ff3a1-8a2c-4a41-93e3-fdd9d40c9ef9",
    )
    known, unknown = a_track(tags=tags), a_track(path="/x.ogg", tags=Tags())
    playlist = jspf_of(entries_of(known, a_track(is_missing=True), unknown), "List")

    assert playlist == {
        "title": "List",
        "track": [
            {
                "location": ["file:///music/Bj%C3%B6rk/01%20J%C3%B3ga.flac"],
                "identifier": [
                    "urn:uuid:t1",
                    "https://musicbrainz.org/recording/0f4ff3a1-8a2c-4a41-93e3-fdd9d40c9ef9",
                ],
                "title": "Jóga",
                "creator": "Björk",
                "album": "Homogenic",
                "trackNum": 2,
                "duration": 180_500,
            },
            {
                "location": ["file:///x.ogg"],
                "identifier": ["urn:uuid:t1"],
                "title": "x",
                "duration": 180_500,
            },
        ],
    }


def test_parts_of_files_keep_their_start_and_end() -> None:
    """As VLC reads them in an M3U8, as a media fragment in a JSPF; a URL names the part itself."""
    part: Any = LaterKind.CUE
    track = a_track(kind=part)
    entries = entries_of(track)
    url = PlaylistEntry(track=track, place="https://host/t1/audio", is_url=True)

    assert "#EXTVLCOPT:start-time=0.000\n#EXTVLCOPT:stop-time=180.500\n" in text_of(
        as_m3u8(entries)
    )
    assert jspf_of(entries)["track"][0]["location"][0].endswith(".flac#t=0.000,180.500")
    assert "EXTVLCOPT" not in text_of(as_m3u8([url]))
    assert jspf_of([url])["track"][0]["location"] == ["https://host/t1/audio"]


def test_names_of_strangers_stay_inside_their_line() -> None:
    """No tag adds an entry, nor bytes that are no text."""
    entries = entries_of(a_track(tags=Tags(title=HOSTILE, artist=HOSTILE, album=HOSTILE)))

    assert len(b"".join(as_m3u8(entries, HOSTILE)).decode("utf-8").splitlines()) == 4
    assert len(jspf_of(entries, HOSTILE)["track"]) == 1


@pytest.mark.parametrize("form", PlaylistForm)
def test_an_empty_list_is_a_list(form: PlaylistForm) -> None:
    """It has its head, and JSON is whole."""
    text = text_of(playlist_of_files([], form))

    if form is PlaylistForm.JSPF:
        assert json.loads(text) == {"playlist": {"track": []}}
    else:
        assert text == "#EXTM3U\n"


def test_paths_are_mapped_and_names_stay() -> None:
    """A file without tags is called by its own name, also where its path is another one."""
    mappings = [PathMapping(source="/music", target="Z:\\Music")]
    track = a_track(path="/music/x/01 - x.ogg", tags=Tags())
    lines = text_of(playlist_of_files([track], PlaylistForm.M3U8, mappings)).splitlines()

    assert lines[1:] == ["#EXTINF:180,01 - x", "Z:\\Music\\x\\01 - x.ogg"]


def test_lists_of_urls_hold_no_path() -> None:
    """Whoever asks the service never learns where its files lie."""

    def url_of(track_id: TrackId) -> str:
        return f"https://host/{track_id}/audio"

    for form in PlaylistForm:
        text = text_of(playlist_of_urls([a_track()], form, url_of, "Like Jóga"))
        assert "https://host/t1/audio" in text
        assert "/music" not in text


def test_a_list_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    """When making it fails, the file that was there stays."""
    path = tmp_path / "list.m3u8"
    write_playlist(path, [b"#EXTM3U\n"])

    def failing() -> Iterable[bytes]:
        yield b"half"
        raise ValueError("half")

    with pytest.raises(ValueError, match="half"):
        write_playlist(path, failing())
    assert path.read_bytes() == b"#EXTM3U\n"
