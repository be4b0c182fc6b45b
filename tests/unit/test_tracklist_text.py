"""Tracklists for other programs."""

import datetime

from audio_ident.api.texts import shown_file_name
from audio_ident.identify.tracklist_text import audacity_labels, cue_sheet, m3u8
from audio_ident.model.analysis import AudioDigest
from audio_ident.model.answer import Match, Span, Verdict
from audio_ident.model.jobs import Tracklist, TracklistEntry
from audio_ident.model.library import Track, TrackId, TrackKind, whole_file_points
from audio_ident.model.search import FoundTrack
from audio_ident.model.tags import Tags
from audio_ident.units import seconds_to_ticks

HOSTILE = 'A "quoted"\nINDEX 01 00:00:00\tname\u2028#EXTM3U'


def entry(start_s: float, end_s: float, title: str, artist: str = "Somebody") -> TracklistEntry:
    """A track that is heard from and to a time."""
    span = Span(start_s=start_s, end_s=end_s)
    match = Match(
        digest=AudioDigest("d"),
        confidence=1.0,
        offset_s=-start_s,
        query_span=span,
        recording_span=Span(start_s=0.0, end_s=end_s - start_s),
        gaps=(),
        coverage=1.0,
        speed_factor=1.0,
        pitch_factor=1.0,
        aligned_landmarks=100,
        expected_by_chance=1.0,
        score=30.0,
    )
    track = Track(
        id=TrackId("t"),
        kind=TrackKind.WHOLE_FILE,
        digest=AudioDigest("d"),
        path="/secret/music/a.mp3",
        is_missing=False,
        points=whole_file_points(seconds_to_ticks(end_s - start_s)),
        tags=Tags(title=title, artist=artist),
        container="mp3",
        codec="mp3",
    )
    found = FoundTrack(
        track=track,
        added_at=datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC),
        match=match,
        offset_s=-start_s,
        track_span=match.recording_span,
        kinship=None,
    )
    return TracklistEntry(found=found, copies=())


def tracklist(*entries: TracklistEntry, title: str = "set.flac") -> Tracklist:
    """What is heard in a set."""
    return Tracklist(title=title, verdict=Verdict.MATCH, duration_s=6000.0, entries=entries)


def test_a_cue_sheet_counts_in_frames() -> None:
    """Minutes may be more than ninety-nine; a frame is a 75th of a second."""
    sheet = cue_sheet(tracklist(entry(0.0, 60.5, "One"), entry(6060.52, 6100.0, "Two")))

    assert sheet.splitlines() == [
        'FILE "set.flac" WAVE',
        "  TRACK 01 AUDIO",
        '    TITLE "One"',
        '    PERFORMER "Somebody"',
        "    INDEX 01 00:00:00",
        "  TRACK 02 AUDIO",
        '    TITLE "Two"',
        '    PERFORMER "Somebody"',
        "    INDEX 01 101:00:39",
    ]


def test_names_of_strangers_stay_inside_their_line() -> None:
    """No tag can end a quote or a line, nor add a column."""
    hostile = tracklist(entry(1.0, 61.0, HOSTILE, HOSTILE), title=HOSTILE)
    sheet, labels = cue_sheet(hostile), audacity_labels(hostile)
    playlist = m3u8(hostile, lambda track_id: f"/audio/{track_id}")

    assert len(sheet.splitlines()) == 5
    assert all(line.count('"') in {0, 2} for line in sheet.splitlines())
    assert len(labels.splitlines()) == 1
    assert labels.count("\t") == 2
    assert [line[:8] for line in playlist.splitlines()] == [
        *("#EXTM3U", "#PLAYLIS", "#EXTINF:", "/audio/t"[:8])
    ]
    assert "secret" not in sheet + labels + playlist


def test_the_name_of_an_upload_is_shown_without_folders() -> None:
    """Nor with characters that do something to the line around them."""
    assert shown_file_name("C:\\Users\\me\\set.mp3") == "set.mp3"
    assert shown_file_name("../../etc/passwd") == "passwd"
    assert shown_file_name("a\r\nb\u202ec.mp3") == "abc.mp3"
    assert len(shown_file_name("x" * 5000)) == 200
