"""What sounds alike as JSON documents (`docs/reference/cli.md`)."""

from audio_ident.cli.documents import Document, span_document, track_document
from audio_ident.model.mixes import MixStep, PathStep
from audio_ident.model.vectors import Space
from audio_ident.model.vibe import LikeSpan, SimilarAnswer, SimilarTrack


def similar_document(answer: SimilarAnswer) -> Document:
    return {
        "space": None if answer.space is None else _space(answer.space),
        "coverage": round(answer.coverage, 4),
        "tracks": [
            similar_track_document(rank, found) for rank, found in enumerate(answer.tracks, 1)
        ],
    }


def similar_track_document(rank: int, found: SimilarTrack) -> Document:
    return {
        "rank": rank,
        "likeness": None if found.likeness is None else round(found.likeness, 4),
        "cosine": round(found.cosine, 4),
        "blocks": {name: round(value, 4) for name, value in found.blocks.items()},
        "agreeing": list(found.agreeing),
        "spans": [_like_span(span) for span in found.spans],
        "track": track_document(found.track),
    }


def path_step_document(number: int, step: PathStep) -> Document:
    return {
        "step": number,
        "progress": round(step.progress, 4),
        "cosine": None if step.cosine is None else round(step.cosine, 4),
        "track": track_document(step.track),
    }


def mix_step_document(number: int, step: MixStep) -> Document:
    return {
        "step": number,
        "cosine": round(step.cosine, 4),
        "track": track_document(step.track),
    }


def _space(space: Space) -> Document:
    return {
        "id": space.id,
        "embedder": space.embedder,
        "model": space.model,
        "revision": space.revision,
    }


def _like_span(span: LikeSpan) -> Document:
    return {
        "query": None if span.query is None else span_document(span.query),
        "query_track": span.query_track,
        "track": span_document(span.track),
        "cosine": round(span.cosine, 4),
    }
