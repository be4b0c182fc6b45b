"""Reads cue sheets: which track begins where in which file.

Positions are MM:SS:FF with 75 frames in a second, as on a disc. A frame is a whole number of
ticks, so nothing is rounded. A line that cannot be used is reported and left out; the rest of the
sheet stands.

Source: the CDRWIN user's guide, appendix A, and what is found beside real albums.
"""

import dataclasses
import re
from collections.abc import Iterable
from itertools import pairwise, zip_longest

from audio_ident.core.claims import clean_text, find_isrc
from audio_ident.model.chapters import Chapter, ChapterSource
from audio_ident.model.cue import CueSheet, CueTrack
from audio_ident.units import TICKS_PER_SECOND, Ticks

FRAMES_PER_SECOND = 75
"""Sectors of a compact disc (IEC 60908)."""

TICKS_PER_FRAME = TICKS_PER_SECOND // FRAMES_PER_SECOND
"""376 320, without a remainder."""

MAX_TRACKS = 999
"""A disc has 99; sheets for long recordings have more."""

MAX_PROBLEMS = 20
"""More are not listed; the sheet is no sheet then."""

_TEXTS = frozenset({"TITLE", "PERFORMER", "ISRC", "FLAGS", "CATALOG"})
_IGNORED = frozenset({"REM", "SONGWRITER", "CDTEXTFILE", "POSTGAP"})
_LINE = re.compile(r"\s*([A-Za-z]+)(?:\s+(.*?))?\s*")
_TIME = re.compile(r"(\d{1,4}):([0-5]?\d):(\d{1,2})", re.ASCII)
_QUOTED = re.compile(r'"(.*)"(?:\s+\S+)?|(.*?)(?:\s+(?:WAVE|MP3|AIFF|BINARY|MOTOROLA|FLAC))?')


@dataclasses.dataclass(slots=True)
class _Open:
    """A track whose lines are being read."""

    number: int
    file_name: str | None
    fields: dict[str, str] = dataclasses.field(default_factory=dict)
    indexes: dict[int, tuple[str | None, Ticks]] = dataclasses.field(default_factory=dict)
    pregap_ticks: Ticks | None = None


@dataclasses.dataclass(slots=True)
class _Reading:
    """How far the sheet has been read."""

    file_name: str | None = None
    fields: dict[str, str] = dataclasses.field(default_factory=dict)
    tracks: list[_Open] = dataclasses.field(default_factory=list)
    problems: list[str] = dataclasses.field(default_factory=list)


def parse_cue(text: str) -> CueSheet:
    """The tracks of a cue sheet; never fails, whatever the text."""
    reading = _Reading()
    for number, line in enumerate(text.lstrip("\ufeff").splitlines(), start=1):
        if not line.strip():
            continue
        if problem := _take_line(reading, line):
            reading.problems.append(f"line {number}: {problem}")
        if len(reading.problems) >= MAX_PROBLEMS:
            break
    tracks = tuple(_track(track) for track in reading.tracks if track.indexes)
    empty = len(reading.tracks) - len(tracks)
    if empty:
        reading.problems.append(f"{empty} tracks have no index")
    return CueSheet(
        tracks=tracks,
        title=reading.fields.get("TITLE"),
        performer=reading.fields.get("PERFORMER"),
        catalogue=reading.fields.get("CATALOG"),
        problems=tuple(reading.problems),
    )


def parse_position(text: str) -> Ticks | None:
    """Ticks of MM:SS:FF, None when the text is anything else."""
    match = _TIME.fullmatch(text.strip())
    if match is None or int(match[3]) >= FRAMES_PER_SECOND:
        return None
    frames = (int(match[1]) * 60 + int(match[2])) * FRAMES_PER_SECOND + int(match[3])
    return Ticks(frames * TICKS_PER_FRAME)


