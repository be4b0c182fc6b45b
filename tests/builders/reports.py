"""Records that use cases report, with everything that a test does not care about filled in."""

from typing import Any

from audio_ident.model.analysis import AudioDigest
from audio_ident.model.answer import Match, Span, Verdict
from audio_ident.model.files import FileSort, SortTally
from audio_ident.model.library import Track, TrackId, TrackKind, whole_file_points
from audio_ident.model.reports import (
    FileFailure,
    IdentifiedClip,
    IdentifiedMatch,
    ImportProgress,
    ImportSummary,
    Phase,
    Reason,
    WorkerActivity,
)
from audio_ident.model.sessions import SessionState
from audio_ident.model.tags import Tags
from audio_ident.units import seconds_to_ticks


def a_track(**changes: Any) -> Track:
    """Track of three minutes."""
    facts: dict[str, Any] = {
        "id": TrackId("t1"),
        "kind": TrackKind.WHOLE_FILE,
        "digest": AudioDigest("ab" * 16),
        "path": "/music/Björk/01 Jóga.flac",
        "is_missing": False,
        "points": whole_file_points(seconds_to_ticks(180.5)),
        "tags": Tags(title="Jóga", artist="Björk"),
        "container": "flac",
        "codec": "flac",
    }
    return Track(**facts | changes)


def a_match(**changes: Any) -> Match:
    """Sure match of a whole clip of five seconds."""
    facts: dict[str, Any] = {
        "digest": AudioDigest("ab" * 16),
        "confidence": 0.9987,
        "offset_s": 61.25,
        "query_span": Span(start_s=0.1, end_s=4.9),
        "recording_span": Span(start_s=61.35, end_s=66.15),
        "gaps": (),
        "coverage": 0.96,
        "speed_factor": 1.0,
        "pitch_factor": 1.0,
        "aligned_landmarks": 140,
        "expected_by_chance": 1.5,
        "score": 312.0,
    }
    return Match(**facts | changes)


def an_identified_clip(**changes: Any) -> IdentifiedClip:
    """Clip that is one track for sure."""
    facts: dict[str, Any] = {
        "verdict": Verdict.MATCH,
        "clip_duration_s": 5.0,
        "matches": (IdentifiedMatch(match=a_match(), tracks=(a_track(),)),),
        "elapsed_s": 0.05,
    }
    return IdentifiedClip(**facts | changes)


def an_unknown_clip(verdict: Verdict = Verdict.NO_MATCH) -> IdentifiedClip:
    """Clip that is not in the library."""
    return an_identified_clip(verdict=verdict, matches=())


def a_failure(**changes: Any) -> FileFailure:
    """File that cannot be decoded."""
    facts = {
        "path": "/music/broken.mp3",
        "code": "DECODE_ERROR",
        "fact": "no frame can be decoded",
        "remedy": "Replace it.",
    }
    return FileFailure(**facts | changes)


def an_import_progress(**changes: Any) -> ImportProgress:
    """First of three files done."""
    facts: dict[str, Any] = {
        "session_id": "s1",
        "state": SessionState.PROCESSING,
        "phase": Phase.LISTENING,
        "percent": 100 / 3,
        "files_per_s": 1.0,
        "failures": {},
        "warnings": {},
        "files_total": 3,
        "files_done": 1,
        "files_failed": 0,
        "duplicates": 0,
        "bytes_total": 3000,
        "bytes_done": 1000,
        "elapsed_s": 1.0,
        "bytes_per_s": 1000.0,
        "remaining_s": 2.0,
        "workers": (WorkerActivity(file="a.mp3", stage="listening", since_s=0.5),),
    }
    return ImportProgress(**facts | changes)


def an_import_summary(**changes: Any) -> ImportSummary:
    """Import of three new files."""
    facts: dict[str, Any] = {
        "session_id": "s1",
        "state": SessionState.COMPLETED,
        "found": 3,
        "unchanged": 0,
        "known_failures": 0,
        "by_reason": {Reason.NEW: 3},
        "imported": 3,
        "listened": 3,
        "duplicates": 0,
        "failed": 0,
        "moved": 0,
        "missing": 0,
        "reappeared": 0,
        "failures": (),
        "notices": (),
        "tallies": {FileSort.AUDIO: SortTally(files=3, size_bytes=3000)},
        "warnings": 0,
        "audio_s": 540.0,
        "elapsed_s": 2.0,
    }
    return ImportSummary(**facts | changes)
