"""Records that use cases report, with everything that a test does not care about filled in."""

from typing import Any

from audio_ident.model.analysis import AudioDigest
from audio_ident.model.answer import Match, Span, Verdict
from audio_ident.model.reports import (
    FileFailure,
    IdentifiedClip,
    IdentifiedMatch,
    ImportSummary,
    TrackSummary,
)


def a_track(**changes: Any) -> TrackSummary:
    """Track of three minutes."""
    facts: dict[str, Any] = {
        "id": "t1",
        "path": "/music/Björk/01 Jóga.flac",
        "digest": AudioDigest("ab" * 16),
        "span": Span(start_s=0.0, end_s=180.5),
        "title": "Jóga",
        "artist": "Björk",
        "album": None,
    }
    return TrackSummary(**facts | changes)


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


def an_import_summary(**changes: Any) -> ImportSummary:
    """Import of three new files."""
    facts: dict[str, Any] = {
        "session_id": "s1",
        "state": "completed",
        "found": 3,
        "unchanged": 0,
        "imported": 3,
        "listened": 3,
        "duplicates": 0,
        "failed": 0,
        "missing": 0,
        "reappeared": 0,
        "failures": (),
        "warnings": 0,
        "audio_s": 540.0,
        "elapsed_s": 2.0,
    }
    return ImportSummary(**facts | changes)