def chapters_of(sheet: CueSheet, file_name: str | None, source: ChapterSource) -> list[Chapter]:
    """The chapters that a sheet names in one of its files, or in the only one.

    Parameters
    ----------
    file_name
        As the sheet spells it; None takes every track, for a sheet that lies in the file itself.
    """
    tracks = [t for t in sheet.tracks if file_name is None or t.file_name == file_name]
    if any(a.start_ticks >= b.start_ticks for a, b in pairwise(tracks)):
        tracks = sorted({track.start_ticks: track for track in tracks}.values(), key=_start)
    ends = [track.start_ticks for track in tracks[1:]]
    return [
        Chapter(
            source=source,
            start_ticks=track.start_ticks,
            end_ticks=end,
            title=track.title,
            performer=track.performer or sheet.performer,
            isrc=track.isrc,
        )
        for track, end in zip_longest(tracks, ends)
    ]


def _start(track: CueTrack) -> Ticks:
    return track.start_ticks


def _take_line(reading: _Reading, line: str) -> str | None:
    """Take one line in; gives back what is wrong with it."""
    match = _LINE.fullmatch(line)
    if match is None:
        return "no command"
    command, rest = match[1].upper(), match[2] or ""
    if command == "FILE":
        reading.file_name = _unquoted(rest)
        return None if reading.file_name else "FILE without a name"
    if command == "TRACK":
        return _take_track(reading, rest)
    if command in {"INDEX", "PREGAP"}:
        return _take_position(reading, command, rest)
    if command in _TEXTS:
        fields = reading.tracks[-1].fields if reading.tracks else reading.fields
        fields[command] = _unquoted(rest)
    return None if command in _TEXTS | _IGNORED else f"{command[:20]} is unknown"


def _take_track(reading: _Reading, rest: str) -> str | None:
    number, _, kind = rest.partition(" ")
    if not re.fullmatch(r"\d{1,3}", number, re.ASCII):
        return "TRACK without a number"
    if len(reading.tracks) >= MAX_TRACKS:
        return f"more than {MAX_TRACKS} tracks"
    reading.tracks.append(_Open(number=int(number), file_name=reading.file_name))
    return None if kind.strip().upper() in {"AUDIO", ""} else "a track that is no audio"


def _take_position(reading: _Reading, command: str, rest: str) -> str | None:
    if not reading.tracks:
        return f"{command} outside of a track"
    number, _, position = rest.rpartition(" ")
    ticks = parse_position(position)
    if ticks is None:
        return f"{command} without MM:SS:FF"
    if command == "PREGAP":
        reading.tracks[-1].pregap_ticks = ticks
        return None
    if not re.fullmatch(r"\d{1,2}", number.strip(), re.ASCII):
        return "INDEX without a number"
    reading.tracks[-1].indexes.setdefault(int(number), (reading.file_name, ticks))
    return None


def _track(track: _Open) -> CueTrack:
    first = track.indexes.get(1) or track.indexes[min(track.indexes)]
    before = track.indexes.get(0)
    is_together = before is not None and before[0] == first[0] and before[1] <= first[1]
    return CueTrack(
        number=track.number,
        file_name=first[0],
        start_ticks=first[1],
        index_00_ticks=before[1] if before and is_together else None,
        pregap_ticks=track.pregap_ticks,
        title=track.fields.get("TITLE") or None,
        performer=track.fields.get("PERFORMER") or None,
        isrc=find_isrc(track.fields.get("ISRC", "")),
        flags=_flags(track.fields.get("FLAGS", "")),
    )


def _flags(text: str) -> tuple[str, ...]:
    return tuple(flag for flag in text.upper().split() if flag in {"DCP", "4CH", "PRE", "SCMS"})


def _unquoted(text: str) -> str:
    match = _QUOTED.fullmatch(text)
    found = text if match is None else match[1] if match[1] is not None else match[2]
    return clean_text(found)


def decode_sheet(content: bytes) -> str:
    """Text of a sheet: by its byte order mark, as UTF-8, else as CP1252, which fails least."""
    marks: Iterable[tuple[bytes, str]] = (
        (b"\xef\xbb\xbf", "utf-8"),
        (b"\xff\xfe", "utf-16-le"),
        (b"\xfe\xff", "utf-16-be"),
    )
    for mark, encoding in marks:
        if content.startswith(mark):
            return content[len(mark) :].decode(encoding, "replace")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")
