"""Chapters and cue sheets inside a file, of every family of containers."""

import dataclasses
import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import zip_longest
from typing import Any, BinaryIO

from mutagen.flac import FLAC
from mutagen.id3 import ID3
from mutagen.mp4 import MP4, MP4Tags

from audio_ident.core.claims import clean_text, find_isrc
from audio_ident.core.cue_sheet import chapters_of, parse_cue
from audio_ident.engines.pyav_open import open_audio
from audio_ident.errors import FileProblem
from audio_ident.model.chapters import Chapter, ChapterSource
from audio_ident.units import TICKS_PER_SECOND, Ticks, samples_to_ticks

MAX_CHAPTERS = 999
"""More are dropped; an audio book has some hundred."""

_LEAD_OUT = (170, 255)
"""Numbers of the track in a FLAC cue sheet that only says where the last one ends."""

_VORBIS_TIME = re.compile(r"(\d{1,3}):([0-5]?\d):([0-5]?\d)(?:\.(\d{1,9}))?", re.ASCII)
_TICKS_PER_MILLISECOND = TICKS_PER_SECOND // 1000


def chapters_in(
    file: BinaryIO,
    container: Any,  # noqa: ANN401 -- mutagen has no types
    tags: Any,  # noqa: ANN401
) -> list[Chapter]:
    """Chapters as the container or its tags list them."""
    if isinstance(container, FLAC) and container.cuesheet is not None:
        return [*_of_flac(container), *_of_vorbis(tags)]
    if isinstance(tags, ID3):
        return _of_id3(tags)
    if isinstance(container, MP4):
        return _with_pyav(file)
    return [] if isinstance(tags, MP4Tags) else _of_vorbis(tags)


def cue_chapters(sheets: Sequence[str]) -> tuple[list[Chapter], tuple[str, ...]]:
    """Tracks of a cue sheet that lies in the tags, and what is wrong with it."""
    if not sheets:
        return [], ()
    sheet = parse_cue(sheets[0])
    chapters = chapters_of(sheet, None, ChapterSource.CUE_EMBEDDED)
    return chapters[:MAX_CHAPTERS], sheet.problems


def pyav_chapters(listed: Iterable[Mapping[str, Any]]) -> list[Chapter]:
    """Chapters as FFmpeg lists them."""
    return _ordered(
        _chapter(
            _ticks(chapter["start"], chapter["time_base"]),
            _ticks(chapter["end"], chapter["time_base"]),
            chapter["metadata"].get("title"),
        )
        for chapter in listed
    )


def _with_pyav(file: BinaryIO) -> list[Chapter]:
    """FFmpeg knows both kinds of MP4 chapters: the list of Nero and the track of QuickTime."""
    try:
        with open_audio(file) as opened:
            return pyav_chapters(opened.container.chapters())
    except FileProblem:
        return []  # what is wrong with the file, the decoder says


def _ticks(position: int, time_base: Any) -> Ticks:  # noqa: ANN401 -- PyAV says nothing
    return Ticks(round(position * time_base * TICKS_PER_SECOND))


def _of_id3(tags: ID3) -> list[Chapter]:
    chapters = []
    for frame in tags.getall("CHAP"):
        titles = frame.sub_frames.getall("TIT2")
        chapters.append(
            _chapter(
                Ticks(frame.start_time * _TICKS_PER_MILLISECOND),
                Ticks(frame.end_time * _TICKS_PER_MILLISECOND),
                str(titles[0]) if titles else None,
            )
        )
    return _ordered(chapters)


def _of_vorbis(tags: Any) -> list[Chapter]:  # noqa: ANN401 -- mutagen has no types
    """`CHAPTER001=00:00:00.000` and `CHAPTER001NAME=...`."""
    if tags is None or not hasattr(tags, "as_dict"):
        return []
    texts = {name.lower(): values[0] for name, values in tags.as_dict().items() if values}
    chapters = []
    for name, text in texts.items():
        match = _VORBIS_TIME.fullmatch(text) if re.fullmatch(r"chapter\d{1,3}", name) else None
        if match:
            seconds = (int(match[1]) * 60 + int(match[2])) * 60 + int(match[3])
            nanoseconds = int((match[4] or "0").ljust(9, "0"))
            start = seconds * TICKS_PER_SECOND + nanoseconds * TICKS_PER_SECOND // 10**9
            chapters.append(_chapter(Ticks(start), None, texts.get(f"{name}name")))
    return _ordered(chapters)


def _of_flac(container: FLAC) -> list[Chapter]:
    rate_hz = container.info.sample_rate
    sheet: Any = container.cuesheet
    tracks = list(sheet.tracks)
    starts = [_flac_start(track) for track in tracks]
    return [
        Chapter(
            source=ChapterSource.CUE_FLAC,
            start_ticks=samples_to_ticks(start, rate_hz),
            end_ticks=samples_to_ticks(end, rate_hz) if end and end > start else None,
            isrc=find_isrc(track.isrc.decode("ascii", "replace")),
        )
        for track, start, end in zip_longest(tracks, starts, starts[1:])
        if track.track_number not in _LEAD_OUT
    ]


def _flac_start(track: Any) -> int:  # noqa: ANN401 -- mutagen has no types
    offsets = {index.index_number: index.index_offset for index in track.indexes}
    start: int = track.start_offset + offsets.get(1, 0)
    return start


def _chapter(start_ticks: Ticks, end_ticks: Ticks | None, title: str | None) -> Chapter:
    return Chapter(
        source=ChapterSource.CHAPTERS,
        start_ticks=start_ticks,
        end_ticks=end_ticks,
        title=clean_text(title or "") or None,
    )


def _ordered(chapters: Iterable[Chapter]) -> list[Chapter]:
    """By start, with the ends that were not told or cannot be right taken from the next one."""
    first = {c.start_ticks: c for c in sorted(chapters, key=_start) if 0 <= c.start_ticks < 2**62}
    found = list(first.values())[:MAX_CHAPTERS]
    ends = [chapter.start_ticks for chapter in found[1:]]
    return [
        chapter if _has_end(chapter) else dataclasses.replace(chapter, end_ticks=end)
        for chapter, end in zip_longest(found, ends)
    ]


def _start(chapter: Chapter) -> Ticks:
    return chapter.start_ticks


def _has_end(chapter: Chapter) -> bool:
    return chapter.end_ticks is not None and chapter.start_ticks < chapter.end_ticks < 2**62
