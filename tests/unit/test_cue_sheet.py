"""Cue sheets: exact positions, several files, and lines that make no sense."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audio_ident.core.cue_sheet import (
    FRAMES_PER_SECOND,
    MAX_PROBLEMS,
    TICKS_PER_FRAME,
    chapters_of,
    decode_sheet,
    parse_cue,
    parse_position,
)
from audio_ident.model.chapters import ChapterSource
from audio_ident.units import TICKS_PER_SECOND

SHEET = """\
REM GENRE Rock
CATALOG 0042285769223
PERFORMER "The Band"
TITLE "The Album"
FILE "one.wav" WAVE
  TRACK 01 AUDIO
    TITLE "First \\"song\\""
    PERFORMER "Guest"
    ISRC USRC17607839
    FLAGS DCP PRE NONSENSE
    PREGAP 00:02:00
    INDEX 01 00:00:00
  TRACK 02 AUDIO
    TITLE Second
    INDEX 00 03:59:70
    INDEX 01 04:01:10
FILE "two.wav" WAVE
  TRACK 03 AUDIO
    INDEX 01 00:00:33
"""

position = st.tuples(
    st.integers(0, 9999), st.integers(0, 59), st.integers(0, FRAMES_PER_SECOND - 1)
)


def frames(minutes: int, seconds: int, count: int) -> int:
    """Ticks of MM:SS:FF."""
    return ((minutes * 60 + seconds) * FRAMES_PER_SECOND + count) * TICKS_PER_FRAME


def test_a_frame_is_a_whole_number_of_ticks() -> None:
    """Nothing is ever rounded."""
    assert TICKS_PER_FRAME * FRAMES_PER_SECOND == TICKS_PER_SECOND


def test_a_whole_sheet_is_understood() -> None:
    """Titles, performers, codes, flags, pauses and positions in several files."""
    sheet = parse_cue(SHEET)
    first, second, third = sheet.tracks
    assert (sheet.title, sheet.performer, sheet.catalogue) == (
        "The Album",
        "The Band",
        "0042285769223",
    )
    assert sheet.problems == ()
    assert (first.number, first.performer, first.isrc) == (1, "Guest", "USRC17607839")
    assert first.flags == ("DCP", "PRE")
    assert first.pregap_ticks == 2 * TICKS_PER_SECOND
    assert (second.title, second.index_00_ticks, second.start_ticks) == (
        "Second",
        frames(3, 59, 70),
        frames(4, 1, 10),
    )
    assert (third.file_name, third.start_ticks) == ("two.wav", 33 * TICKS_PER_FRAME)


def test_chapters_end_where_the_next_one_of_the_same_file_begins() -> None:
    """The last one of a file goes to its end, and the album's artist stands in."""
    chapters = chapters_of(parse_cue(SHEET), "one.wav", ChapterSource.CUE_FILE)
    border = frames(4, 1, 10)
    assert [(c.start_ticks, c.end_ticks, c.performer) for c in chapters] == [
        (0, border, "Guest"),
        (border, None, "The Band"),
    ]


def test_a_pause_that_begins_in_the_file_before_is_not_counted_here() -> None:
    """INDEX 00 in another file says nothing about this one."""
    sheet = parse_cue(
        'FILE "a" WAVE\nTRACK 1 AUDIO\nINDEX 01 00:00:00\nTRACK 2 AUDIO\nINDEX 00 03:00:00\n'
        'FILE "b" WAVE\nINDEX 01 00:00:00\n'
    )
    assert (sheet.tracks[1].file_name, sheet.tracks[1].index_00_ticks) == ("b", None)


@pytest.mark.parametrize(
    "line",
    [
        "INDEX 01 00:00:75",
        "INDEX 01 00:60:00",
        "INDEX 01 five",
        "INDEX xx 00:00:00",
        "TRACK one AUDIO",
        "NONSENSE 1",
        "FILE",
        "?",
        "PREGAP 1",
    ],
)
def test_a_line_that_makes_no_sense_is_reported_and_left_out(line: str) -> None:
    """The rest of the sheet stands."""
    sheet = parse_cue(f"TRACK 01 AUDIO\nINDEX 01 00:01:00\n{line}\nTITLE x\n")
    assert [(t.start_ticks, t.title) for t in sheet.tracks] == [(TICKS_PER_SECOND, "x")]
    assert len(sheet.problems) == 1
    assert sheet.problems[0].startswith("line 3: ")


def test_a_track_without_an_index_is_reported() -> None:
    """Nobody knows where it is."""
    sheet = parse_cue("TRACK 01 AUDIO\nTITLE x\n")
    assert (sheet.tracks, sheet.problems) == ((), ("1 tracks have no index",))


@given(position)
def test_every_position_is_exact(where: tuple[int, int, int]) -> None:
    """Minutes, seconds and frames come back as ticks without an error."""
    minutes, seconds, count = where
    assert parse_position(f"{minutes:02d}:{seconds:02d}:{count:02d}") == frames(*where)


@given(st.lists(position, min_size=1, max_size=20), st.text(max_size=30))
def test_chapters_are_in_order_and_never_overlap(
    positions: list[tuple[int, int, int]], title: str
) -> None:
    """Whatever order the sheet has, the chapters follow one another."""
    lines = [
        f'TRACK {number} AUDIO\nTITLE "{title}"\nINDEX 01 {m}:{s}:{f}'
        for number, (m, s, f) in enumerate(positions, start=1)
    ]
    chapters = chapters_of(parse_cue("\n".join(lines)), None, ChapterSource.CUE_EMBEDDED)
    assert len(chapters) == len({frames(*where) for where in positions})
    assert all(c.end_ticks is None or c.start_ticks < c.end_ticks for c in chapters)
    assert [c.end_ticks for c in chapters[:-1]] == [c.start_ticks for c in chapters[1:]]


@given(st.binary(max_size=400))
def test_any_bytes_are_a_sheet_of_some_kind(content: bytes) -> None:
    """Nothing makes the parser fail, and complaints are bounded."""
    sheet = parse_cue(decode_sheet(content))
    assert len(sheet.problems) <= MAX_PROBLEMS + 1


words = st.sampled_from(
    [
        "TRACK",
        "01",
        "AUDIO",
        "INDEX",
        "00:00:00",
        "FILE",
        '"a',
        '"',
        "\n",
        " ",
        "TITLE",
        "\x00",
        "é",
    ]
)


@given(st.lists(words, max_size=60))
def test_any_order_of_words_is_survived(parts: list[str]) -> None:
    """Text that a database cannot take never comes out."""
    sheet = parse_cue(" ".join(parts))
    assert all("\x00" not in (track.title or "") for track in sheet.tracks)


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]
)
def test_the_usual_encodings_are_told_apart(encoding: str) -> None:
    """A byte order mark, else UTF-8, else CP1252."""
    marks = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}
    content = marks.get(encoding, b"") + 'TITLE "Jóga – Größe"'.encode(encoding)
    assert parse_cue(decode_sheet(content)).title == "Jóga – Größe"
