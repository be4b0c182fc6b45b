"""Play lists as other programs read them: M3U8, and JSPF, which is XSPF as JSON.

Both are made line by line, so that nothing is held but one track, and leave out tracks whose files
are missing. Names come from tags, which anybody may have written: a name never ends its line.

Source: RFC 8216, section 4 (`#EXTM3U`, `#EXTINF`), and VLC for parts of files; XSPF version 1
(https://www.xspf.org/spec) and its JSON form (https://wiki.xiph.org/JSPF_Draft); Media Fragments
URI 1.0, section 4.2.1, for parts of files in URIs.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import quote

from audio_ident.model.display import Origin, shown_album, shown_artist, shown_title
from audio_ident.model.library import Track, TrackKind
from audio_ident.model.playlists import PlaylistEntry, PlaylistForm
from audio_ident.units import seconds_to_milliseconds, ticks_to_seconds

_BREAKS = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029\ud800-\udfff]+")

_DRIVE = re.compile(r"[A-Za-z]:[\\/]")


def one_line(text: str) -> str:
    """Text without anything that ends a line, and without bytes that are no text."""
    return _BREAKS.sub(" ", text)


def as_m3u8(entries: Iterable[PlaylistEntry], title: str | None = None) -> Iterator[bytes]:
    """Lines of an M3U8; parts of files carry their start and end as VLC reads them."""
    yield b"#EXTM3U\n"
    if title is not None:
        yield f"#PLAYLIST:{one_line(title)}\n".encode()
    for entry in entries:
        place = entry.place
        if entry.track.is_missing or "\n" in place or "\r" in place:
            continue  # a name with a line break has no way into this format
        lines = [*_head(entry), "./" + place if place[:1] == "#" else place]
        yield "".join(f"{line}\n" for line in lines).encode("utf-8", "surrogateescape")


def as_jspf(entries: Iterable[PlaylistEntry], title: str | None = None) -> Iterator[bytes]:
    """Lines of a JSPF; parts of files carry their start and end as fragments of their URIs."""
    head = "" if title is None else f'"title": {json.dumps(one_line(title), ensure_ascii=False)}, '
    yield f'{{"playlist": {{{head}"track": ['.encode()
    separator = "\n"
    for entry in entries:
        if not entry.track.is_missing:
            yield (separator + json.dumps(_jspf_track(entry), ensure_ascii=False)).encode()
            separator = ",\n"
    yield b"\n]}}\n"


PLAYLIST_FORMS: Mapping[
    PlaylistForm, Callable[[Iterable[PlaylistEntry], str | None], Iterator[bytes]]
] = {PlaylistForm.M3U8: as_m3u8, PlaylistForm.JSPF: as_jspf}


def file_uri(path: str) -> str:
    """A path as a URI: absolute ones of Unix and Windows as `file:`, others relative."""
    if _DRIVE.match(path):
        return f"file:///{path[0]}:{_quoted(path[2:])}"
    if path.startswith("\\\\"):
        return "file:" + _quoted(path)
    return ("file://" if path.startswith("/") else "") + quote(_bytes(path))


def _quoted(windows_path: str) -> str:
    return quote(_bytes(windows_path.replace("\\", "/")))


def _bytes(path: str) -> bytes:
    return path.encode("utf-8", "surrogateescape")


def _head(entry: PlaylistEntry) -> Iterator[str]:
    start_s, end_s = _span_s(entry.track)
    title, artist = shown_title(entry.track).text, _artist(entry.track)
    name = f"{artist} - {title}" if artist else title
    yield f"#EXTINF:{round(end_s - start_s)},{one_line(name)}"
    if _is_part(entry):
        yield f"#EXTVLCOPT:start-time={start_s:.3f}"
        yield f"#EXTVLCOPT:stop-time={end_s:.3f}"


def _jspf_track(entry: PlaylistEntry) -> dict[str, Any]:
    track = entry.track
    start_s, end_s = _span_s(track)
    uri = entry.place if entry.is_url else file_uri(entry.place)
    identifiers = [f"urn:uuid:{track.id}"]
    if track.claims.musicbrainz_recording_id:
        recording_id = track.claims.musicbrainz_recording_id
        identifiers.append(f"https://musicbrainz.org/recording/{recording_id}")
    known = {
        "creator": one_line(_artist(track)),
        "album": one_line(shown_album(track).text),
        "trackNum": track.claims.track_number,
    }
    return {
        "location": [f"{uri}#t={start_s:.3f},{end_s:.3f}" if _is_part(entry) else uri],
        "identifier": identifiers,
        "title": one_line(shown_title(track).text),
        **{name: value for name, value in known.items() if value},
        "duration": seconds_to_milliseconds(end_s - start_s),
    }


def _is_part(entry: PlaylistEntry) -> bool:
    """Whether the place is that of a whole file of which the track is a part."""
    return not entry.is_url and entry.track.kind.value != TrackKind.WHOLE_FILE.value


def _artist(track: Track) -> str:
    """Whom to credit; empty where nobody knows."""
    artist = shown_artist(track)
    return "" if artist.origin is Origin.PLACEHOLDER else artist.text


def _span_s(track: Track) -> tuple[float, float]:
    points = track.points
    return ticks_to_seconds(points.start_ticks), ticks_to_seconds(points.end_ticks)
