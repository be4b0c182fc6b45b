"""Records as JSON documents: the shapes that scripts rely on (`docs/reference/cli.md`)."""

import dataclasses
import datetime
from typing import Any, TypeAlias

from audio_ident.model.answer import Span
from audio_ident.model.backup import RestoreSummary
from audio_ident.model.codes import Code, remedy_of
from audio_ident.model.display import ShownName, shown_album, shown_artist, shown_title
from audio_ident.model.files import SortTally
from audio_ident.model.library import ErrorEntry, FileError, Track
from audio_ident.model.parameters import Parameter, values_of
from audio_ident.model.reports import (
    CheckFinding,
    Diagnosis,
    FileFailure,
    IdentifiedClip,
    IdentifiedMatch,
    ImportSummary,
    RebuildSummary,
)
from audio_ident.model.selftest import Latency, SelfTestReport
from audio_ident.model.sessions import Profile, StoredSession
from audio_ident.model.tags import Edits, Tags
from audio_ident.units import seconds_to_milliseconds, ticks_to_seconds

Document: TypeAlias = dict[str, Any]


def track_document(track: Track) -> Document:
    start_s = ticks_to_seconds(track.points.start_ticks)
    end_s = ticks_to_seconds(track.points.end_ticks)
    return {
        "id": track.id,
        "path": track.path,
        "is_missing": track.is_missing,
        "title": track.claims.title,
        "artist": track.claims.artist,
        "album": track.claims.album,
        "shown": {
            "title": _shown(shown_title(track)),
            "artist": _shown(shown_artist(track)),
            "album": _shown(shown_album(track)),
        },
        "tags": _tags(track.tags),
        "edits": _edits(track.edits),
        "evidence": dataclasses.asdict(track.evidence),
        **span_document(Span(start_s=start_s, end_s=end_s)),
        "duration_ms": seconds_to_milliseconds(end_s - start_s),
        "audio_digest": track.digest,
    }


def clip_document(source: str, clip: IdentifiedClip) -> Document:
    return {
        "source": source,
        "status": clip.verdict.value,
        "clip_duration_ms": seconds_to_milliseconds(clip.clip_duration_s),
        "elapsed_ms": seconds_to_milliseconds(clip.elapsed_s),
        "matches": [_match(match) for match in clip.matches],
    }


def failed_clip_document(source: str, failure: FileFailure) -> Document:
    return {"source": source, "status": "failed", "error": _reasons(failure), "matches": []}


def import_document(summary: ImportSummary) -> Document:
    return {
        "session": summary.session_id,
        "state": summary.state,
        "found": summary.found,
        "unchanged": summary.unchanged,
        "imported": summary.imported,
        "listened": summary.listened,
        "duplicates": summary.duplicates,
        "failed": summary.failed,
        "retagged": summary.retagged,
        "known_failures": summary.known_failures,
        "moved": summary.moved,
        "missing": summary.missing,
        "reappeared": summary.reappeared,
        "warnings": summary.warnings,
        "audio_ms": seconds_to_milliseconds(summary.audio_s),
        "elapsed_ms": seconds_to_milliseconds(summary.elapsed_s),
        "failures": [failure_document(failure) for failure in summary.failures],
        "notices": [failure_document(notice) for notice in summary.notices],
        "sorts": {sort: _tally(tally) for sort, tally in summary.tallies.items()},
    }


def session_document(session: StoredSession) -> Document:
    return {
        "id": session.id,
        "state": session.state,
        "wish": session.wish,
        "folders": list(session.order.folders),
        "profile": session.order.profile,
        "parameters": values_of(session.order.parameters),
        "files_found": session.files_found,
        "files_done": session.files_done,
        "files_failed": session.files_failed,
        "queued_at": _moment(session.queued_at),
        "started_at": _moment(session.started_at),
        "ended_at": _moment(session.ended_at),
        "error_code": session.error_code,
        "error_fact": session.error_fact,
        "progress": session.snapshot,
    }


def profile_document(profile: Profile) -> Document:
    return {
        "name": profile.name,
        "folders": list(profile.folders),
        "parameters": values_of(profile.parameters),
        "created_at": _moment(profile.created_at),
        "last_used_at": _moment(profile.last_used_at),
    }


