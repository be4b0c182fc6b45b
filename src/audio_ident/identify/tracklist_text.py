"""Tracklists as other programs read them: cue sheets, M3U8 and labels for Audacity.

Names come from tags, which anybody may have written: a name never ends its line or its quotes.
"""

from collections.abc import Callable, Iterable

from audio_ident.core.playlists import as_m3u8, one_line
from audio_ident.model.display import shown_artist, shown_title
from audio_ident.model.jobs import Tracklist, TracklistEntry
from audio_ident.model.library import TrackId
from audio_ident.model.playlists import PlaylistEntry

CUE_FRAMES_PER_SECOND = 75

_CUE_TYPES = {"mp3": "MP3", "aiff": "AIFF", "aif": "AIFF"}
"""Words of cue sheets for the kind of a file; WAVE stands for all others."""


def cue_sheet(tracklist: Tracklist) -> str:
    """A cue sheet for the recording, whose tracks begin where they are first heard."""
    name = _quotable(tracklist.title)
    kind = _CUE_TYPES.get(name.rpartition(".")[2].lower(), "WAVE")
    lines = [f'FILE "{name}" {kind}']
    for number, entry in enumerate(tracklist.entries, 1):
        lines += [
            f"  TRACK {number:02d} AUDIO",
            f'    TITLE "{_quotable(shown_title(entry.found.track).text)}"',
            f'    PERFORMER "{_quotable(shown_artist(entry.found.track).text)}"',
            f"    INDEX 01 {_cue_time(_start_s(entry))}",
        ]
    return _joined(lines)


def m3u8(tracklist: Tracklist, url_of: Callable[[TrackId], str]) -> str:
    """A playlist of the tracks, in the order in which they are heard."""
    tracks = (entry.found.track for entry in tracklist.entries)
    entries = (PlaylistEntry(track=track, place=url_of(track.id), is_url=True) for track in tracks)
    return b"".join(as_m3u8(entries, tracklist.title)).decode()


def audacity_labels(tracklist: Tracklist) -> str:
    """Labels that Audacity imports: where each part begins and ends, and what it is."""
    return _joined(
        f"{_start_s(entry):.6f}\t{entry.found.match.query_span.end_s:.6f}\t{_name(entry)}"
        for entry in tracklist.entries
    )


def _joined(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _name(entry: TracklistEntry) -> str:
    track = entry.found.track
    return one_line(f"{shown_artist(track).text} - {shown_title(track).text}")


def _start_s(entry: TracklistEntry) -> float:
    return max(0.0, entry.found.match.query_span.start_s)


def _cue_time(seconds: float) -> str:
    frames = round(seconds * CUE_FRAMES_PER_SECOND)
    whole_s, frame = divmod(frames, CUE_FRAMES_PER_SECOND)
    return f"{whole_s // 60:02d}:{whole_s % 60:02d}:{frame:02d}"


def _quotable(text: str) -> str:
    # Cue sheets know no escapes.
    return one_line(text).replace('"', "'")
