"""Duplicates as JSON documents (`docs/reference/cli.md`)."""

from collections.abc import Sequence

from audio_ident.cli.documents import Document, track_document
from audio_ident.model.kinship import (
    Containment,
    Copy,
    Decision,
    DuplicateGroup,
    Relation,
    SharedSpan,
)
from audio_ident.units import Ticks, seconds_to_milliseconds, ticks_to_seconds


def group_document(group: DuplicateGroup) -> Document:
    return {
        "group": group.id,
        "kinship": group.kinship.value,
        "keep": group.suggestion.track_id,
        "reasons": list(group.suggestion.reasons),
        "copies": _copies(group.copies),
        "relations": [relation_document(relation) for relation in group.relations],
    }


def containment_document(containment: Containment) -> Document:
    return {
        "contained": _copies(containment.contained),
        "container": _copies(containment.container),
        "relation": relation_document(containment.relation),
    }


def relation_document(relation: Relation) -> Document:
    return {
        "kinship": relation.kinship.value,
        "first_digest": relation.first,
        "second_digest": relation.second,
        "offset_ms": _milliseconds(relation.offset_ticks),
        "speed_factor": round(relation.speed, 5),
        "agreement": round(relation.agreement, 4),
        "spans": [_span(span) for span in relation.spans],
        "evidence": dict(relation.evidence),
    }


def decision_document(decision: Decision) -> Document:
    return {
        "decision": decision.id,
        "verdict": decision.verdict.value,
        "first_digest": decision.first,
        "second_digest": decision.second,
        "track": decision.track_id,
        "decided_at": decision.decided_at.isoformat(),
        "decided_by": decision.decided_by,
        "revoked_at": decision.revoked_at.isoformat() if decision.revoked_at else None,
    }


def _copies(copies: Sequence[Copy]) -> list[Document]:
    return [
        {
            **track_document(copy.track),
            "codec": copy.track.codec,
            "is_lossless": copy.is_lossless,
            "size_bytes": copy.size_bytes,
            "bit_rate_bps": round(copy.bit_rate_bps),
            "tag_count": copy.tag_count,
        }
        for copy in copies
    ]


def _span(span: SharedSpan) -> Document:
    return {
        "first_start_ms": _milliseconds(span.first_start_ticks),
        "first_end_ms": _milliseconds(span.first_end_ticks),
        "second_start_ms": _milliseconds(span.second_start_ticks),
        "second_end_ms": _milliseconds(span.second_end_ticks),
    }


def _milliseconds(ticks: int) -> int:
    return seconds_to_milliseconds(ticks_to_seconds(Ticks(ticks)))