def file_error_document(error: FileError | ErrorEntry) -> Document:
    document = {
        "path": error.path,
        "stage": error.stage,
        "code": error.code,
        "fact": error.fact,
        "remedy": remedy_of(error.code),
        "occurred_at": _moment(error.occurred_at),
    }
    if isinstance(error, FileError):
        return document | {"attempts": error.attempts, "is_retryable": error.is_retryable}
    return document | {"severity": error.severity}


def code_document(code: Code) -> Document:
    return dataclasses.asdict(code)


def _tally(tally: SortTally) -> Document:
    return {"files": tally.files, "bytes": tally.size_bytes}


def failure_document(failure: FileFailure) -> Document:
    return {"path": failure.path, **_reasons(failure)}


def finding_document(finding: CheckFinding) -> Document:
    return {
        "code": finding.code,
        "subject": finding.subject,
        "fact": finding.fact,
        "remedy": finding.remedy,
    }


def rebuild_document(summary: RebuildSummary) -> Document:
    return {
        "indexed": summary.indexed,
        "lost": list(summary.lost),
    }


def diagnosis_document(diagnosis: Diagnosis) -> Document:
    return {
        "part": diagnosis.part,
        "health": diagnosis.health.value,
        "fact": diagnosis.fact,
        "effect": diagnosis.effect,
        "remedy": diagnosis.remedy,
    }


def _shown(name: ShownName) -> Document:
    return {"text": name.text, "origin": name.origin.value}


def _tags(tags: Tags) -> Document:
    claims = dataclasses.asdict(tags)
    del claims["acoustid_fingerprint"]  # kilobytes, and not loaded for lists
    return claims


def _edits(edits: Edits) -> Document:
    said = dataclasses.asdict(edits)
    return {name: value for name, value in said.items() if value is not None}


def restore_document(summary: RestoreSummary) -> Document:
    return {
        "created_at": summary.created_at.isoformat(),
        "is_dry_run": summary.is_dry_run,
        "changes": [
            {"part": change.part, "name": change.name, "outcome": change.outcome.value}
            for change in summary.changes
        ],
    }


def parameter_document(parameter: Parameter) -> Document:
    return {
        "name": parameter.name,
        "default": parameter.default,
        "unit": parameter.unit,
        "allowed": parameter.allowed,
        "effect": parameter.effect.value,
        "meaning": parameter.meaning,
    }


def selftest_document(report: SelfTestReport) -> Document:
    return {
        "seed": report.seed,
        "tracks": report.tracks,
        "skipped": report.skipped,
        "is_good": report.is_good,
        "verdict": report.verdict,
        "conditions": [
            {
                "condition": result.condition,
                "clip_ms": seconds_to_milliseconds(result.clip_s),
                "asked": result.asked,
                "recognised": result.recognised,
                "recall": round(result.recall, 4),
                "elsewhere": result.elsewhere,
                "misnamed": result.misnamed,
                **_latency(result.latency),
            }
            for result in report.conditions
        ],
        "foreign": [
            {
                "kind": result.kind,
                "meaning": result.meaning,
                "asked": result.asked,
                "named": result.named,
                **_latency(result.latency),
            }
            for result in report.foreign
        ],
        "misnamings": [{"origin": m.origin, "named": m.named} for m in report.misnamings],
    }


def _latency(latency: Latency) -> Document:
    return {
        "median_ms": seconds_to_milliseconds(latency.median_s),
        "p95_ms": seconds_to_milliseconds(latency.p95_s),
    }


def _match(identified: IdentifiedMatch) -> Document:
    match = identified.match
    return {
        "tracks": [track_document(track) for track in identified.tracks],
        "confidence": round(match.confidence, 4),
        "offset_ms": seconds_to_milliseconds(match.offset_s),
        "query": span_document(match.query_span),
        "recording": span_document(match.recording_span),
        "gaps": [span_document(gap) for gap in match.gaps],
        "coverage": round(match.coverage, 4),
        "speed_factor": round(match.speed_factor, 5),
        "pitch_factor": round(match.pitch_factor, 5),
        "evidence": {
            "aligned_landmarks": match.aligned_landmarks,
            "expected_by_chance": round(match.expected_by_chance, 4),
            "score": round(match.score, 4),
        },
        "audio_digest": match.digest,
    }


def _moment(at: datetime.datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def span_document(span: Span) -> Document:
    return {
        "start_ms": seconds_to_milliseconds(span.start_s),
        "end_ms": seconds_to_milliseconds(span.end_s),
    }


def _reasons(failure: FileFailure) -> Document:
    return {"code": failure.code, "fact": failure.fact, "remedy": failure.remedy}
